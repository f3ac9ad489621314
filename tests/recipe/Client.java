import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Java's judgement of certificates.
 *
 * <p>"path CA CHAIN server|client": PKIX path validation, and the trust manager that TLS uses.
 *
 * <p>"get CA HOST PORT [P12 PASSWORD]": a GET over TLS to a server on this machine, its name
 * checked as HTTPS asks; prints the status line.
 */
public class Client {
    public static void main(String[] words) throws Exception {
        List<X509Certificate> authorities = certificates(words[1]);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int index = 0; index < authorities.size(); index++) {
            trusted.setCertificateEntry("ca" + index, authorities.get(index));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        if (words[0].equals("path")) {
            path(authorities.get(0), certificates(words[2]), words[3], trust);
        } else {
            get(words, trust);
        }
    }

    private static List<X509Certificate> certificates(String file) throws Exception {
        List<X509Certificate> read = new ArrayList<>();
        try (InputStream input = Files.newInputStream(Path.of(file))) {
            CertificateFactory.getInstance("X.509").generateCertificates(input)
                    .forEach(certificate -> read.add((X509Certificate) certificate));
        }
        return read;
    }

    private static void path(X509Certificate authority, List<X509Certificate> chain, String purpose,
            TrustManagerFactory trust) throws Exception {
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
        X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
        X509Certificate[] certificates = chain.toArray(new X509Certificate[0]);
        String algorithm = certificates[0].getPublicKey().getAlgorithm();
        if (purpose.equals("server")) {
            manager.checkServerTrusted(certificates, "ECDHE_" + (algorithm.equals("RSA") ? "RSA" : "ECDSA"));
        } else {
            manager.checkClientTrusted(certificates, algorithm);
        }
        System.out.println("accepted");
    }

    private static void get(String[] words, TrustManagerFactory trust) throws Exception {
        String host = words[2];
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        KeyStore own = null;
        char[] password = {};
        if (words.length > 4) {
            password = words[5].toCharArray();
            own = KeyStore.getInstance("PKCS12");
            try (InputStream input = Files.newInputStream(Path.of(words[4]))) {
                own.load(input, password);
            }
        }
        keys.init(own, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        int port = Integer.parseInt(words[3]);
        Socket plain = new Socket("127.0.0.1", port);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            String request = "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            System.out.println(answer.toString(StandardCharsets.US_ASCII).lines().findFirst().orElse(""));
        }
    }
}
