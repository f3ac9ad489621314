//! Values with every mark that configuration languages know stay values, as each server itself sees
//! it: its own check reads certificate, key and CA from such a path.

use std::{fs, path::Path, process::Command};

use crate::{
    judge,
    world::{World, told},
};

const BACKENDS: &str = "--set backends=127.0.0.1:1,[::1]:2";
const NAMED: &str = "--set backend_name=backend.internal.local --set backend_client=joe";
const CLIENTS: &str = "--set clients_ca=ca";

fn world() -> World {
    let world = World::with_authority("p256");
    // The common name would end a comment, a block and a line.
    let mut command = world.command("issue server flb --san www.example.com --key p256");
    command.args(["--cn", "x\n}\nevil { \"'#\\"]);
    assert_eq!(told(command).code, 0);
    world.ok("issue client joe --key p256");
    world.ok("crl ca");
    world
}

/// Renders a target for a folder of that name; gives the text of its first file.
fn rendered(world: &World, target: &str, folder: &Path, more: &str) -> String {
    let mut command = world.command(&format!("render {target} flb --with-files {more}"));
    command.arg("--out").arg(folder);
    let rendered = told(command);
    assert_eq!(rendered.code, 0, "{target}\n{rendered:#?}");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| {
            file.extension()
                .is_some_and(|ending| ending == "conf" || ending == "cfg")
        })
        .collect();
    files.sort();
    fs::read_to_string(&files[0]).unwrap()
}

fn accepted(mut command: Command, text: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{text}");
    assert!(!said.contains("evil"), "{said}");
}

#[test]
fn nginx_reads_strange_paths() {
    let world = world();
    let folder = world.path("");
    let folder = folder.display();
    for (target, more) in [
        ("nginx", CLIENTS.to_owned()),
        ("nginx", format!("{CLIENTS} --set upstreams=127.0.0.1:1")),
        ("nginx-lb", format!("{BACKENDS} {NAMED} {CLIENTS}")),
        ("nginx-stream", BACKENDS.to_owned()),
    ] {
        let strange = world.path("a b;{}#'\"\\%*[x]~");
        let more = format!("{more} --set listen=127.0.0.1:65000 --replace");
        let text = rendered(&world, target, &strange, &more);
        let (before, inside) = match target {
            "nginx-stream" => (
                format!("load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n{text}"),
                String::new(),
            ),
            _ => (String::new(), text.clone()),
        };
        world.write(
            "nginx.conf",
            format!(
                "{before}\npid {folder}/pid; error_log stderr;\nevents {{}}\n\
                 http {{\naccess_log off;\n{inside}\n}}\n"
            ),
        );
        let mut nginx = judge::nginx();
        nginx
            .args(["-t", "-e", "stderr", "-c"])
            .arg(world.path("nginx.conf"));
        accepted(nginx, &text);
        fs::remove_dir_all(&strange).unwrap();
    }
}

#[test]
fn apache_reads_strange_paths() {
    let world = world();
    let log = world.path("error.log");
    let modules: String = [
        "mpm_event",
        "authz_core",
        "alias",
        "dir",
        "mime",
        "socache_shmcb",
        "ssl",
    ]
    .iter()
    .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
    .collect();
    for strange in ["a b;{}#'\"\\%$<>x", "a$b %x"] {
        let strange = world.path(strange);
        let more = format!("{CLIENTS} --set listen=127.0.0.1:65000 --set listen_directives=true");
        let text = rendered(&world, "apache", &strange, &more);
        world.write(
            "apache.conf",
            format!(
                "{modules}ServerName localhost\nTypesConfig /etc/mime.types\nErrorLog {}\n{text}",
                log.display()
            ),
        );
        let apache = || {
            let mut apache = judge::apache2();
            apache.arg("-f").arg(world.path("apache.conf")).arg("-t");
            apache
        };
        accepted(apache(), &text);
        // It looked there: without the files it complains.
        fs::remove_file(strange.join("flb.key")).unwrap();
        assert!(!apache().output().unwrap().status.success());
    }
}

