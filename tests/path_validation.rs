//! Path validation beside `openssl verify`: chains that openssl makes, each with one fault, and on
//! which certificate the fault is found. Where the two differ, the test says why, and so does
//! docs/decisions/path-validation.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod judge;
#[path = "path_validation/lab.rs"]
mod lab;

use std::time::{Duration, Instant};

use certmint::inspect::verify::{
    Check, Options, Purpose, Request, RevocationMode, Role, WeakAlgorithms, verify,
};
use lab::{CA, Lab, SERVER};

/// root, int and leaf, well made.
fn chain() -> Lab {
    let mut lab = Lab::new();
    lab.root("root", "/O=Acme/CN=root", CA);
    lab.issue("int", "root", "/O=Acme/CN=int", CA);
    lab.issue("leaf", "int", "/O=Acme/CN=leaf", SERVER);
    lab
}

#[test]
fn a_good_chain_is_good_in_any_order() {
    let mut lab = chain();
    lab.issue("stranger", "root", "/CN=stranger", CA);
    for pool in [
        &["int"][..],
        &["int", "root", "stranger"],
        &["stranger", "root", "int", "leaf"],
    ] {
        let outcome = lab
            .case("leaf", pool, "root")
            .server()
            .host("host.example")
            .judge();
        outcome.both_accept();
        assert_eq!(outcome.rustls, Ok(()));
        let roles: Vec<Role> = outcome.verdict.path.iter().map(|link| link.role).collect();
        assert_eq!(roles, [Role::Leaf, Role::Intermediate, Role::TrustAnchor]);
        let subjects: Vec<&str> = outcome
            .verdict
            .path
            .iter()
            .map(|link| link.subject.as_str())
            .collect();
        assert_eq!(
            subjects,
            ["CN=leaf,O=Acme", "CN=int,O=Acme", "CN=root,O=Acme"]
        );
        assert!(
            outcome
                .verdict
                .path
                .iter()
                .all(|link| link.findings.is_empty())
        );
    }
}

#[test]
fn a_missing_intermediate_is_named() {
    let lab = chain();
    lab.case("leaf", &[], "root")
        .judge()
        .both_refuse("leaf", Check::IssuerMissing)
        .saying("CN=int,O=Acme (key identifier ");
}

#[test]
fn a_self_signed_certificate_is_not_trusted_by_itself() {
    let mut lab = chain();
    lab.root("other", "/O=Acme/CN=other", CA);
    lab.case("leaf", &["int", "root"], "other")
        .judge()
        .both_refuse("root", Check::Untrusted)
        .saying("self-signed");
    lab.root("alone", "/CN=alone", SERVER);
    lab.case("alone", &[], "root")
        .judge()
        .both_refuse("alone", Check::Untrusted);
    lab.case("root", &[], "root").judge().both_accept();
}

#[test]
fn each_expired_certificate_is_named_and_so_are_all() {
    let mut lab = Lab::new();
    lab.root_for("root", "/CN=root", CA, 30, &[]);
    lab.issue_for("int", "root", "/CN=int", CA, 20, &[]);
    lab.issue_for("leaf", "int", "/CN=leaf", SERVER, 10, &[]);
    lab.issue_for("long int", "root", "/CN=long int", CA, 100, &[]);
    lab.issue_for("long leaf", "int", "/CN=long leaf", SERVER, 100, &[]);
    lab.issue_for(
        "longest leaf",
        "long int",
        "/CN=longest leaf",
        SERVER,
        100,
        &[],
    );
    let case = |target, pool: &'static str| {
        lab.case(
            target,
            if pool == "int" {
                &["int"]
            } else {
                &["long int"]
            },
            "root",
        )
    };
    case("leaf", "int").after_days(9).judge().both_accept();
    case("leaf", "int")
        .after_days(11)
        .judge()
        .both_refuse("leaf", Check::Expired)
        .saying("expired at 2");
    case("long leaf", "int")
        .after_days(21)
        .judge()
        .both_refuse("int", Check::Expired);
    let outcome = case("longest leaf", "long int").after_days(31).judge();
    outcome.both_refuse("root", Check::Expired);
    assert_eq!(
        outcome.rustls,
        Ok(()),
        "rustls does not look at the dates of a trust anchor"
    );
    case("leaf", "int")
        .after_days(-1)
        .judge()
        .openssl
        .unwrap_err();

    let all = case("leaf", "int").after_days(40).judge();
    let expired: Vec<&str> = all
        .verdict
        .failures()
        .filter_map(|(link, _)| link)
        .map(|link| link.subject.as_str())
        .collect();
    assert_eq!(expired, ["CN=leaf", "CN=int", "CN=root"]);
    let early = case("leaf", "int").after_days(-1).judge();
    assert!(
        early
            .verdict
            .failures()
            .all(|(_, finding)| finding.check == Check::NotYetValid)
    );
    assert_eq!(early.verdict.failures().count(), 3);
}

