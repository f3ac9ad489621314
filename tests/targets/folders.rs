//! `render` into folders that are taken to a server as a whole, with what a manifest says.

use std::os::unix::fs::PermissionsExt as _;

use crate::world::World;

fn mode(world: &World, file: &str) -> u32 {
    let found = std::fs::metadata(world.path(file)).unwrap();
    found.permissions().mode() & 0o777
}

fn files(world: &World, folder: &str) -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(world.path(folder))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

#[test]
fn a_folder_has_what_its_configuration_names_and_no_more() {
    let world = World::with_authority("p256");
    world.ok("ca intermediate people --cn People --key p256 --no-passphrase");
    world.ok("issue server flb --san www.example.com --key p256 --ca ca");
    let rendered = world
        .json("render nginx flb --set clients_ca=people --out site --here /etc/site --with-files");
    let key = rendered["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["name"] == "flb.key")
        .unwrap();
    assert_eq!(key["secret"], true);
    assert_eq!(key["state"], "new");
    assert_eq!(
        files(&world, "site"),
        [
            "flb.clients-ca.crt",
            "flb.conf",
            "flb.fullchain.crt",
            "flb.key"
        ]
    );
    for (file, of_pki) in [
        ("site/flb.key", "pki/certs/flb/flb.key"),
        ("site/flb.fullchain.crt", "pki/certs/flb/flb.fullchain.crt"),
    ] {
        assert_eq!(world.read(file), world.read(of_pki));
    }
    assert_eq!(mode(&world, "site/flb.key"), 0o600);
    assert_eq!(mode(&world, "site/flb.fullchain.crt"), 0o644);
    let text = world.read_text("site/flb.conf");
    assert!(text.contains(" /etc/site/flb.key;"), "{text}");
    assert!(!text.contains("pki/"), "{text}");
    // The lists of both CAs, once there are both.
    world.ok("crl ca");
    world.ok("crl people");
    world.ok("render nginx flb --set clients_ca=people --out site --here /etc/site --with-files --replace");
    assert_eq!(
        world.read("site/people.chain.crl"),
        world.read("pki/crl/people.chain.crl")
    );
    // A key that was taken elsewhere is not here.
    world.ok("issue server strange --san a.example --key p256 --ca ca");
    std::fs::remove_file(world.path("pki/certs/strange/strange.key")).unwrap();
    for line in [
        "render nginx strange --out strange --with-files",
        "render haproxy strange --out strange --set backends=10.0.0.1:1 --set backend_protocol=http",
    ] {
        let refused = world.run(line);
        assert_eq!(refused.code, 1, "{line}\n{refused:#?}");
        assert!(
            refused.stderr.contains("the private key is not here"),
            "{refused:#?}"
        );
        assert!(!world.exists("strange"), "{line}");
    }
    world.ok("render nginx strange --out strange");
}

#[test]
fn private_keys_are_in_no_output() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let key = world.read_text("pki/certs/flb/flb.key");
    let line = key.lines().nth(1).unwrap();
    let settings = "--set backends=10.0.0.1:443 --set backend_name=b.example.com";
    let shown = world.ok(&format!(
        "render haproxy flb --here /etc/haproxy {settings}"
    ));
    assert!(
        shown.stdout.contains("crt /etc/haproxy/flb.pem"),
        "{shown:#?}"
    );
    assert!(
        shown.stderr.contains("flb.pem holds a private key"),
        "{shown:#?}"
    );
    let json = world.run(&format!("render haproxy flb --out lb {settings} --json"));
    for told in [shown, json] {
        assert_eq!(told.code, 0, "{told:#?}");
        assert!(!told.stdout.contains(line) && !told.stderr.contains(line));
    }
    assert!(world.read_text("lb/flb.pem").contains(line));
    assert_eq!(mode(&world, "lb/flb.pem"), 0o600);
    assert!(!world.read_text("lb/flb.cfg").contains(line));
}

const MANIFEST: &str = r#"
[ca.ca]
common_name = "testca.com"
key = "p256"
passphrase = "none"

[server.flb]
san = ["www.example.com"]
key = "p256"
targets = ["haproxy", "nginx-lb"]

[server.flb.target.haproxy]
backends = ["10.0.0.1:443", "10.0.0.2:443"]
backend_name = "backend.internal.local"
http2 = false
redirect_from = 80

[server.flb.target.nginx-lb]
backends = "10.0.0.1:443"
backend_name = "backend.internal.local"

[server.backend]
san = ["backend.internal.local"]
key = "p256"
targets = ["apache"]
"#;

