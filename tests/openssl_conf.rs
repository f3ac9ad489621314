//! openssl's request configuration, judged by openssl: every configuration of the corpus is given
//! to `openssl req -new`, and subject and extensions must come out byte for byte the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of a test may stop at the first surprise too"
)]

#[path = "openssl_conf/corpus.rs"]
mod corpus;
#[path = "openssl_conf/judge.rs"]
mod judge;
#[path = "openssl_conf/mutations.rs"]
mod mutations;
#[path = "openssl_conf/refused.rs"]
mod refused;
#[path = "openssl_conf/stricter.rs"]
mod stricter;

use std::fs;
use std::path::Path;

use certmint::formats::openssl_conf::{
    AuthorityPart, CertificateExtensions, Config, CopyExtensions, DistinguishedName,
    ExtensionValue, Included, KeyIdentifierWish, RequestConfig,
};
use judge::{
    BENCH, both_refuse, encoded, extensions_of, files, judge_text, only_ours_refuses, openssl,
    read, same, with_extensions, with_name,
};
use x509_parser::prelude::*;

#[test]
fn the_recipes_configurations_give_openssls_bytes() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/openssl");
    for (file, host) in [
        ("flb.cnf", "www.2026testsite.com"),
        ("backend.cnf", "backend.internal.local"),
    ] {
        let text = fs::read_to_string(fixtures.join(file)).unwrap();
        same([(file, text.clone())].into_iter());
        let request = read(&fixtures, &text).unwrap();
        assert_eq!(request.default_bits.map(|bits| bits.value), Some(2048));
        assert_eq!(
            request.default_digest.map(|digest| digest.value).as_deref(),
            Some("sha256")
        );
        assert_eq!(request.notes, []);
        let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
        let extensions =
            CertificateExtensions::read(&config, Some("req_ext"), &mut request.subject.clone())
                .unwrap();
        assert_eq!(extensions.extensions, request.extensions);
        let value = [
            &[0x30, host.len() as u8 + 2, 0x82, host.len() as u8],
            host.as_bytes(),
        ]
        .concat();
        assert_eq!(extensions.extensions[0].value, ExtensionValue::Der(value));
    }
}

#[test]
fn extensions_come_out_as_openssl_makes_them() {
    same(
        corpus::EXTENSIONS
            .iter()
            .map(|(name, lines)| (*name, with_extensions(lines))),
    );
}

#[test]
fn names_come_out_as_openssl_makes_them() {
    same(
        corpus::NAMES
            .iter()
            .map(|(name, lines)| (*name, with_name(lines))),
    );
}

#[test]
fn whole_configurations_come_out_as_openssl_makes_them() {
    same(
        corpus::WHOLE
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned())),
    );
}

#[test]
fn extensions_that_openssl_refuses_are_refused() {
    both_refuse(
        refused::REFUSED_EXTENSIONS
            .iter()
            .map(|(name, lines)| (*name, with_extensions(lines))),
    );
}

#[test]
fn names_that_openssl_refuses_are_refused() {
    both_refuse(
        refused::REFUSED_NAMES
            .iter()
            .map(|(name, lines)| (*name, with_name(lines))),
    );
}

#[test]
fn whole_configurations_that_openssl_refuses_are_refused() {
    both_refuse(
        refused::REFUSED_WHOLE
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned())),
    );
}

#[test]
fn what_openssl_drops_or_garbles_is_refused() {
    only_ours_refuses(
        stricter::STRICTER_EXTENSIONS
            .iter()
            .map(|(name, lines, _)| (*name, with_extensions(lines))),
    );
    only_ours_refuses(
        stricter::STRICTER_WHOLE
            .iter()
            .map(|(name, text, _)| (*name, (*text).to_owned())),
    );
}

/// The parts of a certificate that `openssl x509 -req` makes with a section of extensions.
fn judge_certificate(
    folder: &Path,
    text: &str,
    section: &str,
) -> Result<Vec<(String, bool, Vec<u8>)>, String> {
    let key = BENCH.folder.path().join("key.pem");
    let key = key.to_str().unwrap();
    fs::write(folder.join("f.cnf"), text).unwrap();
    let ca = openssl(
        folder,
        &[
            "req", "-new", "-x509", "-key", key, "-subj", "/CN=ca", "-out", "ca.crt",
        ],
    );
    assert!(ca.status.success(), "{ca:?}");
    let request = openssl(
        folder,
        &[
            "req",
            "-new",
            "-key",
            key,
            "-subj",
            "/CN=x/emailAddress=a@b",
            "-out",
            "x.csr",
        ],
    );
    assert!(request.status.success(), "{request:?}");
    let mut arguments = vec![
        "x509",
        "-req",
        "-in",
        "x.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        key,
        "-CAcreateserial",
        "-extfile",
        "f.cnf",
        "-outform",
        "DER",
        "-out",
        "x.crt",
    ];
    if !section.is_empty() {
        arguments.extend(["-extensions", section]);
    }
    let made = openssl(folder, &arguments);
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned());
    }
    let der = fs::read(folder.join("x.crt")).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    Ok(extensions_of(certificate.extensions()))
}

