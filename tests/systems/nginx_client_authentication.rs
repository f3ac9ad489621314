//! nginx that knows its clients by their certificates, behind load balancers that pass TCP through,
//! as the manifest `nginx-client-authentication` has it: HAProxy and nginx stand for the Classic and
//! the Network Load Balancer.

use crate::lab::{Lab, Told, clients::Own};

const SITE: &str = "https://www.example.com/";
const CA: &str = "pki/ca/root.crt";
/// The load balancers, and the server that each runs.
const BALANCERS: [(&str, &str); 2] = [("clb", "10.0.0.5"), ("nlb", "10.0.0.6")];
const CLIENT: Own<'static> = Own {
    certificate: "pki/certs/client01/client01.crt",
    key: "pki/certs/client01/client01.key",
    bundle: "client01.p12",
    password_file: "client01.pass",
};

fn system() -> Lab {
    let [clb, nlb] = BALANCERS;
    let lab = Lab::new(&[("client", "10.0.0.10"), clb, nlb, ("web", "10.0.10.11")]);
    lab.write("client01.pass", "correct horse battery staple\n");
    lab.ok(
        "client",
        "certmint manifest new nginx-client-authentication --out pki.toml
         certmint apply",
    );
    lab.write_page("web", 1);
    lab.ok(
        "client",
        "certmint render nginx www --set clients_ca=clients \
            --out web --here /etc/nginx/certmint --with-files
         scp -q -r web root@web:/etc/nginx/certmint
         ssh root@web ln -s ../certmint/www.conf /etc/nginx/conf.d/",
    );
    lab.restart("web", "nginx", 443);
    lab.ok(
        "client",
        "certmint render haproxy-tcp www --set backends=10.0.10.11:443 --set health=connection \
            --out clb --here /etc/haproxy
         scp -q clb/* root@clb:/etc/haproxy/
         ssh root@clb mv /etc/haproxy/www.cfg /etc/haproxy/haproxy.cfg",
    );
    lab.restart("clb", "haproxy", 443);
    lab.ok(
        "client",
        "certmint render nginx-stream www --set backends=10.0.10.11:443 --out nlb
         scp -q nlb/www.stream.conf root@nlb:/etc/nginx/modules-enabled/90-www.stream.conf",
    );
    lab.restart("nlb", "nginx", 443);
    lab
}

/// The name leads to this load balancer from now on.
fn point_to(lab: &Lab, address: &str) {
    lab.ok(
        "client",
        &format!(
            "sed -i /example.com/d /etc/hosts && echo {address} www.example.com >> /etc/hosts"
        ),
    );
}

fn curl(lab: &Lab, words: &str) -> Told {
    lab.curl("client", &format!("--cacert {CA} {words} {SITE}"))
}

/// 400, and why, as nginx says it.
fn refused(told: &Told, why: &str) {
    assert_eq!(told.code, 0, "{told:#?}");
    assert!(
        told.stdout.ends_with("\n400\n") && told.stdout.contains(why),
        "{why}: {told:#?}"
    );
}

fn accepted(told: &Told) {
    assert_eq!(told.code, 0, "{told:#?}");
    assert!(
        told.stdout.ends_with("\n200\n") && told.stdout.contains("WEB server 1"),
        "{told:#?}"
    );
}

const NONE_SENT: &str = "No required SSL certificate was sent";
const NOT_ACCEPTED: &str = "The SSL certificate error";

fn pem(name: &str) -> String {
    format!("--cert pki/certs/{name}/{name}.crt --key pki/certs/{name}/{name}.key")
}

/// Clients that the server must not accept: of another CA of the same name, and expired.
fn make_strangers(lab: &Lab) {
    lab.ok(
        "client",
        "certmint --pki other ca init clients --cn 'Example Clients CA' --org Example --key p256 --no-passphrase
         certmint --pki other issue client client01 --ca clients",
    );
    // certmint makes no certificate that has ended already.
    lab.write(
        "expired.cnf",
        "[ca]\ndefault_ca = past\n[past]\ndatabase = index.txt\nnew_certs_dir = .\n\
         policy = any\nrand_serial = yes\ndefault_md = sha256\nx509_extensions = client\n\
         [any]\ncommonName = supplied\n[client]\nbasicConstraints = critical, CA:FALSE\n\
         keyUsage = critical, digitalSignature\nextendedKeyUsage = clientAuth\n\
         authorityKeyIdentifier = keyid:always\nsubjectKeyIdentifier = hash\n",
    );
    lab.ok(
        "client",
        "touch index.txt
         openssl req -new -newkey rsa:2048 -nodes -keyout expired.key -subj /CN=client01 -out expired.csr 2>&1
         openssl ca -batch -config expired.cnf -cert pki/ca/clients.crt -keyfile pki/ca/clients.key \
            -startdate 20240101000000Z -enddate 20250101000000Z -in expired.csr -out expired.crt -notext 2>&1",
    );
}

#[test]
fn only_clients_with_a_certificate_get_through() {
    let lab = system();
    make_strangers(&lab);
    lab.ok("client", "certmint issue client client02 --ca clients");
    // curl takes the password of a PKCS#12 file from its command line or a file of options.
    lab.ok(
        "client",
        "printf 'cert = \"client01.p12:%s\"\\ncert-type = P12\\n' \"$(cat client01.pass)\" > client01.curl",
    );
    for (balancer, address) in BALANCERS {
        point_to(&lab, address);
        assert_eq!(
            lab.served_serial("client", CA, &format!("{balancer}:443"), "www.example.com"),
            lab.serial_of("client", "pki/certs/www/www.crt"),
        );
        for version in ["--tls-max 1.2", "--tlsv1.3"] {
            let curl = |words: &str| curl(&lab, &format!("{version} {words}"));
            refused(&curl(""), NONE_SENT);
            accepted(&curl(&pem("client01")));
            accepted(&curl("--config client01.curl"));
            refused(
                &curl(
                    "--cert other/certs/client01/client01.crt --key other/certs/client01/client01.key",
                ),
                NOT_ACCEPTED,
            );
            refused(&curl("--cert expired.crt --key expired.key"), NOT_ACCEPTED);
            accepted(&curl(&pem("client02")));
        }
        let none = lab.python_get("client", CA, SITE, None);
        assert!(none.stdout.starts_with("400 "), "{none:#?}");
        let own = lab.python_get("client", CA, SITE, Some(&CLIENT));
        assert!(own.stdout.starts_with("200 "), "{own:#?}");
    }
    // The second load balancer is there for the rest: what passes TCP through has no say in it.
    let none = lab.java_get("client", CA, SITE, None);
    assert!(none.stdout.starts_with("400 "), "{none:#?}");
    let own = lab.java_get("client", CA, SITE, Some(&CLIENT));
    assert!(own.stdout.starts_with("200 "), "{own:#?}");

    lab.ok(
        "client",
        "certmint revoke client02 --reason keyCompromise --yes
         scp -q pki/crl/clients.chain.crl root@web:/etc/nginx/certmint/
         ssh root@web systemctl reload nginx",
    );
    lab.until(
        "client",
        &format!("curl -sS --cacert {CA} {} {SITE}", pem("client02")),
        |page| page.contains(NOT_ACCEPTED),
    );
    for (_, address) in BALANCERS {
        point_to(&lab, address);
        refused(&curl(&lab, &pem("client02")), NOT_ACCEPTED);
        accepted(&curl(&lab, &pem("client01")));
    }
}

#[test]
fn chromium_shows_its_certificate() {
    let lab = system();
    lab.trust_in_nss("client", "root", CA);
    for (balancer, address) in BALANCERS {
        point_to(&lab, address);
        let none = lab.chromium("client", SITE);
        assert!(none.stdout.contains(NONE_SENT), "{none:#?}");
        lab.screenshot(
            "client",
            SITE,
            &format!("client-authentication-{balancer}-without"),
        );
    }
    lab.ok(
        "client",
        "pk12util -i client01.p12 -d sql:$HOME/.pki/nssdb -w client01.pass -K ''",
    );
    lab.choose_client_certificate("client", SITE, "Example Clients CA");
    for (balancer, address) in BALANCERS {
        point_to(&lab, address);
        let own = lab.chromium("client", SITE);
        assert!(own.stdout.contains("<h1>WEB server 1</h1>"), "{own:#?}");
        lab.screenshot("client", SITE, &format!("client-authentication-{balancer}"));
    }
}
