//! A server and a client machine, a PKI, and the questions that every target is asked.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use crate::{judge, lab::Lab};

/// How curl ends when the server ends the handshake, while it waits, sends or receives.
const REFUSALS: [i32; 3] = [35, 55, 56];

/// Two machines that share a folder with a PKI: the server certificate `www` of the CA `ca`, the
/// clients `joe` and `lost` (revoked) of the CA `clients`, and `eve`, a client of `ca`.
pub(crate) struct Desk(pub(crate) Lab);

impl Desk {
    pub(crate) fn new() -> Self {
        let lab = Lab::new(&[("server", "10.0.0.20"), ("client", "10.0.0.30")]);
        lab.ok(
            "server",
            "export CERTMINT_PKI=pki
             certmint ca init --cn testca.com --key p256 --no-passphrase
             certmint ca init clients --cn 'Clients CA' --key p256 --no-passphrase
             certmint issue server www --san server --san www.example --ca ca --key p256
             certmint issue client joe --ca clients --key p256
             certmint issue client lost --ca clients --key p256
             certmint issue client eve --ca ca --key p256
             certmint revoke lost --yes",
        );
        Self(lab)
    }

    /// Renders a target for `www` into the folder `conf`.
    pub(crate) fn render(&self, target: &str, settings: &[&str]) {
        let settings: Vec<String> = settings
            .iter()
            .map(|setting| format!("--set '{setting}'"))
            .collect();
        self.0.ok(
            "server",
            &format!(
                "rm -rf conf; certmint render {target} www --out conf {}",
                settings.join(" ")
            ),
        );
    }

    /// Starts a program in the background, its output in `NAME.log`; it ends with the lab.
    #[allow(clippy::zombie_processes, reason = "it ends with the lab")]
    pub(crate) fn start(&self, machine: &str, name: &str, program: &str, arguments: &str) {
        let log = File::create(self.0.path(&format!("{name}.log"))).unwrap();
        let path = judge_path(program);
        self.0
            .command(machine, "bash")
            .args([
                "-c",
                &format!("echo $$ >{name}.pid; exec {path} {arguments}"),
            ])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
    }

    /// Sends a signal to what was started.
    pub(crate) fn signal(&self, machine: &str, name: &str, signal: &str) {
        self.0
            .ok(machine, &format!("kill -{signal} $(cat {name}.pid)"));
    }

    /// Ends what was started, and waits for its end.
    pub(crate) fn stop(&self, machine: &str, name: &str) {
        self.signal(machine, name, "TERM");
        self.0.until(
            machine,
            &format!("kill -0 $(cat {name}.pid) 2>/dev/null && echo there || echo gone"),
            |told| told == "gone\n",
        );
    }

    /// The plain HTTP server that others stand in front of.
    pub(crate) fn start_echo(&self) {
        self.0.write("echo.py", include_str!("echo.py"));
        self.start("server", "echo", "python3", "echo.py 8000");
        self.0.await_port("server", 8000);
    }

    /// What curl on the client machine gets from `https://server/`, or its exit code.
    pub(crate) fn get(&self, options: &str) -> Result<String, i32> {
        let told = self.0.run(
            "client",
            &format!(
                "curl -sS --http1.1 --max-time 20 --cacert pki/ca/ca.crt {options} https://server/"
            ),
        );
        match told.code {
            0 => Ok(told.stdout),
            code => Err(code),
        }
    }

    /// As [`Desk::get`], with the certificate of a client.
    pub(crate) fn get_as(&self, client: &str) -> Result<String, i32> {
        self.get(&format!(
            "--cert pki/certs/{client}/{client}.crt --key pki/certs/{client}/{client}.key"
        ))
    }

    /// Waits until `https://server/` answers as it should.
    pub(crate) fn until_answered(&self, options: &str) {
        self.0.until(
            "client",
            &format!("curl -s --max-time 20 --cacert pki/ca/ca.crt {options} https://server/ || echo refused"),
            |told| told.contains("hello"),
        );
    }

