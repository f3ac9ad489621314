//! Chromium on a machine of the lab, with the trust store of its user.

use std::path::{Path, PathBuf};

use crate::judge;

use super::{Lab, Told};

/// Without a window, and without calling home.
const OPTIONS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --disable-default-apps --disable-extensions --disable-dev-shm-usage --no-proxy-server \
    --hide-scrollbars --window-size=800,300";

impl Lab {
    /// Puts a CA into the trust store of the machine's user, as `certutil` does it.
    pub(crate) fn trust_in_nss(&self, machine: &str, name: &str, ca: &str) {
        let _ = judge::certutil();
        self.ok(
            machine,
            &format!(
                "mkdir -p ~/.pki/nssdb
                 [ -e ~/.pki/nssdb/cert9.db ] || certutil -N -d sql:$HOME/.pki/nssdb --empty-password
                 certutil -A -d sql:$HOME/.pki/nssdb -n {name} -t C,, -i {ca}"
            ),
        );
    }

    /// What Chromium shows of an address. Its exit code says nothing: a page that it refuses is an
    /// empty standard output, with the reason on standard error.
    pub(crate) fn chromium(&self, machine: &str, url: &str) -> Told {
        self.chromium_with(machine, &format!("--dump-dom {url}"))
    }

    /// A picture of what Chromium shows; gives the file, below `target`.
    pub(crate) fn screenshot(&self, machine: &str, url: &str, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}.png"));
        let _ = std::fs::remove_file(&file);
        let told = self.chromium_with(machine, &format!("--screenshot={name}.png {url}"));
        std::fs::copy(self.path(&format!("{name}.png")), &file)
            .unwrap_or_else(|error| panic!("no screenshot: {error}\n{told:#?}"));
        let size = std::fs::metadata(&file).unwrap().len();
        assert!(size > 1000, "{} has {size} octets", file.display());
        file
    }

    fn chromium_with(&self, machine: &str, words: &str) -> Told {
        let _ = judge::command("chromium");
        let look = || {
            self.run(
                machine,
                &format!(
                    "profile=$(mktemp -d -p /run)
                     timeout --kill-after=5 120 chromium {OPTIONS} --user-data-dir=$profile {words}"
                ),
            )
        };
        let mut told = look();
        // The network of the machines is a second old, and an address of it may come just now:
        // Chromium then ends what it was at, and says nothing of the site.
        for _ in 0..5 {
            if !told.stderr.contains("ERR_NETWORK_CHANGED") {
                break;
            }
            told = look();
        }
        // There is no session bus to talk to.
        let lines = told.stderr.lines().filter(|line| !line.contains("dbus"));
        told.stderr = lines.collect::<Vec<_>>().join("\n");
        told
    }

    /// Has Chromium on a machine take the client certificate that this CA signed, without asking
    /// which, where a site wants one: the policy of an administrator.
    pub(crate) fn choose_client_certificate(&self, machine: &str, url: &str, issuer: &str) {
        let choice = format!(r#"{{"pattern":"{url}","filter":{{"ISSUER":{{"CN":"{issuer}"}}}}}}"#);
        let policy = serde_json::json!({ "AutoSelectCertificateForUrls": [choice] });
        self.write("policy.json", policy.to_string());
        self.ok(
            machine,
            "mkdir -p /etc/chromium/policies/managed
             cp policy.json /etc/chromium/policies/managed/client-certificate.json",
        );
    }
}
