//! Clients without a window, each on a machine of the lab: curl, Python, Java and openssl.

use crate::judge;

use super::{Lab, Told};

/// Whom a client shows itself as.
pub(crate) struct Own<'file> {
    pub(crate) certificate: &'file str,
    pub(crate) key: &'file str,
    /// PKCS#12, and the file with its password.
    pub(crate) bundle: &'file str,
    pub(crate) password_file: &'file str,
}

impl Lab {
    /// curl with a line of further words; prints the page, then the status in a line of its own.
    pub(crate) fn curl(&self, machine: &str, words: &str) -> Told {
        self.run(
            machine,
            &format!("curl -sS --max-time 60 -w '\\n%{{http_code}}\\n' {words}"),
        )
    }

    /// Python's `urllib`, strictly; `ca` is a file, or `-` for what the machine trusts.
    pub(crate) fn python_get(
        &self,
        machine: &str,
        ca: &str,
        url: &str,
        own: Option<&Own<'_>>,
    ) -> Told {
        self.write("get.py", include_str!("get.py"));
        let python = judge::python();
        let python = python.get_program().to_str().unwrap();
        let own = own.map_or_else(String::new, |own| {
            format!("{} {}", own.certificate, own.key)
        });
        self.run(machine, &format!("{python} get.py {ca} {url} {own}"))
    }

    /// Java's `HttpClient`; `ca` is a file, or `-` for what Java trusts.
    pub(crate) fn java_get(
        &self,
        machine: &str,
        ca: &str,
        url: &str,
        own: Option<&Own<'_>>,
    ) -> Told {
        if !self.path("Get.class").exists() {
            self.write("Get.java", include_str!("Get.java"));
            let _ = judge::command("javac");
            self.ok(machine, "javac -J-XX:TieredStopAtLevel=1 Get.java");
        }
        let own = own.map_or_else(String::new, |own| {
            format!("{} {}", own.bundle, own.password_file)
        });
        self.run(
            machine,
            &format!("java -XX:TieredStopAtLevel=1 -Xshare:auto -cp . Get {ca} {url} {own}"),
        )
    }

    /// The serial number of the certificate that a server shows for a name, as openssl prints it;
    /// the chain and the name have to be right.
    pub(crate) fn served_serial(&self, machine: &str, ca: &str, at: &str, name: &str) -> String {
        self.ok(
            machine,
            &format!(
                "openssl s_client -connect {at} -servername {name} -CAfile {ca} -x509_strict \
                 -verify_return_error -verify_hostname {name} 2>/dev/null \
                 | openssl x509 -noout -serial"
            ),
        )
    }

    /// The serial number of a certificate file, as openssl prints it.
    pub(crate) fn serial_of(&self, machine: &str, file: &str) -> String {
        self.ok(machine, &format!("openssl x509 -in {file} -noout -serial"))
    }
}