#[test]
fn an_intermediate_must_be_a_ca_that_may_sign_certificates() {
    let mut lab = chain();
    let no_sign = CA.replace("keyCertSign,cRLSign", "digitalSignature");
    let no_ca = CA
        .replace("CA:TRUE", "CA:FALSE")
        .replace("keyCertSign,cRLSign", "keyCertSign");
    let unmarked = CA.replace("basicConstraints=critical,CA:TRUE\n", "");
    for (name, extensions, check) in [
        ("nosign", no_sign.as_str(), Check::KeyUsage),
        ("noca", &no_ca, Check::NotCa),
        ("unmarked", &unmarked, Check::NotCa),
        ("v1", "", Check::NotCa),
    ] {
        let subject = format!("/CN={name}");
        lab.issue(name, "root", &subject, extensions);
        let leaf = format!("below {name}");
        let server = SERVER.replace("authorityKeyIdentifier=keyid\n", "");
        lab.issue(&leaf, name, "/CN=leaf", &server);
        let outcome = lab.case(&leaf, &[name], "root").judge();
        outcome.we_refuse(name, check);
        assert!(outcome.openssl.is_err());
        match name {
            "nosign" => assert_eq!(outcome.rustls, Ok(()), "rustls does not look at keyUsage"),
            _ => assert!(outcome.rustls.is_err()),
        }
    }
}

#[test]
fn the_path_length_is_counted_and_the_ca_that_limits_it_named() {
    let mut lab = chain();
    lab.issue(
        "int0",
        "root",
        "/CN=int0",
        &CA.replace("CA:TRUE", "CA:TRUE,pathlen:0"),
    );
    lab.issue("below", "int0", "/CN=below", CA);
    lab.issue("too deep", "below", "/CN=too deep", SERVER);
    lab.issue("just right", "int0", "/CN=just right", SERVER);
    lab.case("just right", &["int0"], "root")
        .judge()
        .both_accept();
    lab.case("too deep", &["below", "int0"], "root")
        .judge()
        .both_refuse("below", Check::PathLength)
        .saying("CN=int0");
    // The anchor's own limit counts too, as for openssl and rustls.
    lab.root(
        "root0",
        "/CN=root0",
        &CA.replace("CA:TRUE", "CA:TRUE,pathlen:0"),
    );
    lab.issue("mid", "root0", "/CN=mid", CA);
    lab.issue("end", "mid", "/CN=end", SERVER);
    lab.case("end", &["mid"], "root0")
        .judge()
        .both_refuse("mid", Check::PathLength);
}

