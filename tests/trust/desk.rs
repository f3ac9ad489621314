//! A machine of a user, with an HTTPS server of the PKI that it is to trust.

use crate::{
    judge,
    lab::{Lab, Told},
};

/// The machine.
pub(crate) const DESK: &str = "desk";
/// The name of its server, which leads to the machine itself.
pub(crate) const HOST: &str = "www.2026testsite.com";
pub(crate) const URL: &str = "https://www.2026testsite.com/";
/// Where Debian has what its programs are to trust.
const STORES: &str = "/etc/ssl /usr/local/share/ca-certificates";

/// A machine with a PKI in the folder `pki` of the lab; Firefox has been used there once.
pub(crate) struct Desk(pub(crate) Lab);

impl Desk {
    pub(crate) fn new() -> Self {
        let lab = Lab::new(&[(DESK, "10.1.0.10")]);
        for needed in [
            "certutil",
            "keytool",
            "update-ca-certificates",
            "firefox-esr",
        ] {
            let _ = judge::command(needed);
        }
        lab.ok(
            DESK,
            "certmint ca init --cn testca.com --key p256 --no-passphrase --quiet
             mkdir -p ~/.mozilla/firefox/abcd.default
             certutil -N -d sql:$HOME/.mozilla/firefox/abcd.default --empty-password
             # Links to what is gone would be taken away at any update, and files that somebody put
             # beside the links would become links.
             find /etc/ssl/certs -xtype l -delete
             update-ca-certificates",
        );
        Self(lab)
    }

    /// Starts the server, with a certificate of the PKI.
    pub(crate) fn serve(&self) {
        self.0.ok(
            DESK,
            &format!(
                "certmint issue server {HOST} --key p256 --quiet
                 echo '10.1.0.10 {HOST}' >> /etc/hosts
                 cat > /etc/nginx/conf.d/site.conf <<END
server {{
    listen 443 ssl;
    ssl_certificate $PWD/pki/certs/{HOST}/{HOST}.fullchain.crt;
    ssl_certificate_key $PWD/pki/certs/{HOST}/{HOST}.key;
    location / {{
        default_type text/html;
        return 200 '<!doctype html><title>trusted</title><link rel=icon href=data:,><h1>trusted</h1>';
    }}
}}
END"
            ),
        );
        self.0.restart(DESK, "nginx", 443);
    }

    pub(crate) fn ok(&self, script: &str) -> String {
        self.0.ok(DESK, script)
    }

    pub(crate) fn run(&self, script: &str) -> Told {
        self.0.run(DESK, script)
    }

    /// Runs `certmint trust` with these words, for its exit code and what it said of each store:
    /// kind, owner, state.
    pub(crate) fn trust(&self, words: &str) -> (i32, Vec<[String; 3]>) {
        let told = self.run(&format!("certmint trust {words} --json"));
        let document: serde_json::Value = serde_json::from_str(&told.stdout)
            .unwrap_or_else(|error| panic!("{words}: {error}\n{told:#?}"));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let stores = document["stores"]
            .as_array()
            .unwrap_or_else(|| panic!("{words}\n{told:#?}"))
            .iter()
            .map(|store| {
                [
                    text(&store["kind"]),
                    text(&store["owner"]),
                    text(&store["state"]),
                ]
            })
            .collect();
        (told.code, stores)
    }

    /// The state of each store, the four that a desk has.
    pub(crate) fn states(&self, words: &str) -> (i32, [String; 4]) {
        let (code, stores) = self.trust(words);
        let states: Vec<String> = stores.iter().map(|[_, _, state]| state.clone()).collect();
        let states = states
            .try_into()
            .unwrap_or_else(|_| panic!("{words}: {stores:?}"));
        (code, states)
    }

    /// What the trust stores consist of: files and links with modes and octets, and of the stores
    /// that keep no octets their listings.
    pub(crate) fn stores(&self) -> String {
        self.ok(&format!(
            "find {STORES} -printf '%p %y %m %u %l\\n' | sort
             find {STORES} -type f -not -name cacerts | sort | xargs sha256sum
             keytool -list -rfc -cacerts -storepass changeit 2>/dev/null | grep -e '^[A-Za-z0-9+/=]*$' -e ^Alias
             certutil -L -d sql:$HOME/.mozilla/firefox/abcd.default
             ! ls -A ~/.pki/nssdb || certutil -L -d sql:$HOME/.pki/nssdb"
        ))
    }

    /// What Firefox makes of the server's page, with the profile in which it has been used.
    pub(crate) fn firefox(&self) -> String {
        self.0.write("firefox.py", include_str!("firefox.py"));
        self.ok(&format!(
            "python3 firefox.py $HOME/.mozilla/firefox/abcd.default {URL}"
        ))
    }
}

/// The states of all stores, all the same.
pub(crate) fn all(state: &str) -> [String; 4] {
    [state, state, state, state].map(str::to_owned)
}