#[test]
fn a_manifest_says_what_targets_are_told() {
    let world = World::new();
    world.write("pki.toml", MANIFEST);
    world.ok("apply --yes");
    let line = "render haproxy flb --here /etc/haproxy";
    let shown = world.ok(line).stdout;
    for part in [
        "server backend2 10.0.0.2:443\n",
        "alpn http/1.1\n",
        "bind *:80\n",
        "verifyhost backend.internal.local ",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    // The command line takes the place of single variables.
    let shown = world
        .ok(&format!(
            "{line} --set backends=10.0.0.9:443 --set http2=true"
        ))
        .stdout;
    assert!(shown.contains("backend1 10.0.0.9:443\n"), "{shown}");
    assert!(!shown.contains("backend2"), "{shown}");
    assert!(shown.contains("alpn h2,http/1.1\n"), "{shown}");
    assert!(shown.contains("bind *:80\n"), "{shown}");
    // A manifest elsewhere, and none.
    std::fs::create_dir(world.path("elsewhere")).unwrap();
    std::fs::rename(world.path("pki.toml"), world.path("elsewhere/web.toml")).unwrap();
    let missing = world.run(line);
    assert_eq!(missing.code, 1, "{missing:#?}");
    assert!(
        missing.stderr.contains("haproxy needs backends"),
        "{missing:#?}"
    );
    world.ok(&format!("{line} --manifest elsewhere/web.toml"));
    world.write(
        "pki.toml",
        MANIFEST.replace("http2 = false", "htp2 = false"),
    );
    let wrong = world.run(line);
    assert_eq!(wrong.code, 1, "{wrong:#?}");
    assert!(
        wrong.stderr.contains("pki.toml:15:1: ") && wrong.stderr.contains("did you mean `http2`?"),
        "{wrong:#?}"
    );
}

/// Only `https` needs the name of the backends, and says so.
#[test]
fn what_only_some_settings_need_is_told() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let line = "render haproxy flb --here /etc/haproxy --set backends=10.0.0.1:80";
    let missing = world.run(line);
    assert_eq!(missing.code, 1, "{missing:#?}");
    assert!(
        missing.stderr.contains("haproxy needs backend_name")
            && missing.stderr.contains("--set backend_name=…"),
        "{missing:#?}"
    );
    world.ok(&format!("{line} --set backend_protocol=http"));
}

/// What is missing is asked for where it is missing; what has rules alone is no fault.
#[test]
fn of_all_targets_the_manifest_is_told() {
    let world = World::new();
    let manifest = MANIFEST.replace("[\"haproxy\", ", "[\"chrome\", \"haproxy\", ");
    world.write("web.toml", &manifest);
    world.ok("apply web.toml --yes");
    let told = world.ok("render --all --out conf --manifest web.toml");
    assert!(
        told.stderr
            .contains("chrome for flb: it is known by what it refuses alone"),
        "{told:#?}"
    );
    assert_eq!(files(&world, "conf"), ["apache", "haproxy", "nginx-lb"]);
    world.write(
        "web.toml",
        manifest
            .replace("flb]", "\"f.lb\"]")
            .replace(".flb.", ".\"f.lb\".")
            .replace("backends = [\"10.0.0.1:443\", \"10.0.0.2:443\"]\n", ""),
    );
    world.ok("apply web.toml --yes");
    let told = world.run("render --all --out again --manifest web.toml");
    assert_eq!(told.code, 1, "{told:#?}");
    for part in [
        "haproxy for f.lb: haproxy needs backends",
        "write backends = … (",
        "into [server.\"f.lb\".target.haproxy] of web.toml",
    ] {
        assert!(told.stderr.contains(part), "{part}\n{told:#?}");
    }
    assert!(!told.stderr.contains("--set"), "{told:#?}");
    // Destinations alone are something, though nothing is rendered.
    world.write(
        "web.toml",
        "[ca.ca]\ncommon_name = \"t\"\n[server.flb]\nsan = [\"a.example\"]\ntargets = [\"chrome\"]\n",
    );
    let told = world.ok("render --all --out none --manifest web.toml");
    assert!(!told.stderr.contains("has targets"), "{told:#?}");
    assert!(!world.exists("none"), "{told:#?}");
}