#[test]
fn certificate_extensions_come_out_as_openssl_makes_them() {
    let folder = tempfile::tempdir().unwrap();
    for (section, text) in [
        (
            "e",
            "[e]\nbasicConstraints=critical,CA:FALSE\nsubjectAltName=email:copy,DNS:a\nkeyUsage=cRLSign\n",
        ),
        (
            "e",
            "base=a.example\n[e]\nsubjectAltName=@s\n[s]\nDNS.1=$base\nDNS.2=www.$base\n",
        ),
        ("", "extensions=e\n[e]\nextendedKeyUsage=serverAuth\n"),
        ("", "keyUsage=keyCertSign\nbasicConstraints=CA:TRUE\n"),
        ("req_ext", include_str!("fixtures/openssl/flb.cnf")),
        (
            "e",
            "[req]\nstring_mask=pkix\n[e]\nsubjectAltName=dirName:d\n[d]\nCN=x\n",
        ),
    ] {
        let made = judge_certificate(folder.path(), text, section).unwrap();
        let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
        // SEQUENCE { SET { SEQUENCE { emailAddress, IA5String "a@b" } } }
        let subject = [
            &[0x30, 0x14, 0x31, 0x12, 0x30, 0x10, 0x06, 0x09][..],
            &[
                0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01, 0x16, 0x03,
            ],
            b"a@b",
        ]
        .concat();
        let mut subject = DistinguishedName::from_der(&subject).unwrap();
        let section = Some(section).filter(|section| !section.is_empty());
        let own = CertificateExtensions::read(&config, section, &mut subject).unwrap();
        // openssl adds the subject's key identifier to every certificate that has extensions.
        let made: Vec<_> = made
            .into_iter()
            .filter(|(oid, ..)| oid != "2.5.29.14")
            .collect();
        assert_eq!(encoded(&own.extensions, &[]), made, "{text}");
    }
    for (section, text) in [
        ("nowhere", "[e]\nkeyUsage=cRLSign\n"),
        (
            "",
            "comment=a variable among the extensions\nkeyUsage=cRLSign\n",
        ),
        ("", "extensions=nowhere\n"),
    ] {
        assert!(
            judge_certificate(folder.path(), text, section).is_err(),
            "{text}"
        );
        let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
        let section = Some(section).filter(|section| !section.is_empty());
        let own = CertificateExtensions::read(&config, section, &mut DistinguishedName::default());
        assert!(own.is_err(), "{text}");
    }
}

#[test]
fn key_identifiers_are_left_to_whoever_has_the_keys() {
    use AuthorityPart::{Always, Unwanted, Wanted};
    for (value, key_identifier, issuer_and_serial) in [
        ("keyid", Wanted, Unwanted),
        ("keyid:always, issuer", Always, Wanted),
        ("issuer:always", Unwanted, Always),
    ] {
        let text = format!("[e]\nauthorityKeyIdentifier={value}\nsubjectKeyIdentifier=hash\n");
        let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
        let read =
            CertificateExtensions::read(&config, Some("e"), &mut DistinguishedName::default())
                .unwrap();
        let values: Vec<_> = read
            .extensions
            .into_iter()
            .map(|e| (e.oid, e.value))
            .collect();
        let authority = KeyIdentifierWish::AuthorityKey {
            key_identifier,
            issuer_and_serial,
        };
        assert_eq!(
            values,
            [
                (
                    "2.5.29.35".to_owned(),
                    ExtensionValue::KeyIdentifier(authority)
                ),
                (
                    "2.5.29.14".to_owned(),
                    ExtensionValue::KeyIdentifier(KeyIdentifierWish::SubjectKeyHash)
                ),
            ]
        );
    }
}

