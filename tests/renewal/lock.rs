//! Two renewals at once.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use crate::{lab, world::World};

#[test]
fn the_second_of_two_renewals_says_who_is_first() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["flb"]);
    // The first one waits in its reload until it is told to go on.
    let mut first = world
        .command("renew --reload 'touch started; while ! test -e go; do sleep 0.05; done'")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while !world.exists("started") {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
    let process = first.id().to_string();

    // A timer has nothing to do: the other one does it.
    let told = world.ok("renew");
    assert!(
        told.stderr.contains(&format!("process {process}")),
        "{told:#?}"
    );
    assert!(told.stderr.contains("nothing was done here"), "{told:#?}");
    // Somebody who wants certain ones did not get them.
    let told = world.refused("renew flb");
    assert!(
        told.stderr.contains(&format!("process {process}")),
        "{told:#?}"
    );
    world.refused("renew --all");
    // Others work on.
    world.ok("issue server backend --san b.example.com --key p256");
    world.ok("renew --dry-run");

    world.write("go", "");
    assert!(first.wait().unwrap().success());
    assert_eq!(lab::generation(&pki, "flb"), 2);
    world.ok("renew flb");
}

#[test]
fn two_renewals_that_start_at_once_renew_once() {
    let world = World::new();
    let pki = world.path("pki");
    lab::due(&pki, &["a", "b", "c", "d"]);
    let mut running: Vec<_> = (0..6)
        .map(|_| {
            let mut command = world.command("renew --reload 'sleep 0.2'");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for one in &mut running {
        assert!(one.wait().unwrap().success());
    }
    for name in ["a", "b", "c", "d"] {
        assert_eq!(lab::generation(&pki, name), 2, "{name}");
    }
    let deeds = lab::audited(&pki);
    assert_eq!(deeds.iter().filter(|deed| *deed == "issue").count(), 9);
}
