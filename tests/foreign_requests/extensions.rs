//! Every extension that a request asks for is granted, changed or refused, and why is said.

use crate::desk::Desk;

/// Signs a request with one extension and gives what was decided of it.
fn decided(desk: &mut Desk, name: &str, extension: &str, options: &str) -> String {
    desk.request(
        name,
        &format!("-subj /C=DE/O=Acme/CN=host.example -addext '{extension}'"),
    );
    let mut decisions = desk.signs(name, options);
    assert_eq!(decisions.len(), 1, "{name}: {decisions:?}");
    decisions.remove(0)
}

#[test]
fn names_are_granted() {
    let mut desk = Desk::new();
    for (name, extension, profile) in [
        ("dns", "DNS:a.example,DNS:*.b.example", "server"),
        ("ip", "IP:10.0.0.1,IP:fd00::1", "server"),
        ("international", "DNS:xn--mller-kva.example", "server"),
        ("critical", "critical,DNS:a.example", "server"),
        ("uri", "URI:spiffe://x/y", "client"),
        ("email", "email:a@b.example", "client"),
        (
            "upn",
            "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:user@corp",
            "client",
        ),
        ("other", "otherName:1.3.6.1.5.5.7.8.5;IA5:x", "client"),
        ("registered", "RID:1.2.3.4", "client"),
        (
            "mixed",
            "DNS:a.example,email:a@b.example,URI:https://x/",
            "peer",
        ),
    ] {
        let decision = decided(
            &mut desk,
            name,
            &format!("subjectAltName={extension}"),
            &format!("--profile {profile}"),
        );
        assert_eq!(decision, "subjectAltName granted", "{name}");
    }
    desk.request_from(
        "directory",
        "req_extensions=e\n[dn]\nCN=h\n[e]\nsubjectAltName=dirName:d\n[d]\nC=DE\nCN=x",
    );
    assert_eq!(
        desk.signs("directory", "--profile client"),
        ["subjectAltName granted"]
    );
}

#[test]
fn names_that_are_none_are_refused() {
    let desk = Desk::new();
    for (name, extension, because) in [
        ("underscore", "DNS:a_b.example", "no underscore"),
        ("not-ascii", "DNS:müller.example", "not written in A-labels"),
        ("two-dots", "DNS:a..example", "is not a host name"),
        ("star-within", "DNS:a*.example", "is not a host name"),
        ("address-as-name", "DNS:10.0.0.1", "is not a host name"),
    ] {
        desk.request(
            name,
            &format!("-utf8 -subj /CN=h -addext subjectAltName={extension}"),
        );
        desk.refuses(name, "--profile server", because);
    }
    desk.request("nameless", "-subj /CN=host.example");
    desk.refuses("nameless", "--profile server", "without a host name");
    desk.request(
        "by-email",
        "-subj /CN=h -addext subjectAltName=email:a@b.example",
    );
    desk.refuses("by-email", "--profile server", "without a host name");
}

#[test]
fn given_names_take_the_place_of_requested_ones() {
    let mut desk = Desk::new();
    let decision = decided(
        &mut desk,
        "other-name",
        "subjectAltName=DNS:asked.example",
        "--san given.example",
    );
    assert_eq!(
        decision,
        "subjectAltName changed: --san says DNS:given.example"
    );
    let names = desk
        .world
        .accepts("openssl x509 -in other-name.crt -noout -ext subjectAltName");
    assert!(names.contains("DNS:given.example"), "{names}");
    assert!(!names.contains("asked"), "{names}");
}

#[test]
fn what_the_profile_decides_is_changed_to_it() {
    let mut desk = Desk::new();
    for (name, extension, expected) in [
        (
            "usage-as-is",
            "keyUsage=critical,digitalSignature",
            "keyUsage granted",
        ),
        (
            "usage-not-critical",
            "keyUsage=digitalSignature",
            "keyUsage changed: made critical (RFC 5280 §4.2.1.3)",
        ),
        (
            "usage-other",
            "keyUsage=keyAgreement,decipherOnly",
            "keyUsage changed: profile client gives keyUsage digitalSignature",
        ),
        (
            "purpose-as-is",
            "extendedKeyUsage=clientAuth",
            "extendedKeyUsage granted",
        ),
        (
            "purpose-both",
            "extendedKeyUsage=serverAuth,clientAuth",
            "extendedKeyUsage changed: profile client gives extendedKeyUsage clientAuth",
        ),
        (
            "purpose-unknown",
            "extendedKeyUsage=1.2.3.4",
            "extendedKeyUsage changed: profile client gives",
        ),
        (
            "no-ca",
            "basicConstraints=critical,CA:FALSE",
            "basicConstraints granted",
        ),
        (
            "no-ca-not-critical",
            "basicConstraints=CA:FALSE",
            "basicConstraints changed: same constraints",
        ),
        (
            "key-id",
            "subjectKeyIdentifier=hash",
            "subjectKeyIdentifier granted",
        ),
        (
            "key-id-own",
            "subjectKeyIdentifier=01:02:03:04",
            "subjectKeyIdentifier changed: computed from the key",
        ),
        ("staple", "tlsfeature=status_request", "TLSFeature granted"),
    ] {
        let decision = decided(&mut desk, name, extension, "--profile client");
        assert!(
            decision
                .to_lowercase()
                .starts_with(&expected.to_lowercase()),
            "{name}: {decision}"
        );
    }
}