/// (name, constraints, extensions of a permitted leaf, of a forbidden leaf, its subject)
#[test]
fn name_constraints_of_each_kind_permit_and_exclude() {
    let mut lab = chain();
    let directory = "\n[d]\nO=Acme\n";
    let cases = [
        (
            "dns",
            "permitted;DNS:example",
            "DNS:a.example",
            "DNS:a.other",
        ),
        (
            "dns2",
            "excluded;DNS:bad.example",
            "DNS:a.example",
            "DNS:x.bad.example",
        ),
        (
            "wild",
            "permitted;DNS:example",
            "DNS:*.a.example",
            "DNS:*.a.badexample",
        ),
        (
            "ip",
            "permitted;IP:10.0.0.0/255.0.0.0",
            "IP:10.1.2.3",
            "IP:11.1.2.3",
        ),
        (
            "ip2",
            "excluded;IP:10.0.0.0/255.0.0.0",
            "IP:11.1.2.3",
            "IP:10.1.2.3",
        ),
        (
            "ip6",
            "permitted;IP:fd00::/ff00::",
            "IP:fd12::1",
            "IP:fe80::1",
        ),
        (
            "email",
            "permitted;email:example.com",
            "email:a@example.com",
            "email:a@x.example.com",
        ),
        (
            "email2",
            "excluded;email:.example.com",
            "email:a@example.com",
            "email:a@x.example.com",
        ),
        (
            "mailbox",
            "permitted;email:a@b.example",
            "email:a@b.example",
            "email:c@b.example",
        ),
        (
            "uri",
            "permitted;URI:.example",
            "URI:https://a.example/x",
            "URI:https://a.other/x",
        ),
        (
            "uri2",
            "excluded;URI:a.example",
            "URI:https://b.example/x",
            "URI:https://a.example:1/x",
        ),
    ];
    for (name, constraint, good, bad) in cases {
        let ca = format!("{CA}nameConstraints=critical,{constraint}\n");
        let subject = format!("/CN={name}");
        lab.issue(name, "root", &subject, &ca);
        for (kind, san) in [("good", good), ("bad", bad)] {
            let leaf = format!("{name} {kind}");
            let extensions = SERVER.replace("DNS:host.example", san);
            lab.issue(&leaf, name, "/CN=leaf", &extensions);
            let outcome = lab.case(&leaf, &[name], "root").judge();
            if kind == "good" {
                outcome.both_accept();
            } else {
                outcome
                    .both_refuse("leaf", Check::NameConstraints)
                    .saying(&format!("name constraints of CN={name}"));
            }
            let rustls_reads = name.starts_with("dns") || name.starts_with("ip") || name == "wild";
            if rustls_reads {
                assert_eq!(outcome.rustls.is_ok(), kind == "good", "{leaf}");
            } else {
                assert!(
                    outcome.rustls.is_err(),
                    "rustls refuses other constraints unread"
                );
            }
        }
    }
    for (name, side, good, bad) in [
        ("dir", "permitted", "/O=acme/CN=leaf", "/O=Acme Ltd/CN=leaf"),
        ("dir2", "excluded", "/O=Other/CN=leaf", "/O=ACME/CN=leaf"),
    ] {
        let ca = format!("{CA}nameConstraints=critical,{side};dirName:d\n{directory}");
        lab.issue(name, "root", &format!("/CN={name}"), &ca);
        for (kind, subject) in [("good", good), ("bad", bad)] {
            let leaf = format!("{name} {kind}");
            lab.issue(&leaf, name, subject, SERVER);
            let outcome = lab.case(&leaf, &[name], "root").judge();
            if kind == "good" {
                outcome.both_accept();
            } else {
                outcome
                    .both_refuse("leaf", Check::NameConstraints)
                    .saying("subject");
            }
        }
    }
}

#[test]
fn name_constraints_of_the_trust_anchor_and_on_the_subject_count() {
    let mut lab = Lab::new();
    let email = format!("{CA}nameConstraints=critical,permitted;email:example.com\n");
    lab.root("root", "/CN=root", &email);
    lab.issue(
        "good",
        "root",
        "/CN=good/emailAddress=a@example.com",
        SERVER,
    );
    lab.issue("bad", "root", "/CN=bad/emailAddress=a@other.com", SERVER);
    lab.case("good", &[], "root").judge().both_accept();
    lab.case("bad", &[], "root")
        .judge()
        .both_refuse("bad", Check::NameConstraints)
        .saying("e-mail address in the subject a@other.com");
}

#[test]
fn purposes_hold_down_the_path() {
    let mut lab = chain();
    let client = SERVER.replace("serverAuth", "clientAuth");
    let any = SERVER.replace("serverAuth", "anyExtendedKeyUsage");
    let none = SERVER.replace("extendedKeyUsage=serverAuth\n", "");
    lab.issue("client", "int", "/CN=client", &client);
    lab.issue("any", "int", "/CN=any", &any);
    lab.issue("none", "int", "/CN=none", &none);
    lab.case("leaf", &["int"], "root")
        .server()
        .judge()
        .both_accept();
    let wrong = lab.case("leaf", &["int"], "root").client().judge();
    wrong
        .both_refuse("leaf", Check::Purpose)
        .saying("clientAuth");
    assert!(wrong.rustls.is_err());
    lab.case("client", &["int"], "root")
        .client()
        .judge()
        .both_accept();
    lab.case("client", &["int"], "root")
        .server()
        .judge()
        .both_refuse("client", Check::Purpose);
    lab.case("any", &["int"], "root")
        .server()
        .judge()
        .both_refuse("any", Check::Purpose);
    lab.case("none", &["int"], "root")
        .server()
        .judge()
        .both_accept();

    lab.issue(
        "client ca",
        "root",
        "/CN=client ca",
        &format!("{CA}extendedKeyUsage=clientAuth\n"),
    );
    lab.issue("server", "client ca", "/CN=server", SERVER);
    lab.case("server", &["client ca"], "root")
        .server()
        .judge()
        .both_refuse("client ca", Check::Purpose);
    lab.case("server", &["client ca"], "root")
        .judge()
        .both_accept();

    let agreement = SERVER.replace("critical,digitalSignature", "critical,keyEncipherment");
    lab.issue(
        "usage",
        "int",
        "/CN=usage",
        &agreement.replace("serverAuth", "clientAuth"),
    );
    lab.case("usage", &["int"], "root")
        .client()
        .judge()
        .both_refuse("usage", Check::KeyUsage);
}

