import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Collections;
import javax.net.ssl.*;

/** Serves with the first key store and calls with the second trust store, each with client
 * authentication by the same pair. Prints whom the client accepted, or why it did not. */
public class Stores {
    public static void main(String[] arguments) throws Exception {
        char[] password = Files.readAllLines(Path.of(arguments[0])).get(0).toCharArray();
        KeyStore keys = load(arguments[1], password);
        SSLContext server = context(keys, load(arguments[2], password), password);
        SSLContext client = context(keys, load(arguments[3], password), password);
        for (String alias : Collections.list(keys.aliases())) System.out.println("key " + alias);
        SSLServerSocket listener =
            (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0);
        listener.setNeedClientAuth(true);
        Thread serving = new Thread(() -> {
            try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                accepted.getOutputStream().write(accepted.getInputStream().read());
            } catch (Exception refused) {
                // The client tells.
            }
        });
        serving.start();
        try (SSLSocket socket = (SSLSocket)
                client.getSocketFactory().createSocket("localhost", listener.getLocalPort())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(7);
            if (socket.getInputStream().read() != 7) throw new Exception("no answer");
            System.out.println("accepted " + socket.getSession().getPeerPrincipal());
        } catch (java.io.IOException refused) {
            System.out.println("refused " + refused.getMessage());
        }
        listener.close();
        serving.join();
    }

    static KeyStore load(String file, char[] password) throws Exception {
        KeyStore store = KeyStore.getInstance(file.endsWith(".jks") ? "JKS" : "PKCS12");
        try (FileInputStream in = new FileInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }

    static SSLContext context(KeyStore keys, KeyStore trusted, char[] password) throws Exception {
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, password);
        TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
        others.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), others.getTrustManagers(), null);
        return context;
    }
}
