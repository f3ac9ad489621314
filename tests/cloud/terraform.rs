//! Configuration for Terraform, as Terraform's own engine sees it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    judge,
    scripts::{TARGETS, pki, render},
    world::World,
};

const PROVIDERS: &str = "terraform {
  required_providers {
    aws = {
      source = \"hashicorp/aws\"
    }
    oci = {
      source = \"oracle/oci\"
    }
  }
}
";

/// What `validate` and `fmt` say of a folder.
fn terraform(world: &World, folder: &str) -> Value {
    let home = world.path("terraform");
    fs::create_dir_all(&home).unwrap();
    fs::write(world.path(folder).join("providers.tf"), PROVIDERS).unwrap();
    let mut command = Command::new(judge::environment("terraform").join("python"));
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cloud/terraform.py"))
        .arg(world.path(folder))
        .current_dir(world.folder())
        .env("HOME", &home)
        .stdin(Stdio::null());
    serde_json::from_str(&judge::text(&judge::ok(command))).unwrap()
}

#[test]
fn terraform_takes_all_that_is_rendered_as_it_is() {
    let name = "2026.example.com";
    let world = pki(name);
    // What belongs together lies in one folder: variants of one target in different ones.
    let mut folders: Vec<String> = Vec::new();
    for (number, (target, settings)) in TARGETS.iter().enumerate() {
        let rendered = render(&world, name, number, target, settings);
        let file = format!("{name}.{target}.tf");
        let folder = ["first", "second"]
            .into_iter()
            .find(|folder| !world.exists(&format!("{folder}/{file}")))
            .unwrap();
        fs::create_dir_all(world.path(folder)).unwrap();
        fs::copy(
            world.path(&rendered).join(&file),
            world.path(folder).join(&file),
        )
        .unwrap();
        if !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    assert_eq!(folders, ["first", "second"]);
    for folder in folders {
        let verdict = terraform(&world, &folder);
        assert_eq!(verdict["valid"], true, "{folder}: {verdict:#}");
        assert_eq!(
            verdict["unformatted"],
            serde_json::json!([]),
            "{folder}: {verdict:#}"
        );
    }
}

/// The judge is no rubber stamp.
#[test]
fn terraform_finds_what_is_wrong() {
    let world = pki("alb");
    let file = "cloud/alb.oci-lb.tf";
    world.ok("render oci-lb alb --out cloud --set load_balancer_id=x --set listener=a --set backend_set=b");
    let good = world.read_text(file);
    for (right, wrong, why) in [
        ("  private_key  ", "  private_keys ", "private_keys"),
        (
            "  policy           = \"ROUND_ROBIN\"\n",
            "",
            "\"policy\" is required",
        ),
        (
            "    verify_depth            = 3",
            "    verify_depth            = \"deep\"",
            "a number is required",
        ),
        ("alb.chain.crt", "alb.chains.crt", "no file exists"),
        ("  health_checker {\n", "  health_check {\n", "health_check"),
        ("_ca.certificate_name", "_ca.names", "names"),
    ] {
        assert!(good.contains(right), "{right}\n{good}");
        world.write(file, good.replace(right, wrong));
        let verdict = terraform(&world, "cloud");
        assert_eq!(verdict["valid"], false, "{wrong}: {verdict:#}");
        let told = verdict["errors"].to_string();
        assert!(
            told.contains(why) || told.contains(&why.replace('"', "\\\"")),
            "{wrong}: {verdict:#}"
        );
    }
    world.write(file, good.replace("  private_key  ", "  private_key   "));
    let verdict = terraform(&world, "cloud");
    assert_eq!(
        verdict["unformatted"],
        serde_json::json!(["alb.oci-lb.tf"]),
        "{verdict:#}"
    );
}
