//! Kubernetes: the objects, judged by the schemas of its API and by openssl.

use serde_json::Value;

use crate::{desk::Desk, judge};

/// The objects of files, data decoded.
const READ: &str = r#"
import base64, json, sys, yaml
objects = {}
for file in sys.argv[1:]:
    for one in yaml.safe_load_all(open(file)):
        if one["kind"] == "Secret":
            one["data"] = {k: base64.b64decode(v, validate=True).decode() for k, v in one["data"].items()}
        objects[one["kind"] + " " + one["metadata"]["name"]] = one
print(json.dumps(objects))
"#;

fn objects(desk: &Desk, files: &[&str]) -> Value {
    let mut python = judge::wheel("python");
    python
        .args(["-c", READ])
        .args(files)
        .current_dir(desk.0.path("conf"));
    serde_json::from_slice(&judge::ok(python).stdout).unwrap()
}

fn validate(desk: &Desk, files: &[&str]) {
    let mut validate = judge::wheel("kubernetes-validate");
    validate
        .arg("--strict")
        .args(files)
        .current_dir(desk.0.path("conf"));
    judge::ok(validate);
}

#[test]
fn the_objects_are_what_kubernetes_takes() {
    let desk = Desk::new();
    let settings = [
        "clients_ca=clients",
        "namespace=web",
        "object_name=shop",
        "gateway=true",
    ];
    desk.render("kubernetes", &settings);
    let core = [
        "www.secret.yaml",
        "www.ca.yaml",
        "www.clients-ca.yaml",
        "www.ingress.yaml",
    ];
    validate(&desk, &core);
    let mode = desk.0.ok("server", "stat -c %a conf/www.secret.yaml");
    assert_eq!(mode, "600\n");
    let found = objects(&desk, &[&core[..], &["www.gateway.yaml"]].concat());
    for (_, one) in found.as_object().unwrap() {
        assert_eq!(one["metadata"]["namespace"], "web");
    }
    let secret = &found["Secret shop"];
    assert_eq!(secret["type"], "kubernetes.io/tls");
    assert_eq!(
        secret["data"]["tls.crt"],
        desk.0.read("pki/certs/www/www.fullchain.crt")
    );
    assert_eq!(
        secret["data"]["tls.key"],
        desk.0.read("pki/certs/www/www.key")
    );
    assert_eq!(
        found["ConfigMap shop-ca"]["data"]["ca.crt"],
        desk.0.read("pki/ca/ca.crt")
    );
    let clients = &found["Secret shop-clients-ca"]["data"];
    assert_eq!(clients["ca.crt"], desk.0.read("pki/ca/clients.crt"));
    assert_eq!(clients["ca.crl"], desk.0.read("pki/crl/clients.crl"));
    let ingress = &found["Ingress shop"];
    assert_eq!(ingress["spec"]["tls"][0]["secretName"], "shop");
    assert_eq!(
        ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/auth-tls-secret"],
        "web/shop-clients-ca"
    );
    // The Gateway API is no part of Kubernetes' own schemas.
    let listener = &found["Gateway shop"]["spec"]["listeners"][0];
    assert_eq!(listener["tls"]["certificateRefs"][0]["name"], "shop");
    assert_eq!(listener["hostname"], "server");
    assert_eq!(
        found["HTTPRoute shop"]["spec"]["parentRefs"][0]["name"],
        "shop"
    );

    // What is rendered again after a renewal has the new pair.
    desk.renew_and(
        "certmint render kubernetes www --out conf --replace --set clients_ca=clients --set namespace=web --set object_name=shop",
    );
    let again = objects(&desk, &core);
    let data = &again["Secret shop"]["data"];
    assert_ne!(data, &secret["data"]);
    desk.0.write("tls.key", data["tls.key"].as_str().unwrap());
    desk.0.write("tls.crt", data["tls.crt"].as_str().unwrap());
    assert_eq!(
        desk.0.ok("server", "openssl pkey -in tls.key -pubout"),
        desk.0
            .ok("server", "openssl x509 -in tls.crt -noout -pubkey")
    );
}

#[test]
fn names_that_kubernetes_refuses_are_refused() {
    let desk = Desk::new();
    desk.0.ok(
        "server",
        "certmint issue server My_Host --san server --ca ca --key p256",
    );
    for (line, why) in [
        ("My_Host", "'M'"),
        ("www --set object_name=a_b", "'_'"),
        ("www --set namespace=a.b", "namespace"),
        ("www --set service=Web", "'W'"),
    ] {
        let told = desk.0.run(
            "server",
            &format!("certmint render kubernetes {line} --out no"),
        );
        assert_eq!(told.code, 1, "{line}\n{told:#?}");
        assert!(told.stderr.contains(why), "{line}\n{told:#?}");
    }
    let told = desk.0.run("server", "certmint render kubernetes www");
    assert!(told.stderr.contains("--out"), "{told:#?}");
    assert!(!desk.0.path("no").exists());
}

#[test]
fn a_clients_ca_below_a_root_is_refused() {
    Desk::new().takes_root_only("kubernetes", "");
}
