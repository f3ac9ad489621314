//! nginx and Apache with the files that certmint makes, and clients that call them.

use std::{
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use crate::{
    BACKEND, FLB,
    clients::{Call, Own, everybody_gets, openssl_refuses},
    world::World,
};

/// A server that runs until the test ends.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Apache in one process and nginx without a master have no children to leave behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts a server on a free port of this machine; `configure` writes its files for the port.
fn start(world: &World, line: &str, configure: impl Fn(u16)) -> Server {
    let mut said = String::new();
    // Another program can take the port between the question and the start.
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        configure(port);
        let log = std::fs::File::create(world.path("server.log")).unwrap();
        let process = world
            .judge_command(line)
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let mut server = Server { process, port };
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(30) {
            if server.process.try_wait().unwrap().is_some() {
                break;
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        said = world.read_text("server.log");
    }
    panic!("{line} does not start:\n{said}");
}

/// What a server is given.
pub(crate) struct Files<'file> {
    pub(crate) host: &'file str,
    pub(crate) certificate: &'file str,
    pub(crate) key: &'file str,
    /// The CAs of its clients.
    pub(crate) clients: Option<&'file str>,
    /// The revocation lists of those CAs.
    pub(crate) revoked: Option<&'file str>,
}

pub(crate) fn nginx(world: &World, files: &Files) -> Server {
    let folder = world.path("");
    let folder = folder.display();
    let clients = files.clients.map_or_else(String::new, |root| {
        format!("ssl_client_certificate {folder}/{root}; ssl_verify_client on; ssl_verify_depth 2;")
    });
    let revoked = files
        .revoked
        .map_or_else(String::new, |lists| format!("ssl_crl {folder}/{lists};"));
    let configure = |port| {
        world.write(
            "nginx.conf",
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid;
                 error_log stderr;
                 events {{}}
                 http {{
                   access_log off;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{
                     listen 127.0.0.1:{port} ssl;
                     server_name {};
                     ssl_certificate {folder}/{};
                     ssl_certificate_key {folder}/{};
                     {clients}
                     {revoked}
                     location / {{ return 200 \"fine\\n\"; }}
                   }}
                 }}",
                files.host, files.certificate, files.key
            ),
        );
    };
    start(
        world,
        &format!("nginx -p {folder} -c {folder}/nginx.conf -e stderr"),
        configure,
    )
}

pub(crate) fn apache(world: &World, files: &Files) -> Server {
    let folder = world.path("");
    let folder = folder.display();
    // Apache gives up being root once it has read the key, and then serves what all may read.
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(world.path(""), everybody).unwrap();
    std::fs::create_dir_all(world.path("pages")).unwrap();
    world.write("pages/index.html", "fine\n");
    let clients = files.clients.map_or_else(String::new, |root| {
        format!(
            "SSLCACertificateFile {folder}/{root}\nSSLVerifyClient optional\nSSLVerifyDepth 2\n\
             <Location />\nRequire expr %{{SSL_CLIENT_VERIFY}} == \"SUCCESS\"\n</Location>"
        )
    });
    let revoked = files.revoked.map_or_else(String::new, |lists| {
        format!("SSLCARevocationFile {folder}/{lists}\nSSLCARevocationCheck chain\n")
    });
    let configure = |port| {
        world.write(
            "apache.conf",
            format!(
                "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName {}
User www-data
Group www-data
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
DocumentRoot {folder}/pages
DirectoryIndex index.html
SSLEngine on
SSLCertificateFile {folder}/{}
SSLCertificateKeyFile {folder}/{}
{clients}
{revoked}
",
                files.host, files.certificate, files.key
            ),
        );
    };
    start(
        world,
        &format!("apache2 -X -d {folder} -f {folder}/apache.conf"),
        configure,
    )
}

/// The recipe's load balancer and backend.
fn recipe(key: &str) -> World {
    let world = World::with_authority(key);
    for (name, host) in [("flb", FLB), ("backend", BACKEND)] {
        world.ok(&format!("issue server {name} --san {host} --key {key}"));
    }
    world
}

pub(crate) fn files<'file>(
    host: &'file str,
    name: &str,
    folder: &'file mut [String; 2],
) -> Files<'file> {
    *folder = ["fullchain.crt", "key"].map(|end| format!("pki/certs/{name}/{name}.{end}"));
    Files {
        host,
        certificate: &folder[0],
        key: &folder[1],
        clients: None,
        revoked: None,
    }
}

#[test]
fn nginx_serves_the_recipe_with_rsa() {
    served_by(nginx, "rsa2048", FLB, "flb");
}

#[test]
fn nginx_serves_the_recipe_with_p256() {
    served_by(nginx, "p256", FLB, "flb");
}

#[test]
fn apache_serves_the_recipe_with_rsa() {
    served_by(apache, "rsa2048", BACKEND, "backend");
}

#[test]
fn apache_serves_the_recipe_with_p256() {
    served_by(apache, "p256", BACKEND, "backend");
}

fn served_by(serve: fn(&World, &Files) -> Server, key: &str, host: &str, name: &str) {
    let world = recipe(key);
    let mut paths = Default::default();
    let server = serve(&world, &files(host, name, &mut paths));
    let mut call = Call {
        host,
        port: server.port,
        root: "pki/ca/ca.crt",
        own: None,
    };
    everybody_gets(&world, &call, 200);
    // Another CA of the same name is not the one that signed.
    world.ok("ca init --cn testca.com --key p256 --no-passphrase --pki other");
    call.root = "other/ca/ca.crt";
    openssl_refuses(&world, &call);
    call.root = "pki/ca/ca.crt";
    call.host = "somebody.example";
    openssl_refuses(&world, &call);
}

#[test]
fn nginx_asks_clients_for_a_certificate() {
    asks_clients(nginx, 400);
}

#[test]
fn apache_asks_clients_for_a_certificate() {
    asks_clients(apache, 403);
}

/// `ssl_verify_client on`: without a client certificate refused, with it served.
fn asks_clients(serve: fn(&World, &Files) -> Server, without: u16) {
    let world = recipe("p256");
    world.ok("issue client client01 --key rsa2048");
    world.write("password", "secret0\n");
    world.ok("export p12 client01 --out client01.p12 --password-file password");
    let mut paths = Default::default();
    let mut files = files(FLB, "flb", &mut paths);
    files.clients = Some("pki/ca/ca.crt");
    let server = serve(&world, &files);
    let mut call = Call {
        host: FLB,
        port: server.port,
        root: "pki/ca/ca.crt",
        own: None,
    };
    everybody_gets(&world, &call, without);
    call.own = Some(Own {
        certificate: "pki/certs/client01/client01.crt",
        key: "pki/certs/client01/client01.key",
        bundle: "client01.p12",
        password: "secret0",
    });
    everybody_gets(&world, &call, 200);
}