#[test]
fn host_names_are_compared_as_clients_do() {
    let mut lab = chain();
    let sans = "DNS:www.example.com,DNS:*.wild.example.com,DNS:xn--bcher-kva.example,\
        IP:10.0.0.7,IP:fd00::7,DNS:*.com,DNS:10.0.0.9";
    lab.issue(
        "hosts",
        "int",
        "/CN=name.example.com",
        &SERVER.replace("DNS:host.example", sans),
    );
    for (host, is_named) in [
        ("www.example.com", true),
        ("WWW.EXAMPLE.COM", true),
        ("ftp.example.com", false),
        ("a.wild.example.com", true),
        ("wild.example.com", false),
        ("a.b.wild.example.com", false),
        ("xn--bcher-kva.example", true),
        ("example.com", false),
        ("10.0.0.7", true),
        ("10.0.0.8", false),
        ("10.0.0.9", false),
        ("fd00::7", true),
        ("name.example.com", false),
    ] {
        let outcome = lab
            .case("hosts", &["int"], "root")
            .server()
            .host(host)
            .judge();
        if is_named {
            outcome.both_accept();
        } else {
            outcome
                .both_refuse("name.example.com", Check::HostName)
                .saying("the certificate is for www.example.com");
        }
        assert_eq!(outcome.rustls.is_ok(), is_named, "{host}");
    }
    lab.case("hosts", &["int"], "root")
        .host("10.0.0.9")
        .judge()
        .saying("as a DNS name");
    lab.case("hosts", &["int"], "root")
        .host("a.b.wild.example.com")
        .judge()
        .saying("one label");

    // International names are asked for as people write them; openssl wants the A-label.
    let outcome = lab.case("hosts", &["int"], "root").options(|options| {
        options.host = Some("Bücher.example".parse().unwrap());
    });
    outcome.judge().we_accept();

    // Without subjectAltName openssl falls back to the common name; RFC 9525 and all browsers do not.
    let bare = SERVER.replace("subjectAltName=DNS:host.example\n", "");
    lab.issue("bare", "int", "/CN=bare.example", &bare);
    let outcome = lab
        .case("bare", &["int"], "root")
        .server()
        .host("bare.example")
        .judge();
    outcome
        .we_refuse("bare.example", Check::HostName)
        .saying("no subjectAltName");
    assert_eq!(outcome.openssl, Ok(()));
    assert!(outcome.rustls.is_err());
}

#[test]
fn an_issuer_of_the_same_name_with_another_key_is_told_apart() {
    let mut lab = chain();
    lab.root("twin", "/O=Acme/CN=root", CA);
    lab.case("leaf", &["int"], "twin")
        .judge()
        .both_refuse("int", Check::Signature)
        .saying("the name is the same but the key is another");
    lab.case("leaf", &["int"], "root")
        .anchors(&["twin", "root"])
        .judge()
        .both_accept();
    lab.issue("twin int", "root", "/O=Acme/CN=int", CA);
    lab.case("leaf", &["twin int"], "root")
        .judge()
        .both_refuse("leaf", Check::Signature);
    lab.case("leaf", &["twin int", "int"], "root")
        .judge()
        .both_accept();
    // The old root in the pool, a new one of its name trusted.
    lab.case("leaf", &["int", "root"], "twin")
        .judge()
        .both_refuse("root", Check::Untrusted)
        .saying("the trust anchor of the same name has another key");
}

/// RFC 5280 §4.2.1.1: key identifiers help to find the issuer; openssl refuses when they differ.
#[test]
fn a_wrong_key_identifier_is_noted() {
    let mut lab = chain();
    lab.share_key("int", "int again");
    let other_id = CA.replace("subjectKeyIdentifier=hash", "subjectKeyIdentifier=01:02:03");
    lab.issue("int again", "root", "/O=Acme/CN=int", &other_id);
    let outcome = lab.case("leaf", &["int again"], "root").judge();
    outcome.we_accept();
    outcome.noting(Check::KeyIdentifier, "010203");
    assert!(outcome.openssl.is_err());
    assert_eq!(outcome.rustls, Ok(()));
    // With both at hand the one with the right identifier is taken.
    let outcome = lab.case("leaf", &["int again", "int"], "root").judge();
    outcome.both_accept();
    assert!(
        outcome
            .verdict
            .path
            .iter()
            .all(|link| link.findings.is_empty())
    );
}

