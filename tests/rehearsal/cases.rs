//! Each way in which a side can refuse, on the files as they lie in `pki/certs`.

use serde_json::Value;

use crate::{
    court::{Files, Verdict, nginx_and_curl, openssl},
    server::world as pki,
    world::World,
};

const GOOD: Files = Files {
    server: "flb",
    client: Some("client01"),
    host: "flb.example.com",
    ca: "pki/ca/ca.crt",
    clients_ca: "pki/ca/ca.crt",
    lists: None,
};

/// What certmint says: who refuses, and the document.
fn rehearsed(world: &World, files: &Files) -> (Verdict, Value) {
    let mut line = format!("rehearse {} --host {} --json", files.server, files.host);
    if files.ca != GOOD.ca {
        line += &format!(" --ca {}", files.ca);
    }
    if let Some(client) = files.client {
        line += &format!(" --client {client}");
        if files.clients_ca != GOOD.clients_ca {
            line += &format!(" --clients-ca {}", files.clients_ca);
        }
    }
    let told = world.run(&line);
    let document = told.document();
    let handshakes = document["handshakes"].as_array().unwrap();
    let verdict = match handshakes.first() {
        None => Verdict::NoStart,
        Some(first) => match (first["succeeds"].as_bool(), first["refused_by"].as_str()) {
            (Some(true), None) => Verdict::Agreed,
            (_, Some("client")) => Verdict::ClientRefuses,
            (_, Some("server")) => Verdict::ServerRefuses,
            other => panic!("{other:?} in {document:#}"),
        },
    };
    for handshake in handshakes {
        assert_eq!(
            handshake["refused_by"], handshakes[0]["refused_by"],
            "{document:#}"
        );
    }
    assert_eq!(
        document["disagreements"].as_array().unwrap().len(),
        0,
        "{document:#}"
    );
    let code = if verdict == Verdict::Agreed { 0 } else { 3 };
    assert_eq!(told.code, code, "{document:#}");
    assert_eq!(
        document["accepted"],
        verdict == Verdict::Agreed,
        "{document:#}"
    );
    (verdict, document)
}

