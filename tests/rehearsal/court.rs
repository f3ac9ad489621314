//! The foreign judges: nginx with curl, and openssl with itself.

use std::{
    io::Write as _,
    process::{Output, Stdio},
};

use crate::{
    server::try_start,
    world::{World, words},
};

/// What became of a server and a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both are content.
    Agreed,
    /// The client refuses the server.
    ClientRefuses,
    /// The server refuses the client.
    ServerRefuses,
    /// A side does not take its own files.
    NoStart,
}

/// Which files are used; those of a name are in `pki/certs/NAME`.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) server: &'static str,
    pub(crate) client: Option<&'static str>,
    pub(crate) host: &'static str,
    /// What the client trusts.
    pub(crate) ca: &'static str,
    /// What the server trusts for its clients.
    pub(crate) clients_ca: &'static str,
    /// The revocation lists that the server has, and the client's issuer's alone.
    pub(crate) lists: Option<(&'static str, &'static str)>,
}

fn path(name: &str, ending: &str) -> String {
    format!("pki/certs/{name}/{name}.{ending}")
}

/// The client's certificate alone, and what it sends besides; openssl's tools take them apart.
fn split(world: &World, name: &str) {
    const MARK: &str = "-----END CERTIFICATE-----\n";
    let text = world.read_text(&path(name, "fullchain.crt"));
    let (own, others) = text.split_once(MARK).unwrap();
    world.write("own.crt", format!("{own}{MARK}"));
    world.write("others.crt", others);
}

pub(crate) fn nginx_and_curl(world: &World, files: &Files, version: &str) -> Verdict {
    let folder = world.path("");
    let folder = folder.display().to_string();
    let clients = match files.client {
        Some(_) => format!(
            "ssl_client_certificate {folder}/{}; ssl_verify_client on; ssl_verify_depth 3;",
            files.clients_ca
        ),
        None => String::new(),
    };
    let lists = files
        .lists
        .map(|(all, _)| format!("ssl_crl {folder}/{all};"))
        .unwrap_or_default();
    let server = try_start(world, |port| {
        world.write(
            "nginx.conf",
            format!(
                "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
                 events {{}}
                 http {{
                   access_log off;
                   client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
                   fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
                   scgi_temp_path {folder}/t5;
                   server {{
                     listen 127.0.0.1:{port} ssl;
                     ssl_protocols TLSv1.2 TLSv1.3;
                     ssl_certificate {folder}/{};
                     ssl_certificate_key {folder}/{};
                     {clients} {lists}
                     location / {{ return 200 \"fine\\n\"; }}
                   }}
                 }}",
                path(files.server, "fullchain.crt"),
                path(files.server, "key"),
            ),
        );
        world.judge_command(&format!(
            "nginx -p {folder} -c {folder}/nginx.conf -e stderr"
        ))
    });
    let Ok(server) = server else {
        return Verdict::NoStart;
    };
    let client = files.client.map_or_else(String::new, |client| {
        format!(
            "--cert {} --key {}",
            path(client, "fullchain.crt"),
            path(client, "key")
        )
    });
    let version = match version {
        "TLS 1.2" => "--tls-max 1.2",
        _ => "--tlsv1.3",
    };
    let said = world.judge(&format!(
        "curl -s -o answer.txt -w '%{{http_code}}' --noproxy * --max-time 60 {version} \
         --cacert {} {client} --connect-to ::127.0.0.1:{} https://{}/",
        files.ca, server.port, files.host
    ));
    let status = String::from_utf8_lossy(&said.stdout).into_owned();
    match (said.status.code(), status.as_str()) {
        (Some(0), "200") => Verdict::Agreed,
        (Some(0), "400") => Verdict::ServerRefuses,
        (Some(51 | 60), _) => Verdict::ClientRefuses,
        (Some(58), _) => Verdict::NoStart,
        other => panic!("{files:?}: curl says {other:?}"),
    }
}

pub(crate) fn openssl(world: &World, files: &Files, version: &str) -> Verdict {
    split(world, files.server);
    let version = version.replace("TLS ", "-tls").replace('.', "_");
    let chain = |flag: &str| {
        if world.read("others.crt").is_empty() {
            String::new()
        } else {
            format!("{flag} others.crt")
        }
    };
    let clients = match files.client {
        Some(_) => {
            let lists = files
                .lists
                .map(|(_, own)| format!("-CRL {own} -crl_check"))
                .unwrap_or_default();
            format!(
                "-CAfile {} -Verify 3 -verify_return_error {lists}",
                files.clients_ca
            )
        }
        None => String::new(),
    };
    let key = path(files.server, "key");
    let more = chain("-cert_chain");
    let server = try_start(world, |port| {
        world.judge_command(&format!(
            "openssl s_server -accept 127.0.0.1:{port} -www {version} -cert own.crt -key {key} \
             {more} {clients}"
        ))
    });
    let Ok(server) = server else {
        return Verdict::NoStart;
    };
    let client = files.client.map_or_else(String::new, |client| {
        split(world, client);
        let key = path(client, "key");
        format!("-cert own.crt -key {key} {}", chain("-cert_chain"))
    });
    let said = talk(
        world,
        &format!(
            "openssl s_client -connect 127.0.0.1:{} {version} -CAfile {} -verify_return_error \
             -servername {host} -verify_hostname {host} -ign_eof {client}",
            server.port,
            files.ca,
            host = files.host
        ),
    );
    let out = String::from_utf8_lossy(&said.stdout);
    let err = String::from_utf8_lossy(&said.stderr);
    if out.contains("HTTP/1.0 200 ok") {
        Verdict::Agreed
    } else if err.contains("verify error:num=") {
        Verdict::ClientRefuses
    } else if err.contains(" alert ") {
        Verdict::ServerRefuses
    } else {
        // openssl says that it cannot use the client's files before it connects.
        assert!(!out.contains("CONNECTED"), "{files:?}\n{out}\n{err}");
        Verdict::NoStart
    }
}

/// Asks for a page, and reads until the server ends the connection.
fn talk(world: &World, line: &str) -> Output {
    assert_eq!(words(line)[0], "openssl");
    let mut child = world
        .judge_command(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A client that has refused reads nothing any more.
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(b"GET / HTTP/1.0\r\n\r\n");
    child.wait_with_output().unwrap()
}
