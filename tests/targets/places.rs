//! What a target is no place for: told before a file is written, with what to do instead. Beside each
//! stands the nearest that it takes.

use crate::{
    judge,
    world::{World, told},
};

/// What is set, what of it is refused, with which words, and what is taken instead.
type Case = (&'static str, &'static str, [&'static str; 2], &'static str);

const NLB: &str = "aws-nlb flb --set load_balancer=x";
const CLB: &str = "aws-clb flb --set load_balancer=x";
const ALB: &str = "aws-alb flb --set load_balancer=x --set certificate_arn=a";
const OCI: &str = "oci-lb flb --set load_balancer_id=x --set listener=a --set backend_set=b";
const ROUTE: &str = "aws-route53 addresses --set load_balancer=x --set zone_id=Z";
const STUNNEL: &str = "stunnel wild --here /x --set listen=636 --set connect=127.0.0.1:389";
const BASE: &str = "postgresql flb --here /x";
const MIXED: [&str; 2] = ["targets has both: i-1, 10.0.0.1", "all by their addresses"];

const CASES: &[Case] = &[
    (
        NLB,
        "--set targets=i-1,10.0.0.1",
        MIXED,
        "--set targets=i-1,i-2",
    ),
    (
        ALB,
        "--set targets=i-1,10.0.0.1",
        MIXED,
        "--set targets=10.0.0.1,10.0.0.2",
    ),
    (
        NLB,
        "--set targets=web.example.com",
        ["web.example.com is neither the id", "IP addresses"],
        "--set targets=10.0.0.1",
    ),
    (
        CLB,
        "--set targets=10.0.0.1",
        ["10.0.0.1 is no id", "aws-nlb"],
        "--set targets=i-1",
    ),
    (
        OCI,
        "--set backends=web.example.com:443",
        ["web.example.com is a name", "ADDRESS:PORT"],
        "--set backends=10.0.0.1:443,10.0.0.2:443",
    ),
    (
        ROUTE,
        "",
        ["the certificate has none", "set names"],
        "--set names=a.example.com",
    ),
    (
        ROUTE,
        "--set names=a.example.com,10.0.0.7",
        ["10.0.0.7 is an address", "set names"],
        "--set names=a.example.com,b.example.com",
    ),
    (
        "kubernetes addresses --out k8s --replace",
        "",
        ["the certificate has none", "ingress=false"],
        "--set hosts=a.example.com",
    ),
    (
        "kubernetes addresses --out k8s --replace",
        "--set hosts=10.0.0.7",
        ["10.0.0.7 is an address", "DNS names"],
        "--set ingress=false",
    ),
    (
        "kubernetes addresses --out k8s --replace --set ingress=false",
        "--set gateway=true",
        ["the certificate has none", "set hosts"],
        "--set gateway=true --set hosts=a.example.com",
    ),
    (
        STUNNEL,
        "--set client_listen=389",
        ["none that is one host's", "set server"],
        "--set client_listen=389 --set server=a.wild.example.com",
    ),
    (
        "postgresql wild --here /x",
        "",
        ["none that is one host's", "set server"],
        "--set server=a.wild.example.com",
    ),
    (
        BASE,
        "--set authentication=cert",
        ["no CA of theirs is named", "set clients_ca"],
        "--set authentication=cert --set clients_ca=@root",
    ),
    (
        BASE,
        "--set addresses=10.0.0.1/8",
        ["bits behind the prefix", ""],
        "--set addresses=10.0.0.0/8,fd00::/8,192.0.2.1",
    ),
    (
        BASE,
        "--set addresses=samenet",
        ["write it as 10.0.0.0/8", ""],
        "",
    ),
    (
        BASE,
        "--set 'users=joe ann'",
        ["letters, digits", ""],
        "--set users=joe,ann@example.com",
    ),
];

#[test]
fn what_a_target_is_no_place_for_is_told() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("issue server addresses --san 10.0.0.7 --key p256");
    world.ok("issue server wild --san '*.wild.example.com' --key p256");
    for (line, wrong, [what, remedy], right) in CASES {
        let refused = world.run(&format!("render {line} {wrong}"));
        assert_eq!(refused.code, 1, "{line} {wrong}\n{refused:#?}");
        for part in [what, remedy] {
            assert!(
                refused.stderr.contains(part),
                "{line} {wrong}\n{refused:#?}"
            );
        }
        assert!(refused.stdout.is_empty(), "{refused:#?}");
        assert!(!world.exists("k8s"), "{line} {wrong}");
        world.ok(&format!("render {line} {right}"));
        let _ = std::fs::remove_dir_all(world.path("k8s"));
    }
    // A name that is one host's comes first, wherever it stands.
    world.ok("issue server both --san '*.b.example.com' --san b.example.com --key p256");
    for (line, wanted) in [
        ("postgresql both --here /x", "\nhost=b.example.com\n"),
        (
            "stunnel both --here /x --set listen=636 --set connect=127.0.0.1:389 --set client_listen=389",
            "\ncheckHost = b.example.com\n",
        ),
        (
            "haproxy-tcp both --here /x --set backends=127.0.0.1:1",
            " verifyhost b.example.com ",
        ),
        (
            "haproxy both --here /x --set backends=127.0.0.1:1 --set backend_protocol=http",
            " hdr Host b.example.com\n",
        ),
        (
            "haproxy wild --here /x --set backends=127.0.0.1:1 --set backend_protocol=http",
            " hdr Host localhost\n",
        ),
    ] {
        let shown = world.ok(&format!("render {line}")).stdout;
        assert!(shown.contains(wanted), "{shown}");
    }
}

