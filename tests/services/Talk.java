import java.io.*;
import java.net.*;
import javax.net.ssl.*;

/** Serves or calls with nothing but the JVM's own settings of key and trust store. */
public class Talk {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[2]);
        if (arguments[0].equals("serve")) {
            SSLServerSocket listener =
                (SSLServerSocket) SSLServerSocketFactory.getDefault().createServerSocket(port);
            listener.setNeedClientAuth(arguments[1].equals("need"));
            while (true) {
                SSLSocket socket = (SSLSocket) listener.accept();
                new Thread(() -> {
                    try (socket) {
                        String who = "nobody";
                        try {
                            who = socket.getSession().getPeerPrincipal().getName();
                        } catch (SSLPeerUnverifiedException unknown) {
                            // No client certificate.
                        }
                        BufferedReader in =
                            new BufferedReader(new InputStreamReader(socket.getInputStream()));
                        for (String line = in.readLine(); !"".equals(line); line = in.readLine()) {
                            if (line == null) return;
                        }
                        String body = "hello " + who + "\n";
                        socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body).getBytes());
                    } catch (IOException refused) {
                        // The client tells.
                    }
                }).start();
            }
        }
        HttpURLConnection call = (HttpURLConnection)
            new URL("https://" + arguments[1] + ":" + port + "/").openConnection();
        try (InputStream in = call.getInputStream()) {
            System.out.print(new String(in.readAllBytes()));
        } catch (IOException refused) {
            System.out.println("refused " + refused.getMessage());
        }
    }
}
