//! An internal load balancer, by a name in a zone that resolves to private addresses, as the
//! manifest `aws-internal-alb` has it: HAProxy and nginx stand for the load balancer, dnsmasq for
//! the zone.

use crate::lab::{Lab, Told};

const SITE: &str = "https://app.internal.example.com/";
/// What the cloud calls the load balancer.
const OWN_NAME: &str = "internal-app-1234567890.ap-northeast-1.elb.amazonaws.com";
const CA: &str = "pki/ca/internal.crt";
const WEB: [(&str, &str); 2] = [("web1", "10.0.1.11"), ("web2", "10.0.2.11")];
/// One address in each subnet.
const ADDRESSES: [&str; 2] = ["10.0.1.5", "10.0.2.5"];

fn system() -> Lab {
    let lab = Lab::new(&[
        ("bastion", "10.0.0.10"),
        ("dns", "10.0.0.2"),
        ("alb", ADDRESSES[0]),
        WEB[0],
        WEB[1],
    ]);
    lab.ok(
        "bastion",
        "certmint manifest new aws-internal-alb --out pki.toml
         certmint apply",
    );
    for (number, (web, _)) in WEB.iter().enumerate() {
        lab.write_page(web, number + 1);
        lab.ok(
            "bastion",
            &format!(
                "certmint render nginx {web} --out {web} --here /etc/nginx/certmint --with-files
                 scp -q -r {web} root@{web}:/etc/nginx/certmint
                 ssh root@{web} ln -s ../certmint/{web}.conf /etc/nginx/conf.d/"
            ),
        );
        lab.restart(web, "nginx", 443);
    }
    // The zone's records: the load balancer's own name, and an alias of it.
    lab.ok("alb", &format!("ip addr add {}/8 dev eth0", ADDRESSES[1]));
    let records: String = [OWN_NAME, "app.internal.example.com"]
        .iter()
        .flat_map(|name| ADDRESSES.map(|address| format!("host-record={name},{address}\n")))
        .collect();
    lab.write(
        "zone.conf",
        format!("no-resolv\nno-hosts\nlisten-address=10.0.0.2\nbind-interfaces\n{records}"),
    );
    lab.ok("dns", "cp zone.conf /etc/dnsmasq.conf");
    lab.restart("dns", "dnsmasq", 53);
    lab.ok("bastion", "echo nameserver 10.0.0.2 > /etc/resolv.conf");
    lab
}

fn resolved(lab: &Lab, name: &str) -> Vec<String> {
    let said = lab.ok("bastion", &format!("getent ahostsv4 {name}"));
    let mut addresses: Vec<String> = said
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

fn server_of(told: &Told) -> String {
    let start = told
        .stdout
        .find("WEB server ")
        .unwrap_or_else(|| panic!("{told:#?}"));
    told.stdout[start + 11..start + 12].to_owned()
}

fn alternates(lab: &Lab) {
    let seen: Vec<String> = (0..6)
        .map(|_| server_of(&lab.curl("bastion", &format!("--cacert {CA} {SITE}"))))
        .collect();
    assert!(
        seen == ["1", "2", "1", "2", "1", "2"] || seen == ["2", "1", "2", "1", "2", "1"],
        "{seen:?}"
    );
}

/// The name leads to both web servers, for curl and for a browser with the CA in its store.
fn leads(lab: &Lab, balancer: &str) {
    for name in ["app.internal.example.com", OWN_NAME] {
        assert_eq!(resolved(lab, name), ADDRESSES);
    }
    alternates(lab);
    assert_eq!(
        lab.served_serial(
            "bastion",
            CA,
            "app.internal.example.com:443",
            "app.internal.example.com"
        ),
        lab.serial_of("bastion", "pki/certs/app/app.crt"),
    );
    // The load balancer answers by its own name too, but that is no name of the certificate.
    let own_name = format!("https://{OWN_NAME}/");
    let told = lab.curl("bastion", &format!("--cacert {CA} {own_name}"));
    assert_eq!(told.code, 60, "{told:#?}");
    assert!(
        told.stderr
            .contains("no alternative certificate subject name matches"),
        "{told:#?}"
    );
    lab.trust_in_nss("bastion", "internal", CA);
    let told = lab.chromium("bastion", &own_name);
    assert!(
        told.stderr.contains("ERR_CERT_COMMON_NAME_INVALID"),
        "{told:#?}"
    );
    let told = lab.chromium("bastion", SITE);
    assert!(told.stdout.contains("<h1>WEB server "), "{told:#?}");
    lab.screenshot("bastion", SITE, &format!("internal-alb-{balancer}"));
}

#[test]
fn an_internal_name_leads_through_haproxy() {
    let lab = system();
    lab.ok(
        "bastion",
        "certmint render haproxy app --set backends=10.0.1.11:443,10.0.2.11:443 \
            --set backend_name=web.internal.example.com --out alb --here /etc/haproxy
         scp -q alb/* root@alb:/etc/haproxy/
         ssh root@alb mv /etc/haproxy/app.cfg /etc/haproxy/haproxy.cfg",
    );
    lab.restart("alb", "haproxy", 443);
    lab.await_health("alb", &[("UP", "L7OK"), ("UP", "L7OK")]);
    leads(&lab, "haproxy");
    let untrusting = lab.curl("bastion", SITE);
    assert_eq!(untrusting.code, 60, "{untrusting:#?}");
    let python = lab.python_get("bastion", CA, SITE, None);
    assert!(python.stdout.starts_with("200 "), "{python:#?}");
    let java = lab.java_get("bastion", CA, SITE, None);
    assert!(java.stdout.starts_with("200 "), "{java:#?}");
}

#[test]
fn an_internal_name_leads_through_nginx() {
    let lab = system();
    lab.ok(
        "bastion",
        "certmint render nginx-lb app --set backends=10.0.1.11:443,10.0.2.11:443 \
            --set backend_name=web.internal.example.com \
            --out alb --here /etc/nginx/certmint --with-files
         scp -q -r alb root@alb:/etc/nginx/certmint
         ssh root@alb ln -s ../certmint/app.conf /etc/nginx/conf.d/",
    );
    lab.restart("alb", "nginx", 443);
    leads(&lab, "nginx");
}
