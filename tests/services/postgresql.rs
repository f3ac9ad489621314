//! PostgreSQL: a cluster of its own, run by a user without rights, and `psql`.

use crate::desk::Desk;

/// The folder of the newest PostgreSQL that is installed.
const PROGRAMS: &str = "$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)";

/// Makes a cluster with the users `joe` and `eve`, takes what was rendered, and starts it.
fn start(desk: &Desk) {
    deploy(desk);
    desk.0.ok(
        "server",
        &format!(
            "mkdir -p /var/lib/pg; chown postgres: /var/lib/pg
             as() {{ setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/var/lib/pg \"$@\"; }}
             cd /var/lib/pg
             as {PROGRAMS}/initdb --no-sync --locale=C -A trust -D data >/dev/null
             cat /etc/postgresql/tls/www.postgresql.conf >>data/postgresql.conf
             echo \"listen_addresses = '*'
             fsync = off
             unix_socket_directories = '/var/lib/pg'\" >>data/postgresql.conf
             cp data/pg_hba.conf local.conf
             as {PROGRAMS}/pg_ctl -D data -w -t 60 -l log start >/dev/null
             as psql -h /var/lib/pg -q postgres -c \"CREATE USER joe PASSWORD 'secret'; CREATE USER eve PASSWORD 'secret'; CREATE USER lost PASSWORD 'secret'\"
             cat /etc/postgresql/tls/www.pg_hba.conf local.conf >data/pg_hba.conf
             as {PROGRAMS}/pg_ctl -D data reload >/dev/null"
        ),
    );
}

/// Copies key, certificate and what was rendered to where the server reads it.
fn deploy(desk: &Desk) {
    desk.0.ok(
        "server",
        "mkdir -p /etc/postgresql/tls
         cp pki/certs/www/www.fullchain.crt conf/* /etc/postgresql/tls/
         if test -e pki/crl/clients.crl; then cp pki/crl/clients.crl /etc/postgresql/tls/; fi
         install -o postgres -m 600 pki/certs/www/www.key /etc/postgresql/tls/www.key",
    );
}

fn render(desk: &Desk, settings: &str) {
    desk.0.ok(
        "server",
        &format!(
            "rm -rf conf; certmint render postgresql www --out conf --files /etc/postgresql/tls \
             --here /etc/postgresql/tls --set client_here=$PWD/conf --set client_files=$PWD/mine {settings}
             rm -rf mine; mkdir mine; cp pki/certs/*/*.crt pki/certs/*/*.key mine/"
        ),
    );
}

/// What `psql` says on the client machine.
fn ask(desk: &Desk, connection: &str) -> Result<String, String> {
    let told = desk.0.run(
        "client",
        &format!(
            "PGSERVICEFILE=conf/www.pg_service.conf PGPASSWORD=secret psql -At \"service=www {connection}\" \
             -c 'SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'"
        ),
    );
    match told.code {
        0 => Ok(told.stdout),
        _ => Err(told.stderr),
    }
}

#[test]
fn clients_verify_the_server_and_a_reload_takes_a_renewal() {
    let desk = Desk::new();
    render(&desk, "--set user=joe");
    start(&desk);
    assert_eq!(ask(&desk, "").unwrap(), "joe|t\n");
    for (connection, why) in [
        (
            "sslrootcert=pki/ca/clients.crt",
            "certificate verify failed",
        ),
        ("sslmode=disable", "no encryption"),
        ("host=10.0.0.20", "does not match host name"),
    ] {
        let refused = ask(&desk, connection).unwrap_err();
        assert!(refused.contains(why), "{connection}: {refused}");
    }
    let served = "openssl s_client -starttls postgres -connect server:5432 </dev/null 2>/dev/null | openssl x509 -noout -serial";
    let before = desk.serial_of("pki/certs/www/www.crt");
    assert_eq!(desk.0.ok("client", served), before);
    let renewed = desk.renew();
    deploy(&desk);
    desk.0.ok(
        "server",
        &format!(
            "cd /var/lib/pg; setpriv --reuid=postgres --regid=postgres --clear-groups {PROGRAMS}/pg_ctl -D data reload"
        ),
    );
    desk.0.until("client", served, |told| told == renewed);
    assert_eq!(ask(&desk, "").unwrap(), "joe|t\n");

    // A key that does not fit is not taken, and the pair that was there stays.
    desk.0.ok(
        "server",
        &format!(
            "install -o postgres -m 600 pki/certs/joe/joe.key /etc/postgresql/tls/www.key
             cd /var/lib/pg; setpriv --reuid=postgres --regid=postgres --clear-groups {PROGRAMS}/pg_ctl -D data reload"
        ),
    );
    desk.0.until("server", "cat /var/lib/pg/log", |log| {
        log.contains("SSL configuration was not reloaded")
    });
    assert_eq!(desk.0.ok("client", served), renewed);
    assert_eq!(ask(&desk, "").unwrap(), "joe|t\n");
}

#[test]
fn only_clients_of_the_ca_get_in() {
    let desk = Desk::new();
    render(&desk, "--set clients_ca=clients --set client=joe");
    start(&desk);
    assert_eq!(ask(&desk, "").unwrap(), "joe|t\n");
    let own = |name: &str| format!("sslcert=mine/{name}.crt sslkey=mine/{name}.key");
    for (connection, why) in [
        (own("eve") + " user=eve", "unknown ca"),
        (own("lost") + " user=lost", "revoked"),
        (
            own("joe") + " user=eve",
            "authentication failed for user \"eve\"",
        ),
        (
            "sslcert=none sslkey=none".to_owned(),
            "valid client certificate",
        ),
    ] {
        let refused = ask(&desk, &connection).unwrap_err();
        assert!(refused.contains(why), "{connection}: {refused}");
    }
    let log = desk.0.ok("server", "cat /var/lib/pg/log");
    assert!(
        log.contains("failed for user \"eve\": CN mismatch"),
        "{log}"
    );
    // By the certificate alone.
    render(
        &desk,
        "--set clients_ca=clients --set client=joe --set authentication=cert",
    );
    deploy(&desk);
    desk.0.ok(
        "server",
        &format!(
            "cd /var/lib/pg; cat /etc/postgresql/tls/www.pg_hba.conf local.conf >data/pg_hba.conf
             setpriv --reuid=postgres --regid=postgres --clear-groups {PROGRAMS}/pg_ctl -D data reload"
        ),
    );
    desk.0.until(
        "client",
        "PGSERVICEFILE=conf/www.pg_service.conf psql -At service=www -c 'SELECT current_user' || true",
        |told| told == "joe\n",
    );
    assert!(ask(&desk, &(own("joe") + " user=eve")).is_err());
}

/// Users, databases and networks as `pg_hba.conf` has them: who is in none of the lists is refused.
#[test]
fn who_may_connect_is_told_in_lists() {
    let desk = Desk::new();
    render(&desk, "--set user=joe");
    start(&desk);
    desk.0.ok(
        "server",
        "psql -h /var/lib/pg -U postgres -q postgres -c 'CREATE DATABASE shop' \
         -c \"CREATE USER \\\"ann@example.com\\\" PASSWORD 'secret'\"",
    );
    let take = |settings: &str| {
        render(&desk, &format!("--set user=joe {settings}"));
        deploy(&desk);
        desk.0.ok(
            "server",
            &format!(
                "cd /var/lib/pg; cat /etc/postgresql/tls/www.pg_hba.conf local.conf >data/pg_hba.conf
                 setpriv --reuid=postgres --regid=postgres --clear-groups {PROGRAMS}/pg_ctl -D data reload"
            ),
        );
        // Each line of the file is one that PostgreSQL reads.
        let wrong = "psql -h /var/lib/pg -U postgres -At postgres -c \
                     'SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL'";
        assert_eq!(desk.0.ok("server", wrong), "");
    };
    let users = "--set users=joe,ann@example.com --set databases=shop,postgres";
    take(&format!("{users} --set addresses=192.0.2.0/24,10.0.0.30"));
    let until = |user: &str, wanted: &str| {
        let line = format!(
            "PGSERVICEFILE=conf/www.pg_service.conf PGPASSWORD=secret psql -At \"service=www {user}\" -c 'SELECT current_user' 2>&1 || true"
        );
        desk.0.until("client", &line, |told| told.contains(wanted));
    };
    until("user=eve", "no pg_hba.conf entry");
    assert_eq!(ask(&desk, "").unwrap(), "joe|t\n");
    assert_eq!(
        ask(&desk, "user=ann@example.com dbname=shop").unwrap(),
        "ann@example.com|t\n"
    );
    let refused = ask(&desk, "dbname=template1").unwrap_err();
    assert!(refused.contains("no pg_hba.conf entry"), "{refused}");
    take(&format!(
        "{users} --set addresses=192.0.2.0/24,10.0.0.31/32"
    ));
    until("", "no pg_hba.conf entry");
}

#[test]
fn a_clients_ca_below_a_root_is_refused() {
    Desk::new().takes_root_only("postgresql", "");
}
