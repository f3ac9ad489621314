//! Revocation lists while a key is rolled over: whoever checks every certificate of a path needs the
//! list of each CA on it, those of the old and the new key.

use crate::world::World;

/// A root with lists, a CA below it with one, and clients of both, of which each has one that is
/// revoked.
fn world() -> World {
    let world = World::with_authority("p256");
    world.ok("ca intermediate web --cn Web --key p256 --no-passphrase --days 1000");
    world.ok("issue server flb --san flb.example.com --ca ca --key p256");
    for ca in ["ca", "web"] {
        for client in ["good", "bad"] {
            world.ok(&format!("issue client {ca}.{client} --ca {ca} --key p256"));
        }
    }
    world.ok("crl");
    world.ok("revoke ca.bad --yes");
    world.ok("revoke web.bad --yes");
    world
}

/// The file of lists that a rendered nginx has for its clients.
fn list_file(world: &World, clients: &str) -> String {
    world.ok(&format!(
        "render nginx flb --out conf --replace --set clients_ca={clients}"
    ));
    let conf = world.read_text("conf/flb.conf");
    let line = conf
        .lines()
        .find(|line| line.trim().starts_with("ssl_crl "));
    let line = line.unwrap_or_else(|| panic!("{clients} has no list\n{conf}"));
    let path = line.trim().trim_start_matches("ssl_crl ").trim();
    path.trim_end_matches(';').trim_matches('"').to_owned()
}

/// What openssl, as nginx and HAProxy do with a list, makes of each client: with the CAs and the
/// lists of the rendered configuration.
fn checked(world: &World, clients: &str, expected: &[(&str, bool)]) {
    let lists = list_file(world, clients);
    for (name, is_good) in expected {
        let own = format!("pki/certs/{name}/{name}");
        let said = world.judge(&format!(
            "openssl verify -crl_check_all -CRLfile {lists} -CAfile conf/flb.clients-ca.crt \
             -untrusted {own}.fullchain.crt {own}.crt"
        ));
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        assert_eq!(said.status.success(), *is_good, "{clients}, {name}: {text}");
        if !is_good {
            assert!(text.contains("certificate revoked"), "{name}: {text}");
        }
    }
}

fn step(world: &World, more: &str) {
    world.ok(&format!("ca rollover next {more}"));
}

const OLD: [(&str, bool); 4] = [
    ("ca.good", true),
    ("ca.bad", false),
    ("web.good", true),
    ("web.bad", false),
];

#[test]
fn the_lists_of_both_roots_are_there_at_every_step() {
    let world = world();
    checked(&world, "ca", &OLD);
    checked(&world, "web", &OLD);

    let made = world.json("ca rollover next ca --no-passphrase");
    assert_eq!(made["list"]["name"], "ca-2", "{made:#}");
    let both: String = ["ca", "ca-2", "web"]
        .map(|name| world.read_text(&format!("pki/crl/{name}.crl")))
        .concat();
    assert_eq!(world.read_text("pki/crl/ca.chain.crl"), both);
    for clients in ["ca", "@root", "web"] {
        checked(&world, clients, &OLD);
    }

    step(&world, "ca --before-time --yes");
    for client in ["new.good", "new.bad"] {
        world.ok(&format!("issue client {client} --ca ca --key p256"));
    }
    world.ok("revoke new.bad --yes");
    let new = [("new.good", true), ("new.bad", false)];
    for clients in ["ca", "ca-2", "@root"] {
        checked(&world, clients, &OLD);
        checked(&world, clients, &new);
    }

    // The CA below is certified by the new root.
    world.ok("reissue --ca ca --yes");
    for client in ["later.good", "later.bad"] {
        world.ok(&format!("issue client {client} --ca web --key p256"));
    }
    world.ok("revoke later.bad --yes");
    let later = [("later.good", true), ("later.bad", false)];
    for clients in ["ca", "web"] {
        checked(&world, clients, &new);
        checked(&world, clients, &later);
    }
    step(&world, "ca --yes");
    for clients in ["ca", "ca-2", "web"] {
        checked(&world, clients, &new);
        checked(&world, clients, &later);
    }
}

#[test]
fn the_lists_of_both_keys_of_a_subordinate_are_there() {
    let world = world();
    step(&world, "web --no-passphrase");
    step(&world, "web --yes");
    for client in ["new.good", "new.bad"] {
        world.ok(&format!("issue client {client} --ca web --key p256"));
    }
    world.ok("revoke new.bad --yes");
    for clients in ["ca", "web", "web-2"] {
        checked(&world, clients, &OLD);
        checked(&world, clients, &[("new.good", true), ("new.bad", false)]);
    }
}

/// A successor without a list is told, and what is there goes on: nobody that is revoked gets in
/// meanwhile.
#[test]
fn a_successor_without_a_list_keeps_no_other_from_being_published() {
    let world = world();
    step(&world, "ca --no-passphrase");
    for file in ["ca-2.crl", "ca-2.crl.der"] {
        std::fs::remove_file(world.path(&format!("pki/crl/{file}"))).unwrap();
    }
    world.ok("issue client c5 --ca web --key p256");
    let told = world.ok("revoke c5 --yes");
    for file in ["ca.chain.crl", "web.chain.crl"] {
        let note = format!("{file} lacks the list of ca-2: run 'certmint crl ca-2'");
        assert!(told.stderr.contains(&note), "{told:#?}");
    }
    for clients in ["ca", "web"] {
        checked(&world, clients, &OLD);
        checked(&world, clients, &[("c5", false)]);
    }
    // A CA that never made a list makes none in its rollover.
    world.ok("ca init other --cn Other --key p256 --no-passphrase");
    let made = world.json("ca rollover next other --no-passphrase");
    assert_eq!(made["list"], serde_json::Value::Null, "{made:#}");
    assert!(!world.exists("pki/crl/other-2.crl"));
}