/// openssl holds a common name against DNS constraints when there is no subjectAltName; a client
/// that takes no host from a common name has nothing to hold against them.
#[test]
fn common_names_are_no_hosts_for_name_constraints() {
    let mut lab = chain();
    let constrained = format!("{CA}nameConstraints=critical,permitted;DNS:example\n");
    lab.issue("dns", "root", "/CN=dns", &constrained);
    let bare = SERVER.replace("subjectAltName=DNS:host.example\n", "");
    lab.issue("bare", "dns", "/CN=host.other", &bare);
    let outcome = lab.case("bare", &["dns"], "root").judge();
    outcome.we_accept();
    assert!(outcome.openssl.is_err());
    lab.case("bare", &["dns"], "root")
        .host("host.other")
        .judge()
        .both_refuse("host.other", Check::HostName);
}

#[test]
fn what_rustls_refuses_as_a_server_is_noted() {
    let mut lab = chain();
    let ca = SERVER
        .replace("CA:FALSE", "CA:TRUE")
        .replace("digitalSignature", "digitalSignature,keyCertSign");
    lab.issue("ca", "int", "/CN=ca", &ca);
    lab.issue("v1", "int", "/CN=v1", "");
    for (name, word) in [("ca", "a CA's certificate"), ("v1", "version 1")] {
        let outcome = lab.case(name, &["int"], "root").server().judge();
        outcome.both_accept();
        outcome.noting(Check::StrictClients, word);
        assert!(outcome.rustls.is_err());
    }
}

#[test]
fn crls_revoke_expire_and_must_be_the_issuers() {
    let mut lab = chain();
    lab.issue("gone", "int", "/CN=gone", SERVER);
    lab.issue("gone int", "root", "/CN=gone int", CA);
    lab.issue("below gone", "gone int", "/CN=below gone", SERVER);
    lab.root("twin", "/O=Acme/CN=int", CA);
    lab.crl("root", "root", "root", 100, &["gone int"]);
    lab.crl("int", "int", "int", 100, &["gone"]);
    lab.crl("short", "int", "int", 1, &[]);
    lab.crl("forged", "twin", "twin", 100, &[]);
    lab.crl("gone int", "gone int", "gone int", 100, &[]);
    let case = |target, pool: &'static [&'static str]| lab.case(target, pool, "root");
    case("leaf", &["int"])
        .crls(&["root", "int"])
        .judge()
        .both_accept();
    case("gone", &["int"])
        .crls(&["root", "int"])
        .judge()
        .both_refuse("gone", Check::Revoked)
        .saying("revoked at 2024-01-01 00:00:00 UTC (keyCompromise)");
    case("below gone", &["gone int"])
        .crls(&["root", "gone int"])
        .judge()
        .both_refuse("gone int", Check::Revoked);
    case("leaf", &["int"])
        .crls(&["root", "short"])
        .after_days(3)
        .judge()
        .both_refuse("leaf", Check::RevocationUnknown)
        .saying("expired at");
    case("leaf", &["int"])
        .crls(&["root", "forged"])
        .judge()
        .both_refuse("leaf", Check::RevocationUnknown)
        .saying("not signed with its issuer's key");

    // By default a certificate whose issuer's CRL was not given gets a note; openssl -crl_check_all
    // refuses, and so do we when it is asked for.
    let partly = case("leaf", &["int"]).crls(&["int"]).judge();
    partly.we_accept();
    partly.noting(Check::RevocationUnknown, "no CRL of its issuer");
    assert!(partly.openssl.is_err());
    case("leaf", &["int"])
        .crls(&["int"])
        .options(|options| options.revocation = RevocationMode::Required)
        .judge()
        .both_refuse("int", Check::RevocationUnknown);
    case("gone", &["int"])
        .crls(&["int"])
        .options(|options| options.revocation = RevocationMode::Off)
        .judge()
        .we_accept();
}

#[test]
fn a_crl_needs_a_signer_that_may_sign_it() {
    let mut lab = chain();
    lab.issue(
        "mute",
        "root",
        "/CN=mute",
        &CA.replace("keyCertSign,cRLSign", "keyCertSign"),
    );
    lab.issue("below", "mute", "/CN=below", SERVER);
    lab.crl("root", "root", "root", 100, &[]);
    lab.crl("mute", "mute", "mute", 100, &[]);
    lab.case("below", &["mute"], "root")
        .crls(&["root", "mute"])
        .judge()
        .both_refuse("below", Check::RevocationUnknown)
        .saying("cRLSign");
}

