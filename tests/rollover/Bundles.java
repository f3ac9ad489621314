import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What Java thinks of the chain that a server sends.
 *
 * <p>Each line of standard input is "BUNDLE CHAIN SECONDS": a file with the trusted roots, a file
 * with the server's certificate and what it sends with it, and the time in seconds since 1970, or
 * "now". For each one line comes back: "yes", or "no" and why. At "now" the trust manager that TLS
 * uses is asked too.
 */
public class Bundles {
    public static void main(String[] words) throws Exception {
        String text = new String(System.in.readAllBytes());
        for (String line : text.split("\n")) {
            String[] asked = line.trim().split(" ");
            try {
                judge(certificates(asked[0]), certificates(asked[1]), asked[2]);
                System.out.println("yes");
            } catch (Exception refused) {
                System.out.println("no: " + refused.getMessage());
            }
        }
    }

    static void judge(List<X509Certificate> roots, List<X509Certificate> chain, String at)
            throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int index = 0; index < roots.size(); index++) {
            trusted.setCertificateEntry("root" + index, roots.get(index));
        }
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(chain.get(0));
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(trusted, target);
        parameters.setRevocationEnabled(false);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
        if (!at.equals("now")) {
            parameters.setDate(new Date(Long.parseLong(at) * 1000));
        }
        CertPathBuilder.getInstance("PKIX").build(parameters);
        if (at.equals("now")) {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
            manager.checkServerTrusted(chain.toArray(new X509Certificate[0]), "ECDHE_ECDSA");
        }
    }

    static List<X509Certificate> certificates(String file) throws Exception {
        List<X509Certificate> found = new ArrayList<>();
        try (InputStream stream = Files.newInputStream(Path.of(file))) {
            for (var one : CertificateFactory.getInstance("X.509").generateCertificates(stream)) {
                found.add((X509Certificate) one);
            }
        }
        return found;
    }
}