#[test]
fn an_encrypted_key_is_refused_where_nobody_can_open_it() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key rsa2048");
    world.write("pass", "correct horse\n");
    world.ok("key protect pki/certs/flb/flb.key --new-passphrase-file pass");
    let lines = [
        "java flb --here /x",
        "oci-lb flb --set load_balancer_id=x --set listener=a --set backend_set=b",
        "kubernetes flb --out k8s --refused-too",
    ];
    for line in lines {
        let refused = world.run(&format!("render {line}"));
        assert_eq!(refused.code, 1, "{line}\n{refused:#?}");
        for part in ["flb.key is encrypted", "key protect FILE --no-passphrase"] {
            assert!(refused.stderr.contains(part), "{line}\n{refused:#?}");
        }
    }
    // What is advised helps.
    world.ok("key protect pki/certs/flb/flb.key --passphrase-file pass --no-passphrase");
    for line in lines {
        world.ok(&format!("render {line}"));
    }
}

/// Every target that is a server refuses a certificate for clients only, before it asks for more.
#[test]
fn servers_take_no_certificate_that_is_for_clients_only() {
    let world = World::with_authority("p256");
    world.ok("issue client ada@example.com --key p256");
    world.ok("issue peer node@example.com --san node.example.com --key p256");
    for (target, more) in [
        ("nginx", ""),
        (
            "nginx-lb",
            "--set backends=10.0.0.1:1 --set backend_name=b.example.com",
        ),
        ("nginx-stream", "--set backends=10.0.0.1:1"),
        ("apache", ""),
        (
            "haproxy",
            "--set backends=10.0.0.1:1 --set backend_name=b.example.com",
        ),
        ("haproxy-tcp", "--set backends=10.0.0.1:1"),
        ("caddy", ""),
        ("envoy", "--set upstreams=10.0.0.1:1"),
        ("traefik", "--set upstreams=10.0.0.1:1"),
        ("stunnel", "--set listen=1 --set connect=10.0.0.1:1"),
        ("postgresql", ""),
        ("aws-alb", "--set load_balancer=x --set certificate_arn=a"),
        ("aws-nlb", "--set load_balancer=x"),
        ("aws-clb", "--set load_balancer=x"),
    ] {
        let line = |name: &str| format!("render {target} {name} --here /x --refused-too {more}");
        let refused = world.run(&line("ada@example.com"));
        assert_eq!(refused.code, 1, "{target}\n{refused:#?}");
        for part in ["ada@example.com is for clients only", "issue server NAME"] {
            assert!(refused.stderr.contains(part), "{target}\n{refused:#?}");
        }
        world.ok(&line("node@example.com"));
    }
    // A program that is a client has a key store too.
    world.ok("render java ada@example.com --here /x");
}

