//! A lab with a PKI, whose rendered folders are taken to its machines as a whole.

use crate::lab::{Lab, Told};

/// The name of the site, which the client knows by its machine `front`.
pub(crate) const SITE: &str = "www.2026testsite.com";
/// The name of what is behind it.
pub(crate) const BACKEND: &str = "backend.internal.local";

pub(crate) struct Site {
    pub(crate) lab: Lab,
}

impl Site {
    /// A client, a server `front`, and further machines; in the folder of all a PKI with the
    /// certificates `flb` and `backend` and the clients `joe` and `eve`, who is revoked, and a PKI
    /// `other` that nobody trusts with the same names in it.
    pub(crate) fn new(machines: &[(&str, &str)]) -> Self {
        let usual = [("client", "10.0.0.10"), ("front", "10.0.10.1")];
        let site = Self {
            lab: Lab::new(&[&usual, machines].concat()),
        };
        site.lab.ok(
            "client",
            &format!(
                "set -e
                 for pki in pki other; do
                     certmint ca init --cn testca.com --key p256 --no-passphrase --pki $pki
                     certmint issue server flb --san {SITE} --key p256 --pki $pki
                     certmint issue server backend --san {BACKEND} --key p256 --pki $pki
                     certmint issue client joe --key p256 --pki $pki
                 done
                 certmint issue server wrong --san www.internal.local --key p256
                 certmint issue client eve --key p256
                 certmint revoke eve --yes
                 certmint crl ca
                 echo '10.0.10.1 {SITE}' >>/etc/hosts"
            ),
        );
        site
    }

    /// A CA `people` below the root, with the clients `ann` and `bob`, who is revoked.
    pub(crate) fn people(&self) {
        self.lab.ok(
            "client",
            "set -e
             certmint ca intermediate people --cn People --key p256 --no-passphrase
             certmint issue client ann --ca people --key p256
             certmint issue client bob --ca people --key p256
             certmint revoke bob --yes
             certmint crl people",
        );
    }

    /// Renders a target, with its files, into a folder of that name for the folder `/etc/site` of a
    /// machine, and takes it there.
    pub(crate) fn install(&self, machine: &str, target: &str, name: &str, more: &str) {
        self.lab.ok(
            "client",
            &format!(
                "certmint render {target} {name} --with-files --replace --here /etc/site \
                 --out {machine}-site {more}"
            ),
        );
        self.lab.ok(
            machine,
            &format!("rm -rf /etc/site && cp -a {machine}-site /etc/site"),
        );
    }

    /// A page on a machine that says which it is.
    pub(crate) fn page(&self, machine: &str) {
        self.lab.ok(
            machine,
            "mkdir -p /srv/www && echo \"page of $(hostname)\" >/srv/www/index.html",
        );
    }

    /// A web server with a page and the certificate `backend`.
    pub(crate) fn web(&self, machine: &str, server: &str, target: &str, more: &str) {
        self.page(machine);
        self.install(
            machine,
            target,
            "backend",
            &format!("--set document_root=/srv/www {more}"),
        );
        self.start(machine, server, "backend");
    }

    /// Starts a server with what lies in `/etc/site`.
    pub(crate) fn start(&self, machine: &str, server: &str, name: &str) {
        let place = match server {
            "nginx" => "/etc/nginx/conf.d/site.conf",
            "apache2" => "/etc/apache2/sites-enabled/site.conf",
            _ => "/etc/haproxy/haproxy.cfg",
        };
        let ending = if server == "haproxy" { "cfg" } else { "conf" };
        self.lab.ok(
            machine,
            &format!("ln -sf /etc/site/{name}.{ending} {place}"),
        );
        self.lab.restart(machine, server, 443);
    }

    /// Asks for the site as the client.
    pub(crate) fn get(&self, words: &str) -> Told {
        self.lab.curl(
            "client",
            &format!("--cacert pki/ca/ca.crt {words} https://{SITE}/"),
        )
    }

    /// Asks with the certificate of a client.
    pub(crate) fn get_as(&self, pki: &str, name: &str) -> Told {
        self.get(&format!(
            "--cert {pki}/certs/{name}/{name}.fullchain.crt --key {pki}/certs/{name}/{name}.key"
        ))
    }

    /// Asks until the last so many answers are what is wanted.
    pub(crate) fn until_answers(&self, machines: &[&str]) {
        let count = 2 * machines.len();
        let wanted: std::collections::BTreeSet<String> = machines
            .iter()
            .map(|machine| format!("page of {machine}"))
            .collect();
        self.lab.until(
            "client",
            &format!(
                "for _ in $(seq {count}); do
                     curl -sS --fail --max-time 30 --cacert pki/ca/ca.crt https://{SITE}/ || exit 1
                 done"
            ),
            |said| {
                said.lines()
                    .map(str::to_owned)
                    .collect::<std::collections::BTreeSet<_>>()
                    == wanted
            },
        );
    }

    /// Puts another certificate into the place of that of a web server: from a PKI, by a name.
    pub(crate) fn replace_backend(&self, machine: &str, server: &str, pki: &str, name: &str) {
        self.lab.ok(
            machine,
            &format!(
                "cp {pki}/certs/{name}/{name}.key /etc/site/backend.key
                 cp {pki}/certs/{name}/{name}.fullchain.crt /etc/site/backend.fullchain.crt"
            ),
        );
        self.lab.restart(machine, server, 443);
    }
}

/// Without a page, and with this status.
pub(crate) fn refused(told: &Told, status: &str) {
    assert!(told.stdout.ends_with(&format!("\n{status}\n")), "{told:#?}");
    assert!(!told.stdout.contains("page of"), "{told:#?}");
}

/// The handshake breaks: under TLS 1.2 at once (35), under TLS 1.3 when the first request is sent (55)
/// or its answer is awaited (56).
pub(crate) fn broken(told: &Told) {
    assert!([35, 55, 56].contains(&told.code), "{told:#?}");
    assert!(!told.stdout.contains("page of"), "{told:#?}");
}

/// The page of a machine.
pub(crate) fn page_of(told: &Told, machine: &str) {
    assert_eq!(
        told.stdout,
        format!("page of {machine}\n\n200\n"),
        "{told:#?}"
    );
}
