//! `export k8s`: judged by the schemas of Kubernetes' API, a YAML parser and openssl.

use serde_json::Value;

use super::{mode, public_key, world};
use crate::{judge, world::World};

/// The objects of a file, data decoded.
const READ: &str = r#"
import base64, json, sys, yaml
objects = []
for one in yaml.safe_load_all(open(sys.argv[1])):
    if one["kind"] == "Secret":
        one["data"] = {k: base64.b64decode(v, validate=True).decode() for k, v in one["data"].items()}
    objects.append(one)
print(json.dumps(objects))
"#;

/// Every object of a file, which Kubernetes' API has to take.
pub(crate) fn objects(world: &World, file: &str) -> Vec<Value> {
    let mut validate = judge::wheel("kubernetes-validate");
    validate
        .args(["--strict", file])
        .current_dir(world.folder());
    judge::ok(validate);
    let mut python = judge::wheel("python");
    python.args(["-c", READ, file]).current_dir(world.folder());
    serde_json::from_slice(&judge::ok(python).stdout).unwrap()
}

#[test]
fn a_secret_and_a_config_map_are_what_kubernetes_takes() {
    let world = world();
    let exported = world.json("export k8s localhost --out both.yaml --namespace web-1");
    assert_eq!(exported["format"], "k8s");
    assert_eq!(mode(&world, "both.yaml"), 0o600);
    let objects = objects(&world, "both.yaml");
    let [secret, map] = objects.as_slice() else {
        panic!("{objects:#?}");
    };
    assert_eq!(secret["type"], "kubernetes.io/tls");
    assert_eq!(secret["metadata"]["name"], "localhost");
    assert_eq!(map["metadata"]["name"], "localhost-ca");
    for one in [secret, map] {
        assert_eq!(one["metadata"]["namespace"], "web-1");
    }
    let data = |object: &Value, key: &str| object["data"][key].as_str().unwrap().to_owned();
    assert_eq!(
        data(secret, "tls.crt"),
        world.read_text("pki/certs/localhost/localhost.fullchain.crt")
    );
    let root = world.read_text("pki/ca/ca.crt");
    assert_eq!(data(secret, "ca.crt"), root);
    assert_eq!(data(map, "ca.crt"), root);
    world.write("tls.key", data(secret, "tls.key"));
    world.write("tls.crt", data(secret, "tls.crt"));
    world.write("ca.crt", data(map, "ca.crt"));
    assert_eq!(
        public_key(&world, "tls.key"),
        world.accepts("openssl x509 -in tls.crt -noout -pubkey")
    );
    world.accepts("openssl verify -x509_strict -CAfile ca.crt -untrusted tls.crt tls.crt");
}

#[test]
fn each_object_alone() {
    let world = world();
    world.ok("export k8s localhost --kind secret --no-ca --object-name 123 --out secret.yaml");
    let secret = objects(&world, "secret.yaml");
    assert_eq!(secret.len(), 1);
    assert_eq!(secret[0]["metadata"]["name"], "123");
    let keys: Vec<&String> = secret[0]["data"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["tls.crt", "tls.key"]);

    // Nobody hands a CA's key to a cluster by leaving a flag out.
    for kind in ["", "--kind secret", "--kind both"] {
        let told = world.refused(&format!("export k8s ca --out ca.yaml {kind}"));
        assert!(told.stderr.contains("--kind config-map"), "{told:#?}");
        assert!(!world.exists("ca.yaml"));
    }
    world.ok("export k8s ca --kind config-map --out map.yaml");
    let map = objects(&world, "map.yaml");
    assert_eq!(map.len(), 1);
    assert_eq!(map[0]["metadata"]["name"], "ca");
    assert_eq!(mode(&world, "map.yaml"), 0o644);
    // What has no key here can be trusted all the same.
    world.ok("key new --key p256 --out own.key");
    world.ok("csr new --key-file own.key --out own.csr --cn own --san own.example");
    world.ok("sign own.csr --out own.crt --ca web");
    world.ok("export k8s web --kind config-map --out web.yaml");
    let map = objects(&world, "web.yaml");
    assert_eq!(
        map[0]["data"]["ca.crt"].as_str().unwrap(),
        world.read_text("pki/ca/ca.crt")
    );
}

#[test]
fn names_that_kubernetes_refuses_are_refused() {
    let world = world();
    world.ok("issue client Joe_1 --ca web --key p256");
    let told = world.refused("export k8s Joe_1 --out joe.yaml");
    assert!(told.stderr.contains("'J'"), "{told:#?}");
    assert!(told.stderr.contains("--object-name"), "{told:#?}");
    world.ok("export k8s Joe_1 --object-name joe-1 --out joe.yaml");
    assert_eq!(objects(&world, "joe.yaml")[0]["metadata"]["name"], "joe-1");
    for wrong in [
        "--namespace a.b",
        "--namespace Web",
        "--object-name a_b",
        "--object-name a:\\n",
    ] {
        let told = world.run(&format!("export k8s localhost --out no.yaml {wrong}"));
        assert_eq!(told.code, 2, "{wrong}\n{told:#?}");
    }
    assert!(!world.exists("no.yaml"));
}