#[test]
fn what_openssl_req_makes_as_a_root_is_accepted_with_a_note() {
    let mut lab = Lab::new();
    // The recipe's root: `openssl req -x509` writes no keyUsage.
    let recipe = "basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n\
        authorityKeyIdentifier=keyid\n";
    lab.root("root", "/CN=testca.com", recipe);
    lab.issue("leaf", "root", "/CN=leaf", SERVER);
    let outcome = lab.case("leaf", &[], "root").server().judge();
    outcome.both_accept();
    outcome.noting(Check::StrictClients, "without keyUsage");
    assert_eq!(outcome.verdict.path.last().unwrap().role, Role::TrustAnchor);
    assert!(
        lab.case("leaf", &[], "root")
            .arguments(&["-x509_strict"])
            .judge()
            .openssl
            .is_err()
    );
}

#[test]
fn trust_anchors_are_judged_as_tls_clients_judge_them() {
    let mut lab = Lab::new();
    let plain = SERVER.replace("authorityKeyIdentifier=keyid\n", "");
    lab.root("v1", "/CN=v1", "");
    lab.issue("below v1", "v1", "/CN=leaf", &plain);
    let outcome = lab.case("below v1", &[], "v1").judge();
    outcome.both_accept();
    outcome.noting(Check::StrictClients, "version 1");
    for (name, extensions, check) in [
        (
            "nosign",
            CA.replace("keyCertSign,cRLSign", "digitalSignature"),
            Check::KeyUsage,
        ),
        (
            "noca",
            "basicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n".to_owned(),
            Check::NotCa,
        ),
    ] {
        lab.root(name, &format!("/CN={name}"), &extensions);
        let leaf = format!("below {name}");
        lab.issue(&leaf, name, "/CN=leaf", &plain);
        lab.case(&leaf, &[], name).judge().both_refuse(name, check);
    }
    // openssl takes keyCertSign for "may be a CA" in a root without basicConstraints; Go does not.
    lab.root(
        "unmarked",
        "/CN=unmarked",
        "keyUsage=keyCertSign\nsubjectKeyIdentifier=hash\n",
    );
    lab.issue("below unmarked", "unmarked", "/CN=leaf", &plain);
    let outcome = lab.case("below unmarked", &[], "unmarked").judge();
    outcome.we_refuse("unmarked", Check::NotCa);
    assert_eq!((&outcome.openssl, &outcome.rustls), (&Ok(()), &Ok(())));
    // An anchor that is no root: we (and rustls, Go, NSS) stop there, openssl goes on to a
    // self-signed certificate unless told -partial_chain.
    lab.root("root", "/CN=root", CA);
    lab.issue("int", "root", "/CN=int", CA);
    lab.issue("leaf", "int", "/CN=leaf", SERVER);
    let outcome = lab.case("leaf", &[], "int").judge();
    outcome.we_accept();
    assert!(outcome.openssl.is_err());
    assert_eq!(outcome.rustls, Ok(()));
    lab.case("leaf", &[], "int")
        .arguments(&["-partial_chain"])
        .judge()
        .both_accept();
}

#[test]
fn critical_extensions_must_be_understood() {
    let mut lab = chain();
    lab.issue(
        "odd",
        "int",
        "/CN=odd",
        &format!("{SERVER}1.2.3.4=critical,ASN1:NULL\n"),
    );
    lab.issue(
        "even",
        "int",
        "/CN=even",
        &format!("{SERVER}1.2.3.4=ASN1:NULL\n"),
    );
    lab.case("odd", &["int"], "root")
        .judge()
        .both_refuse("odd", Check::CriticalExtension)
        .saying("1.2.3.4");
    lab.case("even", &["int"], "root").judge().both_accept();
}

#[test]
fn policies_are_processed_where_asked_for() {
    let mut lab = chain();
    let policy = |extensions: &str, more: &str| format!("{extensions}{more}\n");
    lab.issue(
        "p int",
        "root",
        "/CN=p int",
        &policy(CA, "certificatePolicies=1.2.3,1.2.4"),
    );
    lab.issue(
        "p leaf",
        "p int",
        "/CN=p leaf",
        &policy(SERVER, "certificatePolicies=1.2.3"),
    );
    let wanting = |name: &'static str| {
        lab.case("p leaf", &["p int"], "root")
            .arguments(&["-policy_check", "-explicit_policy", "-policy", name])
            .options(|options| {
                options.policies.require_explicit_policy = true;
                options.policies.initial_policies = vec![name.to_owned()];
            })
            .judge()
    };
    wanting("1.2.3").both_accept();
    assert_eq!(wanting("1.2.3").verdict.policies, ["1.2.3"]);
    wanting("1.2.4").both_refuse("p leaf", Check::Policy);
    lab.issue(
        "strict int",
        "root",
        "/CN=strict int",
        &policy(
            CA,
            "certificatePolicies=1.2.3\npolicyConstraints=critical,requireExplicitPolicy:0",
        ),
    );
    lab.issue("without", "strict int", "/CN=without", SERVER);
    let outcome = lab
        .case("without", &["strict int"], "root")
        .arguments(&["-policy_check"])
        .judge();
    outcome.both_refuse("without", Check::Policy);
    assert!(outcome.rustls.is_err());
}