#[test]
fn copy_extensions_is_found_where_the_ca_keeps_it() {
    let read =
        |text: &str| CopyExtensions::read(&Config::read_alone("f.cnf", text.as_bytes()).unwrap());
    let value = |text: &str| read(text).unwrap().map(|located| located.value);
    assert_eq!(
        value("[ca]\ndefault_ca=mine\n[mine]\ncopy_extensions=copy"),
        Some(CopyExtensions::Copy)
    );
    assert_eq!(
        value("[CA_default]\ncopy_extensions=copyall"),
        Some(CopyExtensions::CopyAll)
    );
    assert_eq!(
        value("[CA_default]\ncopy_extensions=none"),
        Some(CopyExtensions::None)
    );
    assert_eq!(value("[req]\nprompt=no"), None);
    let error = read("[CA_default]\n\ncopy_extensions=copy_all")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "f.cnf:3: copy_extensions: unknown way to copy \"copy_all\", did you mean \"copyall\"?"
    );
}

#[test]
fn includes_are_read_as_openssl_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::create_dir(path.join("parts")).unwrap();
    fs::create_dir(path.join("parts/sub.cnf")).unwrap();
    fs::write(path.join("names.cnf"), "[dn]\nCN=$base\n[san]\nDNS.1=one\n").unwrap();
    fs::write(path.join("parts/b.conf"), "[e]\nkeyUsage=cRLSign\n").unwrap();
    fs::write(path.join("parts/a.CNF"), "[dn]\nO=a\n").unwrap();
    fs::write(path.join("parts/c.txt"), "not read").unwrap();
    fs::write(path.join("open.cnf"), "[dn]\nCN=x\n").unwrap();
    fs::write(path.join("joined.cnf"), "[dn]\nCN=x \\").unwrap();
    let rest = "[req]\nprompt=no\ndistinguished_name=dn\n";
    let absolute = format!(
        ".pragma abspath:on\n.include {}/open.cnf\n{rest}",
        path.display()
    );
    same(
        [
            ("file", format!("base=b\n.include names.cnf\nDNS.2=two\n{rest}req_extensions=e\n[e]\nsubjectAltName=@san\n")),
            ("equal sign", format!("base=b\n.include = names.cnf\n{rest}")),
            ("equal sign without spaces", format!("base=b\n.include=names.cnf\n{rest}")),
            ("variable and quotes", format!("base=names\n.include \"$x\"${{base}}.cnf\n{rest}").replace("\"$x\"", "''")),
            ("directory", format!(".include parts\n[dn]\nCN=x\n{rest}req_extensions=e\n")),
            ("includedir", format!(".pragma includedir:parts\n.include b.conf\n{rest}req_extensions=e\n[dn]\nCN=x\n")),
            ("includedir with slash", format!(".pragma includedir : parts/\n.include b.conf\n{rest}req_extensions=e\n[dn]\nCN=x\n")),
            ("absolute path", absolute),
            ("section goes on after the file", format!(".include open.cnf\nO=after\n{rest}")),
            ("last line does not join the next file", format!(".include joined.cnf\nO=after\n{rest}")),
        ]
        .into_iter()
        .map(|(name, text)| (name, rewrite(path, text))),
    );
}

/// The judge works in a folder of its own: relative names become absolute, where the case is not
/// about relative names.
fn rewrite(folder: &Path, text: String) -> String {
    let folder = folder.display();
    text.replace(".include names", &format!(".include {folder}/names"))
        .replace("= names.cnf", &format!("= {folder}/names.cnf"))
        .replace("=names.cnf", &format!("={folder}/names.cnf"))
        .replace(".include ''", &format!(".include {folder}/''"))
        .replace(".include parts", &format!(".include {folder}/parts"))
        .replace("includedir:parts", &format!("includedir:{folder}/parts"))
        .replace(
            "includedir : parts",
            &format!("includedir : {folder}/parts"),
        )
        .replace(".include open", &format!(".include {folder}/open"))
        .replace(".include joined", &format!(".include {folder}/joined"))
}