/// What is said about a side's certificate.
fn reasons(document: &Value, side: &str) -> Vec<String> {
    let findings = document[side]["findings"].as_array();
    findings
        .into_iter()
        .flatten()
        .filter(|finding| finding["severity"] == "failure")
        .map(|finding| {
            assert_ne!(finding["remedy"], "", "{finding}");
            finding["matter"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// certmint and both pairs of foreign judges say the same, with TLS 1.2 and 1.3.
fn all_say(world: &World, files: &Files, expected: Verdict, server: &[&str], client: &[&str]) {
    let (verdict, document) = rehearsed(world, files);
    assert_eq!(verdict, expected, "{files:?}: {document:#}");
    assert_eq!(
        reasons(&document, "server_certificate"),
        server,
        "{document:#}"
    );
    assert_eq!(
        reasons(&document, "client_certificate"),
        client,
        "{document:#}"
    );
    for version in ["TLS 1.2", "TLS 1.3"] {
        let nginx = nginx_and_curl(world, files, version);
        assert_eq!(nginx, expected, "nginx and curl, {version}: {files:?}");
        let openssl = openssl(world, files, version);
        assert_eq!(openssl, expected, "openssl, {version}: {files:?}");
    }
}

/// Has a CA sign the request of a certificate for other days, and puts that in its place.
fn dated(world: &World, name: &str, usage: &str, start: &str, end: &str) {
    world.write("index.txt", "");
    world.write(
        "ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\n\
         default_md=sha256\npolicy=p\nunique_subject=no\nemail_in_dn=no\n[p]\ncommonName=supplied\n",
    );
    world.write(
        "ext.cnf",
        format!(
            "subjectAltName = DNS:flb.example.com\nextendedKeyUsage = {usage}\n\
             keyUsage = digitalSignature\n"
        ),
    );
    let folder = format!("pki/certs/{name}/{name}");
    world.accepts(&format!(
        "openssl ca -batch -config ca.cnf -in {folder}.csr -cert pki/ca/web.crt \
         -keyfile pki/ca/web.key -extfile ext.cnf -startdate {start} -enddate {end} -notext \
         -out dated.crt"
    ));
    let chain = world.read_text("dated.crt") + &world.read_text("pki/ca/web.crt");
    world.write(&format!("{folder}.fullchain.crt"), chain);
}

#[test]
fn a_good_pair_and_a_server_alone() {
    let world = pki();
    all_say(&world, &GOOD, Verdict::Agreed, &[], &[]);
    let alone = Files {
        client: None,
        ..GOOD
    };
    all_say(&world, &alone, Verdict::Agreed, &[], &[]);
}

/// While a root is rolled over, both sides have both roots: who still has the files from before is
/// accepted, with the new root alone he is not.
#[test]
fn both_roots_are_trusted_while_one_takes_over_from_the_other() {
    let world = pki();
    let before = |name: &str| format!("pki/certs/{name}/{name}.fullchain.crt");
    let files = ["flb", "client01"].map(|name| (before(name), world.read(&before(name))));
    world.ok("ca rollover next ca --no-passphrase");
    for (file, content) in files {
        world.write(&file, content);
    }
    let both = Files {
        ca: "pki/ca/ca.bundle.crt",
        clients_ca: "pki/ca/ca.bundle.crt",
        ..GOOD
    };
    let new_alone = Files {
        ca: "pki/ca/ca-2.crt",
        ..both
    };
    all_say(&world, &both, Verdict::Agreed, &[], &[]);
    all_say(
        &world,
        &new_alone,
        Verdict::ClientRefuses,
        &["signature"],
        &[],
    );
    // Nobody said what is trusted.
    let document = world.json("rehearse flb --client client01 --host flb.example.com");
    for side in ["client_trusts", "server_trusts"] {
        let trusted = &document[side];
        assert_eq!(
            trusted,
            &serde_json::json!(["pki/ca/ca.bundle.crt"]),
            "{document:#}"
        );
    }
}

#[test]
fn wrong_authorities() {
    let world = pki();
    let stranger = Files {
        client: Some("stranger"),
        ..GOOD
    };
    all_say(
        &world,
        &stranger,
        Verdict::ServerRefuses,
        &[],
        &["issuer_missing"],
    );
    // The server trusts the stranger's CA, too late for the one that was right.
    let other = Files {
        clients_ca: "pki/ca/other.crt",
        ..GOOD
    };
    all_say(
        &world,
        &other,
        Verdict::ServerRefuses,
        &[],
        &["issuer_missing"],
    );
    let both = Files {
        client: Some("stranger"),
        ..other
    };
    all_say(&world, &both, Verdict::Agreed, &[], &[]);
    let other = Files {
        ca: "pki/ca/other.crt",
        ..GOOD
    };
    all_say(
        &world,
        &other,
        Verdict::ClientRefuses,
        &["issuer_missing"],
        &[],
    );
}

#[test]
fn wrong_purposes_and_names() {
    let world = pki();
    world.ok("issue client notserver --san flb.example.com --ca web --key p256");
    let swapped = Files {
        client: Some("flb"),
        ..GOOD
    };
    all_say(&world, &swapped, Verdict::ServerRefuses, &[], &["purpose"]);
    let swapped = Files {
        server: "notserver",
        ..GOOD
    };
    all_say(&world, &swapped, Verdict::ClientRefuses, &["purpose"], &[]);
    let misnamed = Files {
        host: "www.example.com",
        ..GOOD
    };
    all_say(
        &world,
        &misnamed,
        Verdict::ClientRefuses,
        &["host_name"],
        &[],
    );
}

#[test]
fn wrong_times() {
    let world = pki();
    let (past, future) = (
        ("20200101000000Z", "20210101000000Z"),
        ("20460101000000Z", "20470101000000Z"),
    );
    for ((start, end), reason) in [(past, "expired"), (future, "not_yet_valid")] {
        dated(&world, "client01", "clientAuth", start, end);
        all_say(&world, &GOOD, Verdict::ServerRefuses, &[], &[reason]);
    }
    world.ok("renew client01");
    for ((start, end), reason) in [(past, "expired"), (future, "not_yet_valid")] {
        dated(&world, "flb", "serverAuth", start, end);
        all_say(&world, &GOOD, Verdict::ClientRefuses, &[reason], &[]);
    }
}

#[test]
fn incomplete_chains() {
    let world = pki();
    let lonely = |name: &str| {
        let folder = format!("pki/certs/{name}/{name}");
        let own = world.read_text(&format!("{folder}.crt"));
        world.write(&format!("{folder}.fullchain.crt"), own);
    };
    lonely("client01");
    let reason = ["intermediate_missing"];
    all_say(&world, &GOOD, Verdict::ServerRefuses, &[], &reason);
    lonely("flb");
    all_say(&world, &GOOD, Verdict::ClientRefuses, &reason, &reason);
}

#[test]
fn revoked_clients() {
    let world = pki();
    world.ok("revoke client01 --reason keyCompromise --yes");
    world.ok("crl");
    world.ok("crl web");
    let files = Files {
        lists: Some(("pki/crl/web.chain.crl", "pki/crl/web.crl")),
        ..GOOD
    };
    all_say(&world, &files, Verdict::ServerRefuses, &[], &["revoked"]);
    // Another one passes the same lists.
    world.ok("issue client client02 --ca web --key p256");
    let files = Files {
        client: Some("client02"),
        ..files
    };
    all_say(&world, &files, Verdict::Agreed, &[], &[]);
}

/// A list that has ended keeps its clients out, whether they are on it or not.
#[test]
fn a_revocation_list_that_has_ended() {
    let world = pki();
    world.ok("issue server direct --san flb.example.com --ca ca --key p256");
    world.ok("crl web");
    world.write("index.txt", "");
    world.write("number", "01\n");
    world.write(
        "ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ncrlnumber=number\n\
         crl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n",
    );
    world.accepts(
        "openssl ca -config ca.cnf -gencrl -cert pki/ca/web.crt -keyfile pki/ca/web.key \
         -crl_lastupdate 20200101000000Z -crl_nextupdate 20210101000000Z -out pki/crl/web.crl",
    );
    let files = Files {
        server: "direct",
        lists: Some(("pki/crl/web.crl", "pki/crl/web.crl")),
        ..GOOD
    };
    all_say(
        &world,
        &files,
        Verdict::ServerRefuses,
        &[],
        &["revocation_unknown"],
    );
}

#[test]
fn keys_that_do_not_fit_and_weak_ones() {
    let world = pki();
    let key = |name: &str| format!("pki/certs/{name}/{name}.key");
    let own = world.read(&key("client01"));
    world.write(&key("client01"), world.read(&key("flb")));
    all_say(&world, &GOOD, Verdict::NoStart, &[], &["key"]);
    world.write(&key("client01"), own);
    let own = world.read(&key("flb"));
    world.write(&key("flb"), world.read(&key("client01")));
    all_say(&world, &GOOD, Verdict::NoStart, &["key"], &[]);
    world.write(&key("flb"), own);
    // 1024 bits, which openssl refuses at its usual level of security.
    world.accepts(&format!("openssl genrsa -out {} 1024", key("flb")));
    world.accepts(&format!(
        "openssl req -new -key {} -subj /CN=flb.example.com -out pki/certs/flb/flb.csr",
        key("flb")
    ));
    dated(
        &world,
        "flb",
        "serverAuth",
        "20260101000000Z",
        "20400101000000Z",
    );
    all_say(
        &world,
        &GOOD,
        Verdict::NoStart,
        &["weak_algorithm", "key"],
        &[],
    );
}