#[test]
fn what_a_requester_may_not_say_is_refused() {
    let mut desk = Desk::new();
    for (name, extension, shown, because) in [
        (
            "policies",
            "certificatePolicies=1.2.3.4",
            "certificatePolicies",
            "the CA says this of itself",
        ),
        (
            "access",
            "authorityInfoAccess=OCSP;URI:http://o",
            "authorityInfoAccess",
            "the CA says this of itself",
        ),
        (
            "crl",
            "crlDistributionPoints=URI:http://c",
            "cRLDistributionPoints",
            "the CA says this of itself",
        ),
        (
            "constraints",
            "nameConstraints=permitted;DNS:example",
            "nameConstraints",
            "CA certificates only",
        ),
        (
            "netscape-type",
            "nsCertType=server",
            "nsCertType",
            "obsolete",
        ),
        (
            "netscape-comment",
            "nsComment=hello",
            "nsComment",
            "obsolete",
        ),
        (
            "own",
            "1.2.3.4=ASN1:UTF8String:hi",
            "1.2.3.4",
            "does not know it",
        ),
        (
            "own-critical",
            "1.2.3.4=critical,ASN1:UTF8String:hi",
            "1.2.3.4",
            "does not know it",
        ),
        (
            "template",
            "1.3.6.1.4.1.311.20.2=ASN1:BMPString:WebServer",
            "microsoftCertificateTemplateName",
            "does not know it",
        ),
    ] {
        let decision = decided(&mut desk, name, extension, "--profile client");
        let expected = format!("{shown} refused: ").to_lowercase();
        assert!(
            decision.to_lowercase().starts_with(&expected) && decision.contains(because),
            "{name}: {decision}"
        );
        let text = desk
            .world
            .accepts(&format!("openssl x509 -in {name}.crt -noout -text"));
        assert!(!text.contains("1.2.3.4"), "{name}: {text}");
    }
}

/// What the profile refuses, the operator of the CA can grant in a section of his own.
#[test]
fn an_operator_grants_what_a_requester_may_not() {
    let mut desk = Desk::new();
    desk.world.write(
        "grant.cnf",
        "[grant]\n1.2.3.4=ASN1:UTF8String:hi\ncertificatePolicies=1.2.3.5\n",
    );
    let decision = decided(
        &mut desk,
        "own",
        "1.2.3.4=ASN1:UTF8String:hi",
        "--profile client --config grant.cnf --extensions grant",
    );
    assert_eq!(decision, "1.2.3.4 granted");
    let text = desk.world.accepts("openssl x509 -in own.crt -noout -text");
    assert!(text.contains("Policy: 1.2.3.5"), "{text}");
}

#[test]
fn several_extensions_are_each_decided() {
    let mut desk = Desk::new();
    desk.request_from(
        "several",
        "req_extensions=e\n[dn]\nCN=h\n[e]\nsubjectAltName=DNS:a.example\nkeyUsage=digitalSignature\n\
         nsComment=hello\nextendedKeyUsage=serverAuth",
    );
    let decisions = desk.signs("several", "--profile server");
    let words: Vec<String> = decisions
        .iter()
        .map(|decision| {
            decision
                .split([' ', ':'])
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    assert_eq!(
        words,
        [
            "subjectAltName granted",
            "keyUsage changed",
            "nsComment refused",
            "extendedKeyUsage granted"
        ]
    );
}

#[test]
fn a_request_to_be_a_ca_is_refused() {
    let desk = Desk::new();
    for (name, extension) in [
        ("makes-ca", "basicConstraints=critical,CA:TRUE,pathlen:0"),
        ("ca-not-critical", "basicConstraints=CA:TRUE"),
        ("signs-certificates", "keyUsage=critical,keyCertSign"),
    ] {
        desk.request(name, &format!("-subj /CN=h -addext '{extension}'"));
        for profile in ["client", "server", "peer"] {
            desk.refuses(
                name,
                &format!("--profile {profile} --san a.example"),
                "would make it a CA",
            );
        }
    }
}