#[test]
fn haproxy_reads_strange_paths() {
    let world = world();
    for (target, more) in [
        (
            "haproxy",
            format!("{BACKENDS} {NAMED} {CLIENTS} --set 'health_path=/%[x]?\"$HOME#'"),
        ),
        (
            "haproxy",
            format!("{BACKENDS} --set backend_protocol=http --set global=false"),
        ),
        ("haproxy-tcp", BACKENDS.to_owned()),
        ("haproxy-tcp", format!("{BACKENDS} --set health=connection")),
    ] {
        let strange = world.path("a b;{}#'\"\\%[x]%{y}$HOME*");
        let text = rendered(&world, target, &strange, &more);
        let mut haproxy = judge::command("haproxy");
        haproxy.args(["-c", "-f"]).arg(strange.join("flb.cfg"));
        accepted(haproxy, &text);
        fs::remove_dir_all(&strange).unwrap();
    }
}

#[test]
fn what_a_language_cannot_write_is_refused() {
    let world = world();
    for (target, more, here) in [
        ("nginx", CLIENTS.to_owned(), "/etc/$host"),
        ("nginx", CLIENTS.to_owned(), "/etc/a\nb"),
        ("nginx-lb", format!("{BACKENDS} {NAMED}"), "/etc/$host"),
        ("apache", CLIENTS.to_owned(), "/etc/${PATH}"),
        ("apache", CLIENTS.to_owned(), "/etc/a\nb"),
        ("haproxy", format!("{BACKENDS} {NAMED}"), "/etc/a\nb"),
        ("haproxy-tcp", BACKENDS.to_owned(), "/etc/a\u{1}b"),
    ] {
        let mut command = world.command(&format!("render {target} flb {more} --out conf"));
        command.arg("--here").arg(here);
        let refused = told(command);
        assert_eq!(refused.code, 1, "{target} {here:?}\n{refused:#?}");
        assert_eq!(refused.stderr.lines().count(), 1, "{refused:#?}");
        assert!(!world.exists("conf"), "{target}");
    }
    // What names a host or a port is that and nothing else.
    for setting in [
        "backends=10.0.0.1:443;evil",
        "backends=a b:443",
        "backend_name=a;b",
        "backend_name=10.0.0.1",
        "backend_name=*.example.com",
        "health_path=/a b",
        "listen=443 ssl",
        "balance=evil",
        "stats_socket=run",
    ] {
        let mut command = world.command("render haproxy flb --here /etc/haproxy");
        command.args(["--set", setting]);
        let refused = told(command);
        assert_eq!(refused.code, 1, "{setting}\n{refused:#?}");
        let name = setting.split('=').next().unwrap();
        assert!(refused.stderr.contains(name), "{refused:#?}");
    }
}

/// A certificate from elsewhere has names that no host can have, one of them a pattern of nginx.
#[test]
fn names_that_no_host_can_have_are_left_out() {
    let world = World::with_authority("p256");
    world.write(
        "names.cnf",
        "subjectAltName=DNS:~.*,DNS:a;evil,DNS:good.example.com,DNS:x}y\nextendedKeyUsage=serverAuth\n",
    );
    fs::create_dir(world.path("old")).unwrap();
    world.accepts(
        "openssl req -new -newkey rsa:2048 -nodes -keyout old/01.key -subj /CN=odd -out odd.csr",
    );
    world.accepts(
        "openssl x509 -req -in odd.csr -CA pki/ca/ca.crt -CAkey pki/ca/ca.key -days 30 \
         -extfile names.cnf -out old/01.pem",
    );
    world.ok(
        "ca import ca --cert pki/ca/ca.crt --key pki/ca/ca.key --newcerts old --no-passphrase \
         --with-files --pki new",
    );
    for (target, names) in [
        ("nginx", "server_name good.example.com;"),
        ("nginx-lb", "server_name good.example.com;"),
        ("apache", "ServerName good.example.com"),
        ("haproxy-tcp", "check-sni good.example.com "),
    ] {
        let more = match target {
            "nginx" | "apache" => String::new(),
            "nginx-lb" => format!("{BACKENDS} --set backend_name=b.example.com --here /etc/site"),
            _ => format!("{BACKENDS} --here /etc/site"),
        };
        let text = world
            .ok(&format!("render {target} odd --pki new {more}"))
            .stdout;
        assert!(text.contains(names), "{text}");
        assert!(!text.contains("evil") && !text.contains("~."), "{text}");
    }
}