#[test]
fn includes_that_lead_nowhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("loop.cnf"), "\n.include loop.cnf\n").unwrap();
    fs::write(path.join("ping.cnf"), ".include pong.cnf\n").unwrap();
    fs::write(path.join("pong.cnf"), ".include ./ping.cnf\n").unwrap();
    fs::create_dir(path.join("parts")).unwrap();
    fs::write(path.join("parts/a.cnf"), ".include parts\n").unwrap();
    fs::write(path.join("bad.cnf"), "# fine\nbad line\n").unwrap();
    let refusal = |text: &str| {
        Config::read("f.cnf", text.as_bytes(), &mut files(path.to_owned()))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal("x=1\n.include nowhere.cnf"),
        "f.cnf:2: cannot read the included file \"nowhere.cnf\""
    );
    assert_eq!(
        refusal(".include loop.cnf"),
        "loop.cnf:2: \"loop.cnf\" includes itself"
    );
    assert!(refusal(".include ping.cnf").contains("includes itself"));
    assert!(refusal(".include parts").contains("came from a directory"));
    assert_eq!(
        refusal(".include bad.cnf"),
        "bad.cnf:2: missing equal sign, found \"line\""
    );
    assert_eq!(
        refusal(".include $ENV::HOME/x"),
        "f.cnf:1: $ENV::HOME is not read: a configuration does not depend on the environment"
    );
    assert_eq!(refusal(".include/x"), "f.cnf:1: .include names no file");
    let alone = Config::read_alone("f.cnf", b".include x.cnf").unwrap_err();
    assert_eq!(
        alone.to_string(),
        "f.cnf:1: cannot read the included file \"x.cnf\""
    );
    // Never the same name twice, and never an end.
    let mut count = 0;
    let endless = Config::read("f.cnf", b".include 0", &mut |_| {
        count += 1;
        Ok(Included::File(format!(".include {count}").into_bytes()))
    });
    assert!(endless.unwrap_err().to_string().contains("16 levels deep"));
}

#[test]
fn errors_name_file_line_and_option() {
    for (text, expected) in [
        (
            "keyUsge = cRLSign",
            "f.cnf:9: keyUsge: unknown extension \"keyUsge\", did you mean \"keyUsage\"?",
        ),
        (
            "basicConstraints = CA:MAYBE",
            "f.cnf:9: basicConstraints: \"MAYBE\" is not TRUE or FALSE (for CA)",
        ),
        (
            "\n\nsubjectAltName = @s\n[s]\nDNS.1 = a\nIP.1 = 1.2.3",
            "f.cnf:14: IP.1: \"1.2.3\" is not an IP address such as 192.0.2.1 or 2001:db8::1",
        ),
        (
            "extendedKeyUsage = serverAuht",
            "f.cnf:9: extendedKeyUsage: unknown object name or identifier \"serverAuht\", did you mean \"serverAuth\"?",
        ),
        (
            "subjectAltName = @alt",
            "f.cnf:9: subjectAltName: there is no section [ alt ]",
        ),
        (
            "nsComment = one \\\ntwo\nkeyUsage = x",
            "f.cnf:11: keyUsage: unknown key usage \"x\"",
        ),
        (
            "nsComment = $ENV::HOST",
            "f.cnf:9: nsComment: the value needs $ENV::HOST, and a configuration does not depend on the environment",
        ),
        (
            "subjectAltName = DNS:\u{7}é",
            "f.cnf:9: subjectAltName: \"\\u{7}é\" has characters outside of IA5String (ASCII)",
        ),
    ] {
        let text = with_extensions(text);
        let error = read(Path::new("."), &text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let nowhere = read(Path::new("."), "[req]\nprompt=no")
        .unwrap_err()
        .to_string();
    assert_eq!(
        nowhere,
        "f.cnf: there is no distinguished_name in section [ req ]"
    );
}

#[test]
fn nothing_is_dropped_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[req]\nprompt=no\ndistinguished_name=dn\nencrypt_key=no\n[dn]\nCN=x\nOU=one\nOU=two\n[req_ext]\nsubjectAltName=DNS:a\n";
    let (made, _) = judge_text(folder.path(), text).unwrap();
    assert_eq!(
        made.extensions,
        [],
        "openssl makes a request without the SAN"
    );
    let notes: Vec<String> = read(folder.path(), text)
        .unwrap()
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        notes,
        [
            "f.cnf:7: OU is set again at line 8, which replaces this one (give each its own name, such as 1.OU and 2.OU)",
            "f.cnf:4: not used here: encrypt_key = no",
            "f.cnf:9: not used here: no option names [ req_ext ] (line 9)",
        ]
    );
    for (lines, note) in [
        (
            "subjectKeyIdentifier=none",
            "subjectKeyIdentifier is left out: its value is none",
        ),
        (
            "authorityKeyIdentifier=none",
            "authorityKeyIdentifier is left out: its value is none",
        ),
        (
            "subjectAltName=email:copy",
            "subjectAltName is left out: the subject has no e-mail address to copy",
        ),
        (
            "1.2.3=DER:0102030405",
            "1.2.3: the bytes are not one DER value",
        ),
        (
            "subjectAltName=dirName:d\n[d]\nCN=é",
            "the value is UTF-8 but is read as ISO 8859-1, one character for each byte, as openssl does without utf8 = yes in [ req ]",
        ),
    ] {
        let request = read(folder.path(), &with_extensions(lines)).unwrap();
        let texts: Vec<_> = request
            .notes
            .iter()
            .map(|note| note.text.as_str())
            .collect();
        assert_eq!(texts, [note], "{lines}");
    }
    // Another section of extensions than req_extensions names, as -reqexts does.
    let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
    let request = RequestConfig::read(&config, Some("req_ext")).unwrap();
    assert_eq!(request.extensions.len(), 1);
    assert!(RequestConfig::read(&config, Some("nowhere")).is_err());
}

