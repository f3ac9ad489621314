//! The lab itself: what a test does on its machines stays there, and ends with it.

use std::{fs, path::Path};

use crate::lab::Lab;

#[test]
fn machines_share_a_network_and_nothing_else() {
    let lab = Lab::new(&[("client", "10.0.0.10"), ("web1", "10.0.10.11")]);
    assert_eq!(lab.ok("web1", "hostname"), "web1\n");
    assert_eq!(
        lab.ok("client", "getent hosts web1 | tr -s ' '"),
        "10.0.10.11 web1\n"
    );
    assert_eq!(
        lab.ok("client", "ssh root@web1 'hostname; pwd'"),
        "web1\n/run/home\n"
    );
    // Files of a machine are on that machine; those of the test are everywhere.
    let note = "/etc/certmint-lab";
    lab.write("note", "for web1\n");
    lab.ok("client", &format!("scp -q note root@web1:{note}"));
    assert_eq!(lab.ok("web1", &format!("cat {note}")), "for web1\n");
    assert_ne!(lab.run("client", &format!("cat {note}")).code, 0);
    assert!(!Path::new(note).exists());
    // There is no way out.
    let routes = lab.ok("client", "ip -4 route");
    assert!(
        routes.starts_with("10.0.0.0/8 dev eth0") && routes.lines().count() == 1,
        "{routes}"
    );
    assert_ne!(lab.run("client", "getent hosts example.com").code, 0);
}

#[test]
fn servers_end_with_the_lab() {
    let lab = Lab::new(&[("web1", "10.0.10.11")]);
    lab.ok("web1", "mkdir -p /srv/pages && echo 'server { listen 80; root /srv/pages; }' > /etc/nginx/conf.d/web.conf");
    lab.restart("web1", "nginx", 80);
    let space = lab.ok("web1", "readlink /proc/self/ns/pid");
    let running = || {
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(|entry| fs::read_link(entry.unwrap().path().join("ns/pid")).ok())
            .filter(|of| of == Path::new(space.trim()))
            .count()
    };
    assert!(
        running() >= 4,
        "process 1, the machine, a master and its worker"
    );
    drop(lab);
    assert_eq!(running(), 0);
}
