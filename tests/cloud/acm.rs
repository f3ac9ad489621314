//! AWS Certificate Manager: imported once, and imported again under the same ARN by `renew`.

use serde_json::{Value, json};

use crate::{
    judge,
    stand_in::{StandIn, serial, texts},
    world::World,
};

const SCRIPT: &str = "cloud/alb.aws-acm.sh";
const FILES: [&str; 3] = ["crt", "key", "chain.crt"];

fn with_certificate() -> (World, StandIn) {
    let world = World::with_authority("rsa2048");
    world.ok("issue server alb --san www.example.com --key rsa2048");
    world.ok("render aws-acm alb --out cloud");
    let aws = StandIn::aws(world.folder());
    (world, aws)
}

/// The only certificate of the account: its ARN, and what is known of it.
fn the_only(state: &Value) -> (String, Value) {
    let certificates = state["certificates"].as_object().unwrap();
    assert_eq!(certificates.len(), 1, "{state:#}");
    let (arn, one) = certificates.iter().next().unwrap();
    (arn.clone(), one.clone())
}

fn imports(state: &Value) -> usize {
    let asked = texts(&state["asked"]);
    asked
        .iter()
        .filter(|action| *action == "ImportCertificate")
        .count()
}

#[test]
fn renew_imports_again_under_the_same_arn_and_the_listener_is_not_touched() {
    let (world, aws) = with_certificate();
    aws.ok(&world, SCRIPT);
    let (arn, first) = the_only(&aws.state());
    assert_eq!(
        first["serial"],
        json!(serial(&world, "pki/certs/alb/alb.crt"))
    );
    assert_eq!(world.read_text("cloud/alb.acm-arn"), format!("{arn}\n"));

    world.ok(
        "render aws-alb alb --out cloud --set load_balancer=web --set health_path=/health \
              --set targets=10.0.1.11,10.0.2.11",
    );
    let alb = "cloud/alb.aws-alb.sh";
    aws.ok(&world, alb);
    let attached = aws.state();
    let listener = &attached["listeners"][0];
    assert_eq!(
        (
            &listener["protocol"],
            &listener["port"],
            &listener["certificates"]
        ),
        (&json!("HTTPS"), &json!(443), &json!([arn.clone()]))
    );
    assert_eq!(
        listener["ssl_policy"],
        json!("ELBSecurityPolicy-TLS13-1-2-2021-06")
    );
    let group = &attached["target_groups"]["alb"];
    assert_eq!(
        (
            &group["protocol"],
            &group["health_protocol"],
            &group["health_path"],
            &group["type"]
        ),
        (
            &json!("HTTPS"),
            &json!("HTTPS"),
            &json!("/health"),
            &json!("ip")
        )
    );
    assert_eq!(group["targets"], json!(["10.0.1.11:443", "10.0.2.11:443"]));
    assert_eq!(listener["target_groups"], json!([group["arn"].clone()]));
    assert_eq!(group["vpc"], aws.about["vpc"]);
    // Again: nothing is asked.
    let before = attached["asked"].as_array().unwrap().len();
    aws.ok(&world, alb);
    assert_eq!(aws.state()["asked"].as_array().unwrap().len(), before);

    // The renewal runs the script.
    let told = aws.certmint(&world, &format!("renew alb --reload ./{SCRIPT}"));
    assert_eq!(told.code, 0, "{told:#?}");
    let state = aws.state();
    let (same, second) = the_only(&state);
    assert_eq!(same, arn);
    assert_ne!(second["serial"], first["serial"]);
    assert_eq!(
        second["serial"],
        json!(serial(&world, "pki/certs/alb/alb.crt"))
    );
    assert_eq!(second["in_use_by"], json!([listener["arn"].clone()]));
    assert_eq!(second["tags"], first["tags"]);
    assert_eq!(state["listeners"], attached["listeners"]);
    assert_eq!(texts(&state["asked"])[before..], ["ImportCertificate"]);

    // Again: ACM has it, and is only read.
    aws.ok(&world, SCRIPT);
    assert_eq!(imports(&aws.state()), 2);
}

