import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * "CA|- URL [P12 PASSWORD-FILE]": a GET with Java's own HTTP client, that trusts the CA, or whom Java
 * trusts; prints the status and the page.
 */
public class Get {
    public static void main(String[] words) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        KeyStore trusted = null;
        if (!words[0].equals("-")) {
            trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            try (InputStream input = Files.newInputStream(Path.of(words[0]))) {
                int index = 0;
                for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
                    trusted.setCertificateEntry("ca" + index++, one);
                }
            }
        }
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        KeyStore own = null;
        char[] password = {};
        if (words.length > 2) {
            password = Files.readAllLines(Path.of(words[3])).get(0).toCharArray();
            own = KeyStore.getInstance("PKCS12");
            try (InputStream input = Files.newInputStream(Path.of(words[2]))) {
                own.load(input, password);
            }
        }
        keys.init(own, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(words[1])).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body());
    }
}