/// The line for after a renewal can be run as it stands.
#[test]
fn what_is_to_be_done_after_a_renewal_is_said_in_full() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let mut command = world.command("render kubernetes flb --out 'k 8s' --set namespace=web");
    command.args(["--set", "service=shop"]);
    let told = crate::world::told(command);
    let wanted = "after a renewal: certmint render kubernetes flb --out 'k 8s' --replace \
                  --set namespace=web --set service=shop && kubectl apply -f 'k 8s'\n";
    assert!(told.stderr.contains(wanted), "{told:#?}");
    world.ok("renew flb");
    let (line, _) = wanted
        .trim_start_matches("after a renewal: certmint ")
        .split_once(" &&")
        .unwrap();
    let again = world.ok(line);
    let secret = again
        .stdout
        .lines()
        .find(|line| line.contains("flb.secret.yaml"));
    assert!(!secret.unwrap().contains("(unchanged)"), "{again:#?}");
    let acm = world.ok("render aws-acm flb --out acm");
    assert!(
        acm.stderr
            .contains("after a renewal: acm/flb.aws-acm.sh, as reload in the manifest\n"),
        "{acm:#?}"
    );
    let java = world.ok("render java flb --out java --here /etc/shop");
    assert!(
        java.stderr.contains("sh /etc/shop/flb.stores.sh, then"),
        "{java:#?}"
    );
    let told = world.ok("render stunnel flb --out st --set listen=1 --set connect=10.0.0.1:1");
    assert!(
        told.stderr.contains("systemctl reload stunnel@flb\n"),
        "{told:#?}"
    );
}

#[test]
fn all_targets_of_a_manifest_are_rendered_at_once() {
    let world = World::new();
    world.write("pki.toml", MANIFEST);
    world.ok("apply --yes");
    let rendered = world.json("render --all --out conf --here /etc/site --with-files");
    let made: Vec<(&str, &str)> = rendered["rendered"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["target"].as_str().unwrap(),
                one["name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        made,
        [
            ("haproxy", "flb"),
            ("nginx-lb", "flb"),
            ("apache", "backend")
        ]
    );
    let apache = world.read_text("conf/apache/backend/backend.conf");
    assert!(
        apache.contains("/etc/site/apache/backend/backend.key"),
        "{apache}"
    );
    // One that cannot be had does not keep the others from it.
    world.write(
        "pki.toml",
        MANIFEST.replace("[\"haproxy\", ", "[\"mine\", \"haproxy\", "),
    );
    let again = world.run("render --all --out again");
    assert_eq!(again.code, 1, "{again:#?}");
    assert!(
        again
            .stderr
            .contains("mine for flb: there is no target \"mine\""),
        "{again:#?}"
    );
    assert_eq!(files(&world, "again"), ["apache", "haproxy", "nginx-lb"]);
    for (line, code) in [
        ("render --all", 2),
        ("render --all nginx --out x", 2),
        ("render --all --set listen=1 --out x", 2),
        ("render nginx", 2),
        ("render nginx flb --with-files", 2),
        ("render nginx flb --with-files --files /etc --out x", 2),
    ] {
        assert_eq!(world.run(line).code, code, "{line}");
    }
    std::fs::remove_file(world.path("pki.toml")).unwrap();
    let without = world.run("render --all --out x");
    assert_eq!(without.code, 2, "{without:#?}");
    assert!(without.stderr.contains("--manifest FILE"), "{without:#?}");
}

/// The script for Java leaves no copy of the key behind, whoever interrupts it and whatever fails.
#[test]
fn the_script_for_java_cleans_up() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256 --ca ca");
    world.ok("render java flb --out java");
    std::fs::create_dir(world.path("bin")).unwrap();
    // Runs certmint, and then does what stands in a file to the script that called it.
    world.write(
        "bin/certmint",
        format!(
            "#!/bin/sh\n{} \"$@\" || exit\ncase \" $* \" in *\" --trust \"*) . ./then;; esac\n",
            env!("CARGO_BIN_EXE_certmint")
        ),
    );
    let program = world.path("bin/certmint");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |then: &str| {
        world.write("then", then);
        let mut script = world.judge_command("sh java/flb.stores.sh");
        let search = std::env::var("PATH").unwrap();
        script.env("PATH", format!("{}:{search}", world.path("bin").display()));
        script.status().unwrap().code()
    };
    assert_eq!(run(""), Some(0));
    let whole = files(&world, "java");
    assert!(whole.contains(&"flb.p12".to_owned()), "{whole:?}");
    let store = world.read("java/flb.p12");
    for (then, code) in [
        ("kill -HUP $PPID", 129),
        ("kill -INT $PPID", 130),
        ("kill -TERM $PPID", 143),
        ("exit 1", 1),
    ] {
        assert_eq!(run(then), Some(code), "{then}");
        assert_eq!(files(&world, "java"), whole, "{then}");
        assert_eq!(world.read("java/flb.p12"), store, "{then}");
    }
    assert_eq!(run(""), Some(0));
    assert_ne!(world.read("java/flb.p12"), store);
}