/// Where we are stricter than `openssl verify` without options, as TLS clients are.
#[test]
fn weak_algorithms_are_refused_as_in_a_handshake() {
    let mut lab = Lab::new();
    lab.rsa_key("root", 2048);
    lab.rsa_key("short", 1024);
    lab.root("root", "/CN=root", CA);
    lab.issue_for("sha1", "root", "/CN=sha1", SERVER, 100, &["-sha1"]);
    lab.issue("short", "root", "/CN=short", SERVER);
    for name in ["sha1", "short"] {
        let outcome = lab.case(name, &[], "root").judge();
        outcome.we_refuse(name, Check::WeakAlgorithm);
        assert_eq!(outcome.openssl, Ok(()));
        let level_2 = lab
            .case(name, &[], "root")
            .arguments(&["-auth_level", "2"])
            .judge();
        level_2.both_refuse(name, Check::WeakAlgorithm);
        lab.case(name, &[], "root")
            .options(|options| options.weak_algorithms = WeakAlgorithms::Noted)
            .judge()
            .both_accept();
    }
}

#[test]
fn every_signature_algorithm_that_openssl_makes_is_checked_or_named() {
    let mut lab = Lab::new();
    let algorithms: [(&str, &[&str], &[&str], bool); 12] = [
        ("rsa", &["RSA", "rsa_keygen_bits:2048"], &["-sha256"], true),
        (
            "rsa384",
            &["RSA", "rsa_keygen_bits:2048"],
            &["-sha384"],
            true,
        ),
        (
            "rsa512",
            &["RSA", "rsa_keygen_bits:3072"],
            &["-sha512"],
            true,
        ),
        (
            "pss",
            &["RSA", "rsa_keygen_bits:2048"],
            &[
                "-sha256",
                "-sigopt",
                "rsa_padding_mode:pss",
                "-sigopt",
                "rsa_pss_saltlen:32",
            ],
            true,
        ),
        (
            "pss20",
            &["RSA", "rsa_keygen_bits:2048"],
            &[
                "-sha256",
                "-sigopt",
                "rsa_padding_mode:pss",
                "-sigopt",
                "rsa_pss_saltlen:20",
            ],
            false,
        ),
        (
            "p256-512",
            &["EC", "ec_paramgen_curve:P-256"],
            &["-sha512"],
            true,
        ),
        (
            "p384",
            &["EC", "ec_paramgen_curve:P-384"],
            &["-sha384"],
            true,
        ),
        (
            "p384-256",
            &["EC", "ec_paramgen_curve:P-384"],
            &["-sha256"],
            true,
        ),
        (
            "p521",
            &["EC", "ec_paramgen_curve:P-521"],
            &["-sha512"],
            true,
        ),
        (
            "p521-256",
            &["EC", "ec_paramgen_curve:P-521"],
            &["-sha256"],
            true,
        ),
        ("ed25519", &["ED25519"], &[], true),
        ("ed448", &["ED448"], &[], false),
    ];
    for (name, key, signing, is_supported) in algorithms {
        let file = format!("{name}.key");
        let mut arguments = vec!["genpkey", "-out", &file, "-algorithm"];
        arguments.extend(key.first());
        arguments.extend(
            key.get(1)
                .into_iter()
                .flat_map(|option| ["-pkeyopt", *option]),
        );
        lab.openssl(&arguments).unwrap();
        let leaf = format!("by {name}");
        lab.root_for(name, &format!("/CN={name}"), CA, 100, signing);
        lab.issue_for(&leaf, name, "/CN=leaf", SERVER, 100, signing);
        let outcome = lab.case(&leaf, &[], name).judge();
        assert_eq!(outcome.openssl, Ok(()), "{name}");
        if is_supported {
            outcome.we_accept();
        } else {
            outcome
                .we_refuse("leaf", Check::SignatureUnsupported)
                .saying("not supported");
        }
    }
}

/// xorshift: mutations that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn mutate(&mut self, der: &[u8]) -> Vec<u8> {
        let mut mutated = der.to_vec();
        for _ in 0..=self.below(3) {
            let place = self.below(mutated.len());
            match self.below(5) {
                0 => mutated[place] ^= 1 << self.below(8),
                1 => mutated[place] = self.below(256) as u8,
                2 => mutated.truncate(place.max(2)),
                3 if mutated.len() > 2 => drop(mutated.remove(place)),
                _ => mutated.insert(place, self.below(256) as u8),
            }
        }
        mutated
    }
}

