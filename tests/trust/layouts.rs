//! The trust stores of other distributions, in roots that are laid out as theirs.
//!
//! Debian's is worked on by its real program. The programs of the others are not to be had here:
//! stand-ins do what theirs come to, putting the anchors into the file that TLS libraries read.

use crate::desk::{DESK, Desk};

/// Makes `root`, with the programs of the host below `/usr` and its own `/usr/local`.
const ROOT: &str = "
    mkdir -p root/usr root/etc root/dev root/tmp root/var/lib
    for link in bin lib lib64 sbin; do ln -s usr/$link root/$link; done
    mount --bind /usr root/usr
    mount -t tmpfs none root/usr/local
    mkdir -p root/usr/local/bin
    mount --bind /dev root/dev
";

struct Distribution {
    name: &'static str,
    /// Makes its folders.
    folders: &'static str,
    anchors: &'static str,
    program: &'static str,
    bundle: &'static str,
}

const DISTRIBUTIONS: [Distribution; 4] = [
    Distribution {
        name: "Fedora, RHEL",
        folders: "mkdir -p root/etc/pki/ca-trust/source/anchors root/etc/pki/ca-trust/extracted/pem",
        anchors: "/etc/pki/ca-trust/source/anchors",
        program: "update-ca-trust",
        bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    },
    Distribution {
        name: "Arch",
        folders: "mkdir -p root/etc/ca-certificates/trust-source/anchors root/etc/ca-certificates/extracted",
        anchors: "/etc/ca-certificates/trust-source/anchors",
        program: "trust",
        bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
    },
    Distribution {
        name: "SUSE",
        folders: "mkdir -p root/etc/pki/trust/anchors root/var/lib/ca-certificates",
        anchors: "/etc/pki/trust/anchors",
        program: "update-ca-certificates",
        bundle: "/var/lib/ca-certificates/ca-bundle.pem",
    },
    Distribution {
        name: "Alpine",
        // Its folder comes with the first certificate.
        folders: "mkdir -p root/etc/ssl/certs root/usr/local/share; echo 3.22.1 > root/etc/alpine-release",
        anchors: "/usr/local/share/ca-certificates",
        program: "update-ca-certificates",
        bundle: "/etc/ssl/certs/ca-certificates.crt",
    },
];