#[test]
fn passwords_are_not_repeated() {
    let text = "[req]\nprompt=no\ndistinguished_name=dn\noutput_password=tell-nobody\n[dn]\nCN=x\n";
    let config = Config::read_alone("f.cnf", text.as_bytes()).unwrap();
    let request = RequestConfig::read(&config, None).unwrap();
    assert_eq!(request.notes[0].text, "not used here: output_password = …");
    assert!(!format!("{config:?}{request:?}").contains("tell-nobody"));
}

#[test]
fn stock_configuration_of_openssl_is_read() {
    let folder = openssl(Path::new("."), &["version", "-d"]);
    let folder = String::from_utf8(folder.stdout).unwrap();
    let folder = folder.split('"').nth(1).unwrap().to_owned();
    let text = fs::read_to_string(Path::new(&folder).join("openssl.cnf")).unwrap();
    // Its name section is for prompting and lacks some answers.
    let error = read(Path::new("."), &text).unwrap_err().to_string();
    assert!(
        error.contains("openssl would ask for this field: set localityName_default"),
        "{error}"
    );
    let answered: String = text
        .lines()
        .map(|line| match line.split('=').next().map(str::trim) {
            Some("challengePassword_min") => "challengePassword_min=0\n".to_owned(),
            Some(
                name @ ("localityName" | "organizationalUnitName" | "commonName" | "emailAddress"),
            ) => {
                format!("{line}\n{name}_default=x\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    same([("openssl.cnf", answered)].into_iter());
}

#[test]
fn bombs_are_defused() {
    let timed = |name: &str, text: String, part: &str| {
        let start = std::time::Instant::now();
        let error = read(Path::new("."), &text).unwrap_err().to_string();
        assert!(error.contains(part), "{name}: {error}");
        assert!(
            start.elapsed().as_secs() < 10,
            "{name}: {:?}",
            start.elapsed()
        );
    };
    let doubled: String = (0..40)
        .map(|n| format!("a{}=$a{n}$a{n}\n", n + 1))
        .collect();
    timed(
        "doubling",
        format!("a0=xx\n{doubled}"),
        "longer than 64 KiB",
    );
    let many: String = (0..2_000).map(|n| format!("v{n}=$long\n")).collect();
    timed(
        "many of the longest",
        format!("long={}\n{many}", "x".repeat(60_000)),
        "over 8 MiB",
    );
    timed("long text", "#\n".repeat(3 << 20), "over 1 MiB");
    let forks: String = (0..49)
        .map(|n| format!("[s{n}]\na=SEQUENCE:s{0}\nb=SEQUENCE:s{0}\n", n + 1))
        .collect();
    timed(
        "forking sequences",
        with_extensions(&format!("1.2.3=ASN1:SEQUENCE:s0\n{forks}[s49]\na=NULL")),
        "too often",
    );
    let policies = "@p,".repeat(20_000);
    timed(
        "one section many times",
        with_extensions(&format!(
            "certificatePolicies={policies}@p\n[p]\npolicyIdentifier=1.2.3\nCPS.1=a\nCPS.2=b\nCPS.3=c"
        )),
        "too often",
    );
    timed(
        "a long list",
        with_extensions(&format!("keyUsage={}x", "cRLSign,".repeat(120_000))),
        "too often",
    );
    timed(
        "long number",
        with_extensions(&format!("inhibitAnyPolicy={}", "9".repeat(60_000))),
        "whole number",
    );
    timed(
        "deep names",
        with_extensions(&format!("{}=x", "\\[".repeat(60_000))),
        "unknown extension",
    );
}

#[test]
fn names_from_other_requests_are_kept_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in corpus::NAMES {
        let (made, _) = judge_text(folder.path(), &with_name(lines)).unwrap();
        let read = DistinguishedName::from_der(&made.subject).unwrap();
        assert_eq!(read.to_der().unwrap(), made.subject, "{name}");
        for length in 0..made.subject.len() {
            assert!(DistinguishedName::from_der(&made.subject[..length]).is_none());
        }
    }
}