#[test]
fn what_acm_refuses_leaves_the_old_certificate_in_service_and_the_arn_is_kept() {
    let (world, aws) = with_certificate();
    aws.ok(&world, SCRIPT);
    let (arn, first) = the_only(&aws.state());

    // ACM takes no other kind of key under an ARN.
    world.ok("issue server other --san www.example.com --key p256");
    let own: Vec<Vec<u8>> = FILES
        .map(|ending| world.read(&format!("pki/certs/alb/alb.{ending}")))
        .into();
    for ending in FILES {
        let other = world.read(&format!("pki/certs/other/other.{ending}"));
        world.write(&format!("pki/certs/alb/alb.{ending}"), other);
    }
    let told = aws.run(&world, SCRIPT, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("what it has stays in service"),
        "{told:#?}"
    );
    assert!(
        told.stderr.contains("is EC secp256r1 and not RSA 2048"),
        "{told:#?}"
    );
    assert_eq!(the_only(&aws.state()), (arn.clone(), first.clone()));
    for (ending, own) in FILES.iter().zip(own) {
        world.write(&format!("pki/certs/alb/alb.{ending}"), own);
    }

    // ACM fails during a renewal: the PKI goes back to what ACM has, and the next renewal is whole.
    aws.fail("ImportCertificate");
    let told = aws.certmint(&world, &format!("renew alb --reload ./{SCRIPT}"));
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(the_only(&aws.state()), (arn.clone(), first.clone()));
    assert_eq!(
        first["serial"],
        json!(serial(&world, "pki/certs/alb/alb.crt"))
    );
    let told = aws.certmint(&world, &format!("renew alb --reload ./{SCRIPT}"));
    assert_eq!(told.code, 0, "{told:#?}");
    let (same, second) = the_only(&aws.state());
    assert_eq!(same, arn);
    assert_ne!(second["serial"], first["serial"]);
    assert_eq!(
        second["serial"],
        json!(serial(&world, "pki/certs/alb/alb.crt"))
    );

    // A first import that was killed before it noted the ARN: it is found again.
    std::fs::remove_file(world.path("cloud/alb.acm-arn")).unwrap();
    world.ok("renew alb");
    // What is said is what would be done.
    let told = aws.run(&world, SCRIPT, &["--dry-run"]);
    assert_eq!(
        told.stdout,
        format!("aws-acm: would import alb again as {arn}\n"),
        "{told:#?}"
    );
    assert!(!world.exists("cloud/alb.acm-arn"));
    aws.ok(&world, SCRIPT);
    let (same, _) = the_only(&aws.state());
    assert_eq!(same, arn);
    assert_eq!(world.read_text("cloud/alb.acm-arn"), format!("{arn}\n"));

    // An ARN that ACM does not have is told, and nothing is imported elsewhere.
    let before = imports(&aws.state());
    world.write("cloud/alb.acm-arn", format!("{arn}0\n"));
    let told = aws.run(&world, SCRIPT, &[]);
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(told.stderr.contains("alb.acm-arn away"), "{told:#?}");
    assert_eq!(imports(&aws.state()), before);
}

/// Imports each certificate with its key and chain, and the ARN if it has one; prints what was said.
const IMPORTER: &str = "
import boto3, sys
acm = boto3.client('acm')
for line in sys.argv[1:]:
    certificate, key, chain, *arn = line.split(' ')
    files = {name: open(file, 'rb').read() for name, file in
             (('Certificate', certificate), ('PrivateKey', key), ('CertificateChain', chain))}
    try:
        acm.import_certificate(**files, **({'CertificateArn': arn[0]} if arn else {}))
        print('imported')
    except acm.exceptions.ClientError as refused:
        print(refused)
";

/// The stand-in refuses what ACM's documentation refuses: otherwise the tests above prove nothing.
#[test]
fn the_stand_in_has_the_rules_of_acm() {
    let (world, aws) = with_certificate();
    world.ok("issue server other --san www.example.com --key rsa2048");
    world.ok("issue client person --key rsa2048 --cn person");
    let (leaf, key, chain) = (
        "pki/certs/alb/alb.crt",
        "pki/certs/alb/alb.key",
        "pki/certs/alb/alb.chain.crt",
    );
    world.accepts(&format!(
        "openssl rsa -in {key} -aes256 -passout pass:secret -out encrypted.key"
    ));
    let full = [world.read(leaf), world.read(chain)].concat();
    world.write("full.crt", full);
    aws.ok(&world, SCRIPT);
    let (arn, _) = the_only(&aws.state());
    let (other, person) = ("pki/certs/other/other", "pki/certs/person/person");
    let cases = [
        (format!("{leaf} {other}.key {chain}"), "does not match"),
        (format!("{leaf} encrypted.key {chain}"), "is encrypted"),
        (format!("full.crt {key} {chain}"), "only one certificate"),
        (
            format!("{leaf} {key} full.crt"),
            "chain contains the certificate",
        ),
        (
            format!("{leaf} {key} {other}.crt"),
            "Could not validate the certificate",
        ),
        (
            format!("{person}.crt {person}.key {chain} {arn}"),
            "cannot be removed",
        ),
        (format!("{other}.crt {other}.key {chain} {arn}"), "imported"),
    ];
    let mut python = std::process::Command::new(judge::environment("aws").join("python"));
    python
        .args(["-c", IMPORTER])
        .args(cases.iter().map(|(line, _)| line))
        .current_dir(world.folder())
        .env_clear();
    aws.lend(&mut python);
    let said = judge::text(&judge::ok(python));
    assert_eq!(said.lines().count(), cases.len(), "{said}");
    for (line, (case, why)) in said.lines().zip(&cases) {
        assert!(line.contains(why), "{case}: {line}");
    }
}