/// A name with an `@`, of the certificate and of what is shown to backends, is one to the servers.
#[test]
fn names_with_an_at_sign_are_names_of_files() {
    let world = World::with_authority("p256");
    world.ok("issue client ada@example.com --key p256");
    world.ok("issue peer node@example.com --san node.example.com --key p256");
    let folder = world.path("");
    let folder = folder.display();
    world.ok(
        "render nginx-lb node@example.com --out nginx --with-files --set listen=127.0.0.1:65000 \
         --set backends=127.0.0.1:1 --set backend_name=b.example.com \
         --set backend_client=ada@example.com --set clients_ca=@root",
    );
    world.write(
        "nginx.conf",
        format!(
            "pid {folder}/pid; error_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\ninclude {folder}/nginx/*.conf;\n}}\n"
        ),
    );
    let mut nginx = judge::nginx();
    nginx
        .args(["-t", "-e", "stderr", "-c"])
        .arg(world.path("nginx.conf"));
    judge::ok(nginx);
    world.ok(
        "render haproxy node@example.com --out haproxy --set backends=127.0.0.1:1 \
         --set backend_name=b.example.com --set backend_client=ada@example.com \
         --set clients_ca=@root",
    );
    world.accepts("haproxy -c -f haproxy/node@example.com.cfg");
    let refused = world.run("render haproxy node@example.com --set backend_client=@root");
    assert!(refused.stderr.contains("letters, digits"), "{refused:#?}");
}

/// The rules of a target of one's own hold too, and a rule that is none is told with its place.
#[test]
fn own_targets_say_what_they_are_no_place_for() {
    let world = World::with_authority("p256");
    world.ok("issue server flb --san www.example.com --key p256");
    world.ok("issue client ada --key p256");
    let folder = "templates of mine/mine";
    std::fs::create_dir_all(world.path(folder)).unwrap();
    world.write(&format!("{folder}/a.j2"), "{{ name }}\n");
    let define = |rule: &str| {
        world.write(
            &format!("{folder}/target.toml"),
            format!(
                "title = 'Mine'\nabout = 'my own'\nreload = 'mine NAME DIR HERE FLAGS; RENAMED'\n{rule}\n\
                 [[file]]\npath = '{{{{ name }}}}.ini'\ntemplate = 'a.j2'\nlanguage = 'shell'\n\
                 about = 'its file'\n"
            ),
        );
    };
    // A folder with a space in its name is a folder, for those who render it again too.
    let run = |words: &[&str]| {
        let mut command = world.command("render mine");
        command
            .args(words)
            .args(["--templates", "templates of mine"]);
        told(command)
    };
    define("takes = 'server'");
    let rendered = run(&["flb", "--out", "a b", "--pki", "pki"]);
    assert_eq!(rendered.code, 0, "{rendered:#?}");
    let wanted = "after a renewal: mine flb 'a b' 'a b' --templates 'templates of mine'; RENAMED\n";
    assert!(rendered.stderr.contains(wanted), "{rendered:#?}");
    assert_eq!(run(&["ada"]).code, 1);
    define(
        "[[refuse]]\nwhen = \"name == 'ada'\"\nwhat = '{{ name }} is none'\nremedy = 'take flb'",
    );
    assert_eq!(run(&["flb"]).code, 0);
    let refused = run(&["ada"]);
    assert!(refused.stderr.contains("mine: ada is none"), "{refused:#?}");
    assert!(refused.stderr.contains("hint: take flb"), "{refused:#?}");
    for (when, told) in [
        ("nme == 1", "when = \"nme == 1\": "),
        ("1 +", "mine/target.toml: "),
    ] {
        define(&format!(
            "[[refuse]]\nwhen = '{when}'\nwhat = ''\nremedy = ''"
        ));
        let refused = run(&["flb"]);
        assert_eq!(refused.code, 1, "{when}\n{refused:#?}");
        assert!(refused.stderr.contains(told), "{when}\n{refused:#?}");
        assert_eq!(refused.stderr.lines().count(), 1, "{refused:#?}");
    }
    define("takes = 'anybody'");
    let refused = run(&["flb"]);
    assert!(refused.stderr.contains("target.toml:4: "), "{refused:#?}");
}
