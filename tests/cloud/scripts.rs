//! The scripts as texts: bash and ShellCheck read them, and no value of a setting can become a
//! command.

use std::fs;

use crate::{
    judge,
    stand_in::BALANCER,
    world::{World, told},
};

/// Each target that has a script, with what it needs, in variants that write different lines.
pub(crate) const TARGETS: &[(&str, &str)] = &[
    (
        "oci-lb",
        "--set load_balancer_id=OCID --set listener=https --set backend_set=web",
    ),
    (
        "oci-lb",
        "--set load_balancer_id=OCID --set listener=https --set backend_set=web \
                --set backends=10.0.0.1:443,10.0.0.2:8443 --set protocol=HTTP2",
    ),
    ("aws-acm", ""),
    (
        "aws-acm",
        "--set certificate_arn=arn:aws:acm:eu-west-1:1:certificate/1 --set region=eu-west-1",
    ),
    ("aws-alb", "--set load_balancer=web"),
    (
        "aws-alb",
        "--set load_balancer=web --set targets=i-1,i-2 --set target_group=group \
                 --set certificate_arn=arn:aws:acm:eu-west-1:1:certificate/1",
    ),
    (
        "aws-nlb",
        "--set load_balancer=tcp --set targets=10.0.0.1,10.0.0.2",
    ),
    (
        "aws-clb",
        "--set load_balancer=classic --set targets=i-1 --set subnets=subnet-1,subnet-2",
    ),
    (
        "aws-alb-clients",
        "--set load_balancer=web --set bucket=trust",
    ),
    (
        "aws-alb-clients",
        "--set load_balancer=web --set bucket=trust --set clients_ca=listed",
    ),
    ("aws-route53", "--set load_balancer=web --set zone_id=Z1"),
    (
        "aws-route53",
        "--set load_balancer=web --set zone_id=Z1 --set names=a.example.com,b.example.com",
    ),
];

/// A PKI with a certificate, a CA without a revocation list and one with.
pub(crate) fn pki(name: &str) -> World {
    let world = World::with_authority("p256");
    world.ok("ca init listed --cn listed.com --key p256 --no-passphrase");
    world.ok("crl listed");
    world.ok(&format!(
        "issue server {name} --ca ca --san www.example.com --san '*.example.com' --key p256"
    ));
    world
}

pub(crate) fn render(
    world: &World,
    name: &str,
    number: usize,
    target: &str,
    settings: &str,
) -> String {
    let folder = format!("rendered-{number}");
    let settings = settings.replace("OCID", BALANCER);
    world.ok(&format!("render {target} {name} --out {folder} {settings}"));
    folder
}

#[test]
fn bash_and_shellcheck_find_nothing_in_the_scripts() {
    let world = pki("2026.example.com");
    let mut scripts = Vec::new();
    for (number, (target, settings)) in TARGETS.iter().enumerate() {
        let folder = render(&world, "2026.example.com", number, target, settings);
        scripts.push(format!("{folder}/2026.example.com.{target}.sh"));
    }
    for script in &scripts {
        world.accepts(&format!("bash -n {script}"));
        let text = world.read_text(script);
        assert!(text.contains("\nset -euo pipefail\n"), "{script}");
    }
    let found = world.judge(&format!("shellcheck --norc {}", scripts.join(" ")));
    assert!(found.status.success(), "{}", judge::text(&found));
}

/// A folder full of marks that a shell would act on stays a folder, and every setting of text stays
/// one word.
#[test]
fn values_stay_values() {
    let world = pki("alb");
    let strange = world.path("a'b $(touch stolen) `touch stolen` \"c\\");
    fs::create_dir(&strange).unwrap();
    for file in ["alb.crt", "alb.key", "alb.chain.crt"] {
        fs::copy(world.path("pki/certs/alb").join(file), strange.join(file)).unwrap();
    }
    fs::copy(world.path("pki/ca/ca.crt"), strange.join("ca.crt")).unwrap();
    let mut command =
        world.command("render oci-lb alb --out cloud --set listener=a --set backend_set=b");
    command
        .arg("--set")
        .arg("load_balancer_id=x'; touch stolen; $(touch stolen)");
    command.arg("--files").arg(&strange);
    let rendered = told(command);
    assert_eq!(rendered.code, 0, "{rendered:#?}");
    // Stand-ins for the programs that the script asks: it comes as far as the load balancer.
    fs::create_dir(world.path("bin")).unwrap();
    let oci = world.path("bin/oci");
    fs::write(&oci, "#!/bin/sh\nprintf '%s\\n' \"$@\" >asked\nexit 1\n").unwrap();
    fs::set_permissions(&oci, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut script = std::process::Command::new(world.path("cloud/alb.oci-lb.sh"));
    script.current_dir(world.folder()).env(
        "PATH",
        format!(
            "{}:{}",
            world.path("bin").display(),
            std::env::var("PATH").unwrap()
        ),
    );
    let told = told(script);
    assert_eq!(told.code, 1, "{told:#?}");
    assert_eq!(
        world.read_text("asked"),
        "lb\nload-balancer\nget\n--load-balancer-id\nx'; touch stolen; $(touch stolen)\n"
    );
    assert!(!world.exists("stolen") && !strange.join("stolen").exists());
    world.accepts("shellcheck --norc --severity=warning cloud/alb.oci-lb.sh");
}