#[test]
fn twenty_thousand_mutations_neither_panic_nor_hang() {
    let mut lab = chain();
    let all = "nameConstraints=critical,permitted;DNS:example,excluded;IP:10.0.0.0/255.0.0.0\n\
        certificatePolicies=1.2.3\npolicyConstraints=requireExplicitPolicy:3\n\
        inhibitAnyPolicy=2\ncrlDistributionPoints=URI:http://host.example/crl\n";
    lab.issue(
        "rich int",
        "root",
        "/O=Acme/CN=rich int",
        &format!("{CA}{all}"),
    );
    lab.issue(
        "rich leaf",
        "rich int",
        "/O=Acme/CN=leaf",
        &format!("{SERVER}certificatePolicies=1.2.3\n"),
    );
    lab.crl("root", "root", "root", 100, &["leaf"]);
    lab.crl("rich int", "rich int", "rich int", 100, &["leaf"]);
    let (root, int, leaf) = (
        lab.certificate("root"),
        lab.certificate("rich int"),
        lab.certificate("rich leaf"),
    );
    let crls = [lab.crl_der("root"), lab.crl_der("rich int")];
    let mut options = Options::at(time::OffsetDateTime::now_utc());
    options.purpose = Purpose::Server;
    options.revocation = RevocationMode::Required;
    options.host = Some("host.example".parse().unwrap());
    let accepts = |target: &[u8], pool: &[&[u8]], crls: &[&[u8]]| {
        let options = options.clone();
        let request = Request {
            target,
            pool,
            anchors: &[root],
            crls,
            options,
        };
        verify(&request).is_ok_and(|verdict| verdict.is_accepted())
    };
    assert!(accepts(leaf, &[int], &crls));

    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let start = Instant::now();
    for _ in 0..10_000 {
        let mutated = random.mutate(leaf);
        assert!(mutated == leaf || !accepts(&mutated, &[int], &crls));
        let mutated = random.mutate(int);
        assert!(mutated == int || !accepts(leaf, &[&mutated], &crls));
    }
    for _ in 0..2_000 {
        let mutated = random.mutate(crls[1]);
        assert!(mutated == crls[1] || !accepts(leaf, &[int], &[crls[0], &mutated]));
    }
    let spent = start.elapsed();
    assert!(spent < Duration::from_secs(120), "{spent:?}");
}

/// A pool of look-alikes costs bounded work: many keys under one name, and a ladder of six equal
/// certificates on each of twelve steps (six to the power of twelve paths).
#[test]
fn hostile_pools_do_not_hang() {
    use rcgen::{
        BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    };
    let params = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params
    };
    let judge = |target: &[u8], pool: &[Vec<u8>], anchor: &[u8]| {
        let pool: Vec<&[u8]> = pool.iter().map(Vec::as_slice).collect();
        let options = Options::at(time::OffsetDateTime::now_utc());
        let start = Instant::now();
        let request = Request {
            target,
            pool: &pool,
            anchors: &[anchor],
            crls: &[],
            options,
        };
        let verdict = verify(&request).unwrap();
        assert!(!verdict.is_accepted());
        assert!(
            verdict
                .failures()
                .any(|(_, finding)| finding.check == Check::Limit)
        );
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
    };
    let anchor_key = KeyPair::generate().unwrap();
    let anchor = params("anchor").self_signed(&anchor_key).unwrap();

    let signer = KeyPair::generate().unwrap();
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = params("leaf")
        .signed_by(&leaf_key, &Issuer::new(params("A"), &signer))
        .unwrap();
    let keys: Vec<KeyPair> = (0..1000).map(|_| KeyPair::generate().unwrap()).collect();
    let twins: Vec<Vec<u8>> = keys
        .iter()
        .map(|key| params("A").self_signed(key).unwrap().der().to_vec())
        .collect();
    judge(leaf.der(), &twins, anchor.der());

    let steps: Vec<KeyPair> = (0..13).map(|_| KeyPair::generate().unwrap()).collect();
    let mut ladder = Vec::new();
    for (step, keys) in steps.windows(2).enumerate() {
        for serial in 0..6_u64 {
            let mut rung = params(&format!("step {step}"));
            rung.serial_number = Some((serial + 1).into());
            let above = Issuer::new(params(&format!("step {}", step + 1)), &keys[1]);
            ladder.push(rung.signed_by(&keys[0], &above).unwrap().der().to_vec());
        }
    }
    let above = Issuer::new(params("step 0"), &steps[0]);
    let leaf = params("leaf").signed_by(&leaf_key, &above).unwrap();
    judge(leaf.der(), &ladder, anchor.der());
}
