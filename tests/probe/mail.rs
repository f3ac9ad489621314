//! STARTTLS: Postfix, Dovecot, OpenLDAP and PostgreSQL, run as root with configurations of their own.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use crate::{
    judge,
    server::{Server, matters, said, start, world},
    world::World,
};

const NAME: &str = "--server-name flb.example.com";

/// A world whose folder every user may enter.
fn open_world() -> (World, String) {
    let world = world();
    let folder = world.folder().display().to_string();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    (world, folder)
}

fn postfix<'world>(world: &'world World, folder: &str, tls: &str) -> Server<'world> {
    for name in ["etc", "spool", "data"] {
        fs::create_dir_all(world.path(name)).unwrap();
    }
    world.accepts("chown postfix data");
    world.write(
        "etc/main.cf",
        format!(
            "compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = flb.example.com
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = /dev/stdout
alias_maps =
alias_database =
smtpd_tls_cert_file = {folder}/pki/certs/flb/flb.fullchain.crt
smtpd_tls_key_file = {folder}/pki/certs/flb/flb.key
smtpd_tls_security_level = {tls}
"
        ),
    );
    let configure = |port| {
        world.write(
            "etc/master.cf",
            format!(
                "127.0.0.1:{port} inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"
            ),
        );
        judge::ok(world.judge_command(&format!("postfix -c {folder}/etc check")));
        // In the foreground, and this process itself.
        let mut master = Command::new("/usr/lib/postfix/sbin/master");
        master
            .args(["-c", &format!("{folder}/etc"), "-d"])
            .env("MAIL_CONFIG", format!("{folder}/etc"));
        master
    };
    start(world, configure)
}

fn dovecot<'world>(world: &'world World, folder: &str, tls: &str) -> Server<'world> {
    start(world, |port| {
        world.write(
            "dovecot.conf",
            format!(
                "protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = /dev/stderr
ssl = {tls}
ssl_cert = <{folder}/pki/certs/flb/flb.fullchain.crt
ssl_key = <{folder}/pki/certs/flb/flb.key
listen = 127.0.0.1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
"
            ),
        );
        world.judge_command(&format!("dovecot -F -c {folder}/dovecot.conf"))
    })
}

fn slapd<'world>(world: &'world World, folder: &str, tls: bool) -> Server<'world> {
    fs::create_dir_all(world.path("ldap")).unwrap();
    let files = format!(
        "TLSCertificateFile {folder}/pki/certs/flb/flb.fullchain.crt
TLSCertificateKeyFile {folder}/pki/certs/flb/flb.key
"
    );
    world.write(
        "slapd.conf",
        format!(
            "include /etc/ldap/schema/core.schema
pidfile {folder}/slapd.pid
{}database ldif
suffix \"dc=example,dc=com\"
directory {folder}/ldap
",
            if tls { &files } else { "" }
        ),
    );
    start(world, |port| {
        world.judge_command(&format!(
            "slapd -h ldap://127.0.0.1:{port}/ -f {folder}/slapd.conf -d 0"
        ))
    })
}

const AS_POSTGRES: &str = "setpriv --reuid postgres --regid postgres --clear-groups";

fn postgresql<'world>(world: &'world World, folder: &str, tls: &str) -> Server<'world> {
    fs::create_dir_all(world.path("pg")).unwrap();
    for (from, to) in [("fullchain.crt", "server.crt"), ("key", "server.key")] {
        let from = world.path(&format!("pki/certs/flb/flb.{from}"));
        fs::copy(from, world.path(&format!("pg/{to}"))).unwrap();
    }
    world.accepts("chown -R postgres pg");
    let postgres = judge::command("postgres");
    let programs = fs::canonicalize(postgres.get_program()).unwrap();
    let initdb = programs.with_file_name("initdb").display().to_string();
    if !world.exists("pg/data") {
        world.accepts(&format!(
            "{AS_POSTGRES} {initdb} -D {folder}/pg/data -A trust --no-sync"
        ));
    }
    start(world, |port| {
        world.judge_command(&format!(
            "{AS_POSTGRES} {} -D {folder}/pg/data -c listen_addresses=127.0.0.1 -c port={port} \
             -c unix_socket_directories={folder}/pg -c ssl={tls} \
             -c ssl_cert_file={folder}/pg/server.crt -c ssl_key_file={folder}/pg/server.key",
            programs.display()
        ))
    })
}

/// The same as the certificate's file, by every protocol version, and good.
fn is_good(world: &World, server: &Server<'_>, protocol: &str) {
    let seen = server.seen(0, &format!("{NAME} --starttls {protocol} --timeout 60"));
    let failures: Vec<String> = matters(&seen)
        .into_iter()
        .filter(|matter| matter.starts_with("failure"))
        .collect();
    assert_eq!(failures, [""; 0], "{protocol}: {seen:#}");
    let fingerprint =
        world.accepts("openssl x509 -in pki/certs/flb/flb.crt -noout -sha256 -fingerprint");
    let fingerprint = fingerprint.trim().rsplit('=').next().unwrap();
    assert_eq!(
        seen["chain"][0]["fingerprint_sha256"].as_str().unwrap(),
        fingerprint.replace(':', "").to_lowercase()
    );
    for version in seen["versions"].as_array().unwrap() {
        assert_eq!(version["taken"], true, "{protocol}: {version}");
    }
    // Without the word the server is waited for in vain, or says something else.
    let told = server.probe(&format!("{NAME} --timeout 3"));
    assert_eq!(told.code, 1, "{protocol}: {told:#?}");
}

/// A server that is not set up for TLS says so.
fn has_no_tls(server: &Server<'_>, protocol: &str, part: &str) {
    let told = server.probe(&format!("{NAME} --starttls {protocol} --timeout 60"));
    assert_eq!(told.code, 1, "{protocol}: {told:#?}");
    assert!(told.stderr.contains(part), "{protocol}: {told:#?}");
    assert!(
        told.stderr.contains("is TLS turned on"),
        "{protocol}: {told:#?}"
    );
}

#[test]
fn smtp() {
    let (world, folder) = open_world();
    let server = postfix(&world, &folder, "may");
    is_good(&world, &server, "smtp");
    // What is wrong is found behind STARTTLS, too.
    let seen = server.seen(
        3,
        "--server-name mail.example.com --starttls smtp --timeout 60",
    );
    assert!(
        said(&seen, "host_name").contains("flb.example.com"),
        "{seen:#}"
    );
    drop(server);
    let server = postfix(&world, &folder, "none");
    has_no_tls(&server, "smtp", "does not offer STARTTLS");
}

#[test]
fn imap() {
    let (world, folder) = open_world();
    let server = dovecot(&world, &folder, "yes");
    is_good(&world, &server, "imap");
    drop(server);
    let server = dovecot(&world, &folder, "no");
    has_no_tls(&server, "imap", "the server says \"a1 BAD");
}

#[test]
fn ldap() {
    let (world, folder) = open_world();
    let server = slapd(&world, &folder, true);
    is_good(&world, &server, "ldap");
    drop(server);
    let server = slapd(&world, &folder, false);
    has_no_tls(&server, "ldap", "StartTLS");
}

#[test]
fn postgres() {
    let (world, folder) = open_world();
    let server = postgresql(&world, &folder, "on");
    is_good(&world, &server, "postgresql");
    drop(server);
    let server = postgresql(&world, &folder, "off");
    has_no_tls(&server, "postgresql", "ssl = off");
}