#[test]
fn each_layout_is_known() {
    let desk = Desk::new();
    for Distribution {
        name,
        folders,
        anchors,
        program,
        bundle,
    } in DISTRIBUTIONS
    {
        // Before the host's programs, which the root has too.
        desk.ok(&format!(
            "{ROOT}
             {folders}
             mkdir -p root/usr/local/sbin
             cat > root/usr/local/sbin/{program} <<'END'
#!/bin/sh
echo \"$0 $*\" >> /told
cat {anchors}/*.crt > {bundle} 2>/dev/null || : > {bundle}
END
             chmod 755 root/usr/local/sbin/{program}
             (cd root; find etc var usr/local -printf '%p %y %m\\n' | sort) > before"
        ));
        let run = |deed: &str| {
            let (code, stores) =
                desk.trust(&format!("{deed} --root root --store system --store nss"));
            let [[_, owner, state], [_, _, nss]] = stores.as_slice() else {
                panic!("{name}: {stores:?}");
            };
            assert_eq!((owner.as_str(), nss.as_str()), (name, "not present"));
            (code, state.clone())
        };
        assert_eq!(run("check"), (3, "missing".to_owned()), "{name}");
        assert_eq!(run("install"), (0, "installed".to_owned()), "{name}");
        desk.ok(&format!(
            "diff root{anchors}/certmint-testca.com-*.crt pki/ca/ca.crt
             openssl verify -CAfile root{bundle} pki/ca/ca.crt"
        ));
        assert_eq!(run("check"), (0, "trusted".to_owned()), "{name}");
        assert_eq!(run("uninstall --yes"), (0, "removed".to_owned()), "{name}");
        let told = desk.ok("cat root/told");
        let words = match program {
            "update-ca-trust" => " extract",
            "trust" => " extract-compat",
            _ => " ",
        };
        assert_eq!(
            told,
            format!("/usr/local/sbin/{program}{words}\n").repeat(2)
        );
        let left = desk.ok(
            "(cd root; find etc var usr/local -printf '%p %y %m\\n' | sort) | diff before - | grep '^[<>]' || true",
        );
        // What the stand-in wrote, and a folder that is there from now on.
        for line in left.lines() {
            let is_known = line.contains(bundle.trim_start_matches('/'))
                || line.contains(" usr/local/share/ca-certificates d");
            assert!(is_known, "{name}: {left}");
        }
        // Nothing of the host was touched.
        assert_eq!(desk.run("certmint trust check --store system").code, 3);
        desk.ok("umount root/dev root/usr/local root/usr; rm -r root");
    }
}

/// The program writes the bundle and fails then, as it does where Java's store or the disk is full.
#[test]
fn a_program_that_fails_after_the_bundle_leaves_nothing_half() {
    let desk = Desk::new();
    let anchors = "root/etc/pki/ca-trust/source/anchors";
    let bundle = "root/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem";
    desk.ok(&format!(
        "{ROOT}
         mkdir -p {anchors} root/etc/pki/ca-trust/extracted/pem root/usr/local/sbin
         cat > root/usr/local/sbin/update-ca-trust <<'END'
#!/bin/sh
# How many runs still write the bundle.
left=$(cat /left 2>/dev/null || echo 99)
[ $left -gt 0 ] || exit 1
echo $((left - 1)) > /left
cat /etc/pki/ca-trust/source/anchors/*.crt > /{bundle} 2>/dev/null
[ ! -e /broken ]
END
         chmod 755 root/usr/local/sbin/update-ca-trust
         touch root/broken",
        bundle = bundle.trim_start_matches("root/"),
    ));
    let run = |deed: &str| {
        let (code, stores) = desk.trust(&format!("{deed} --root root --store system"));
        (code, stores[0][2].clone())
    };
    let failed = (1, "failed".to_owned());
    // The bundle is made again without it.
    assert_eq!(run("install"), failed);
    desk.ok(&format!("test -z \"$(ls {anchors})\" -a ! -s {bundle}"));
    // Not even that goes: the bundle has what is gone at the next update.
    desk.ok("echo 1 > root/left");
    assert_eq!(run("install"), failed);
    desk.ok(&format!("test -z \"$(ls {anchors})\" -a -s {bundle}"));

    desk.ok(&format!("rm root/broken root/left; : > {bundle}"));
    assert_eq!(run("install"), (0, "installed".to_owned()));
    desk.ok(&format!("cp -p {anchors}/*.crt kept"));
    for left in [0, 1] {
        desk.ok(&format!("touch root/broken; echo {left} > root/left"));
        assert_eq!(run("uninstall --yes"), failed, "{left}");
        desk.ok(&format!(
            "cmp {anchors}/*.crt kept; test $(stat -c %a {anchors}/*.crt) = $(stat -c %a kept)"
        ));
    }
    desk.ok("rm root/broken root/left");
    assert_eq!(run("uninstall --yes"), (0, "removed".to_owned()));
    desk.ok(&format!("test -z \"$(ls {anchors})\" -a ! -s {bundle}"));
}

#[test]
fn an_image_of_debian_is_changed_by_its_own_program() {
    let desk = Desk::new();
    desk.ok(&format!(
        "{ROOT}
         mkdir -p root/etc/ssl/certs root/usr/local/share/ca-certificates root/proc
         cp -r /etc/ca-certificates.conf root/etc/; cp /etc/ssl/openssl.cnf root/etc/ssl/
         echo 12.0 > root/etc/debian_version
         chroot root update-ca-certificates
         (cd root/etc/ssl; find . -printf '%p %y %m %l\\n' | sort; sha256sum certs/*.crt) > before"
    ));
    let words = "--root root --store system";
    let (code, stores) = desk.trust(&format!("install {words}"));
    assert_eq!((code, stores[0][2].as_str()), (0, "installed"));
    desk.ok(
        "cp pki/ca/ca.crt root/tmp/; chroot root openssl verify -CApath /etc/ssl/certs /tmp/ca.crt",
    );
    let (code, stores) = desk.trust(&format!("uninstall --yes {words}"));
    assert_eq!((code, stores[0][2].as_str()), (0, "removed"));
    desk.ok(
        "(cd root/etc/ssl; find . -printf '%p %y %m %l\\n' | sort; sha256sum certs/*.crt) | diff before -",
    );
    // A root in which nothing is.
    desk.ok("mkdir empty");
    let told = desk.run("certmint trust install --root empty");
    assert_eq!(told.code, 1, "{told:#?}");
    assert!(
        told.stderr.contains("none of these trust stores"),
        "{told:#?}"
    );
    let told = desk.0.run(DESK, "certmint trust install --root nowhere");
    assert_eq!(told.code, 1, "{told:#?}");
}