    /// Everybody without a certificate of the clients' CA is refused.
    pub(crate) fn only_clients_get_in(&self, revoked_too: bool) {
        assert!(self.get_as("joe").unwrap().contains("hello"));
        for stranger in ["eve"].iter().chain(revoked_too.then_some(&"lost")) {
            let refused = self.get_as(stranger).unwrap_err();
            assert!(REFUSALS.contains(&refused), "{stranger}: curl {refused}");
        }
        let refused = self.get("").unwrap_err();
        assert!(REFUSALS.contains(&refused), "curl {refused}");
    }

    /// Two CAs below `ca`: `staff` with the clients `ann` and `bob` (revoked), and `partners` with
    /// `pat`.
    pub(crate) fn siblings(&self) {
        self.0.ok(
            "server",
            "certmint ca intermediate staff --issuer ca --cn Staff --key p256 --no-passphrase
             certmint ca intermediate partners --issuer ca --cn Partners --key p256 --no-passphrase
             certmint issue client ann --ca staff --key p256
             certmint issue client bob --ca staff --key p256
             certmint issue client pat --ca partners --key p256
             certmint revoke bob --yes
             certmint crl staff; certmint crl ca",
        );
    }

    /// How curl on the client machine shows the certificate of a client and its intermediates.
    pub(crate) fn shown(client: &str) -> String {
        format!(
            "--cert pki/certs/{client}/{client}.fullchain.crt --key pki/certs/{client}/{client}.key"
        )
    }

    /// Clients of `staff` get in, and those of the CA beside it and of the one above do not.
    pub(crate) fn only_staff_gets_in(&self, revoked_too: bool) {
        self.until_answered(&Self::shown("ann"));
        let revoked = revoked_too.then_some("bob");
        for stranger in ["pat", "eve", "joe"].into_iter().chain(revoked) {
            let refused = self.get(&Self::shown(stranger)).unwrap_err();
            assert!(REFUSALS.contains(&refused), "{stranger}: curl {refused}");
        }
        let refused = self.get("").unwrap_err();
        assert!(REFUSALS.contains(&refused), "curl {refused}");
    }

    /// Gives `staff` a new key, and makes the client `zoe` with it.
    pub(crate) fn roll_staff_over(&self) {
        self.0.ok(
            "server",
            "certmint ca rollover next staff --no-passphrase --wait 0
             certmint ca rollover next staff --yes
             certmint issue client zoe --ca staff --key p256
             certmint crl staff-2",
        );
    }

    /// A target that verifies clients up to the root takes no other CA for them.
    pub(crate) fn takes_root_only(&self, target: &str, settings: &str) {
        self.siblings();
        let told = self.0.run(
            "server",
            &format!("certmint render {target} www --out no {settings} --set clients_ca=staff"),
        );
        assert_eq!(told.code, 1, "{told:#?}");
        for part in ["clients_ca = \"staff\": it is below a root", "ca init"] {
            assert!(told.stderr.contains(part), "{told:#?}");
        }
        assert!(!self.0.path("no").exists());
    }

    /// Renews `www`; its new serial number.
    pub(crate) fn renew(&self) -> String {
        self.0.ok("server", "certmint renew www");
        self.serial_of("pki/certs/www/www.crt")
    }

    /// As [`Desk::renew`], with what makes the server take it.
    pub(crate) fn renew_and(&self, reload: &str) -> String {
        self.0
            .ok("server", &format!("certmint renew www --reload '{reload}'"));
        self.serial_of("pki/certs/www/www.crt")
    }

    pub(crate) fn serial_of(&self, file: &str) -> String {
        self.0
            .ok("server", &format!("openssl x509 -in {file} -noout -serial"))
    }

    /// Waits until the server shows a certificate.
    pub(crate) fn until_served(&self, port: u16, serial: &str) {
        let script = format!(
            "openssl s_client -connect server:{port} -servername server -CAfile pki/ca/ca.crt -verify_return_error </dev/null 2>/dev/null | openssl x509 -noout -serial"
        );
        self.0.until("client", &script, |told| told == serial);
    }
}

/// Where a judge is; those from wheels are not on `PATH`.
fn judge_path(program: &str) -> String {
    let command: Command = match program {
        "envoy" | "traefik" => judge::wheel(program),
        // Of the lab's own environment.
        "python3" => return program.to_owned(),
        program if program.starts_with('/') => return program.to_owned(),
        program => judge::command(program),
    };
    command.get_program().to_str().unwrap().to_owned()
}
