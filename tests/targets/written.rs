//! What stands in the rendered files.

use std::fs;

use crate::{
    judge,
    world::{World, told},
};

/// No template takes the escaping away from a value.
#[test]
fn no_template_writes_a_value_as_it_is() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/targets");
    for target in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(target.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            for word in ["safe", "autoescape"] {
                let filtered = text
                    .split("{{")
                    .chain(text.split("{%"))
                    .skip(1)
                    .any(|part| {
                        let inner = part.split(['}']).next().unwrap_or_default();
                        inner.split(['|', ' ']).any(|piece| piece == word)
                    });
                assert!(!filtered, "{} uses {word}", path.display());
            }
        }
    }
}

/// What a comment says of clients without a certificate is what the server does.
#[test]
fn comments_about_clients_are_true() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    let backends = "--set backends=127.0.0.1:1 --set backend_name=b.example.com";
    for (target, more, need) in [
        ("nginx", "", "on"),
        ("nginx-lb", backends, "on"),
        ("haproxy", backends, "required"),
        ("apache", "", "require"),
    ] {
        for (verification, says, not) in [
            (
                need,
                "# Clients need a certificate of the CA testca.com; without one ",
                "is let in",
            ),
            ("optional", "who shows none is let in", "Clients need"),
        ] {
            let text = world
                .ok(&format!(
                    "render {target} flb --here /x {more} --set clients_ca=ca \
                     --set client_verification={verification}"
                ))
                .stdout;
            assert!(text.contains(says), "{verification}\n{text}");
            assert!(!text.contains(not), "{verification}\n{text}");
        }
    }
}

/// A folder with every mark that configuration languages know: nginx reads it as one path, and one
/// that it cannot write is refused.
#[test]
fn a_strange_folder_stays_a_path() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("render nginx flb --out conf");
    let strange = world.path("a b;{}#'\"\\");
    fs::create_dir(&strange).unwrap();
    for file in ["flb.fullchain.crt", "flb.key"] {
        fs::copy(world.path("pki/certs/flb").join(file), strange.join(file)).unwrap();
    }
    let mut command =
        world.command_without_terminal("render nginx flb --set listen=127.0.0.1:65000");
    command.arg("--files").arg(&strange);
    let rendered = told(command);
    assert_eq!(rendered.code, 0, "{rendered:#?}");
    let site = rendered.stdout;
    world.write("site.conf", &site);
    let folder = world.path("");
    let folder = folder.display();
    world.write(
        "nginx.conf",
        format!(
            "pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n\
             include {folder}/site.conf;\n}}\n"
        ),
    );
    let tested = judge::nginx()
        .args(["-t", "-e", "stderr", "-c"])
        .arg(world.path("nginx.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success(), "{said}\n{site}");
    let refused = world.run("render nginx flb --files /srv/$host");
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(refused.stderr.contains("dollar sign"), "{refused:#?}");
}
