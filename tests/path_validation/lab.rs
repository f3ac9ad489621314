//! A place where openssl makes certificates and judges them beside the library.

use std::collections::BTreeMap;
use std::path::PathBuf;

use certmint::inspect::verify::{
    Check, Options, Purpose, Request, Severity, Verdict, rustls_says, verify,
};
use time::{Duration, OffsetDateTime};

use crate::judge;

/// basicConstraints, keyUsage and key identifiers of a well-made CA.
pub(crate) const CA: &str = "basicConstraints=critical,CA:TRUE\n\
    keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n\
    authorityKeyIdentifier=keyid\n";

/// A well-made server certificate for host.example.
pub(crate) const SERVER: &str = "basicConstraints=critical,CA:FALSE\n\
    keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n\
    subjectAltName=DNS:host.example\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// A folder of keys and certificates, each under its name.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
    certificates: BTreeMap<String, Vec<u8>>,
    crls: BTreeMap<String, Vec<u8>>,
    serial: u32,
    /// When the lab was opened; cases are judged so many days later.
    start: OffsetDateTime,
}

/// What is asked of both judges.
pub(crate) struct Case<'a> {
    lab: &'a Lab,
    target: &'a str,
    pool: Vec<&'a str>,
    anchors: Vec<&'a str>,
    crls: Vec<&'a str>,
    options: Options,
    openssl_arguments: Vec<String>,
}

/// What the judges say.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) openssl: Result<(), String>,
    pub(crate) rustls: Result<(), String>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let lab = Self {
            folder: tempfile::tempdir().unwrap(),
            certificates: BTreeMap::new(),
            crls: BTreeMap::new(),
            serial: 0x1000,
            start: OffsetDateTime::now_utc(),
        };
        std::fs::write(
            lab.path("empty.cnf"),
            "[req]\ndistinguished_name=dn\n[dn]\n",
        )
        .unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) -> Result<String, String> {
        let output = judge::openssl()
            .args(arguments)
            .current_dir(self.folder.path())
            .env("OPENSSL_CONF", self.path("empty.cnf"))
            .output()
            .expect("openssl is needed to make and to judge the certificates of this test");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(format!("{}{}", text(&output.stdout), text(&output.stderr)))
        }
    }

    fn run(&self, arguments: &[&str]) {
        self.openssl(arguments)
            .unwrap_or_else(|error| panic!("openssl {arguments:?}: {error}"));
    }

    /// A P-256 key, made when it is first named.
    fn key(&self, name: &str) -> String {
        let file = format!("{name}.key");
        if !self.path(&file).exists() {
            self.run(&[
                "genpkey",
                "-algorithm",
                "EC",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-out",
                &file,
            ]);
        }
        file
    }

    /// Another kind of key under a name, for certificates made later under that name.
    pub(crate) fn rsa_key(&self, name: &str, bits: u32) {
        let bits = format!("rsa_keygen_bits:{bits}");
        let file = format!("{name}.key");
        self.run(&[
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            &bits,
            "-out",
            &file,
        ]);
    }

    /// The key of one name for another name too.
    pub(crate) fn share_key(&self, from: &str, to: &str) {
        let key = self.key(from);
        std::fs::copy(self.path(&key), self.path(&format!("{to}.key"))).unwrap();
    }

    fn request(&self, name: &str, subject: &str) {
        let key = self.key(name);
        let file = format!("{name}.csr");
        self.run(&[
            "req",
            "-new",
            "-config",
            "empty.cnf",
            "-key",
            &key,
            "-subj",
            subject,
            "-out",
            &file,
        ]);
    }

    fn keep(&mut self, name: &str) {
        let file = self.path(&format!("{name}.pem"));
        let der = ::pem::parse(std::fs::read(file).unwrap())
            .unwrap()
            .into_contents();
        self.certificates.insert(name.to_owned(), der);
    }

    /// A self-signed certificate for 3650 days.
    pub(crate) fn root(&mut self, name: &str, subject: &str, extensions: &str) {
        self.root_for(name, subject, extensions, 3650, &[]);
    }

    pub(crate) fn root_for(
        &mut self,
        name: &str,
        subject: &str,
        extensions: &str,
        days: u32,
        more: &[&str],
    ) {
        self.request(name, subject);
        let (csr, key) = (format!("{name}.csr"), self.key(name));
        self.certify(
            name,
            extensions,
            days,
            &[&["-in", &csr, "-signkey", &key], more].concat(),
        );
    }

    /// A certificate under an issuer for 3000 days.
    pub(crate) fn issue(&mut self, name: &str, issuer: &str, subject: &str, extensions: &str) {
        self.issue_for(name, issuer, subject, extensions, 3000, &[]);
    }

    pub(crate) fn issue_for(
        &mut self,
        name: &str,
        issuer: &str,
        subject: &str,
        extensions: &str,
        days: u32,
        more: &[&str],
    ) {
        self.request(name, subject);
        let csr = format!("{name}.csr");
        let (ca, ca_key) = (format!("{issuer}.pem"), self.key(issuer));
        let arguments = [&["-in", &csr, "-CA", &ca, "-CAkey", &ca_key], more].concat();
        self.certify(name, extensions, days, &arguments);
    }

    fn certify(&mut self, name: &str, extensions: &str, days: u32, arguments: &[&str]) {
        self.serial += 1;
        let (serial, days) = (format!("{:#x}", self.serial), days.to_string());
        let out = format!("{name}.pem");
        let mut all = vec![
            "x509",
            "-req",
            "-set_serial",
            &serial,
            "-days",
            &days,
            "-out",
            &out,
        ];
        if !extensions.is_empty() {
            std::fs::write(self.path("extensions.cnf"), extensions).unwrap();
            all.extend(["-extfile", "extensions.cnf"]);
        }
        all.extend(arguments);
        self.run(&all);
        self.keep(name);
    }

    /// A CRL by an issuer for `days`, signed with the key under `key`, that lists certificates.
    pub(crate) fn crl(&mut self, name: &str, issuer: &str, key: &str, days: u32, revoked: &[&str]) {
        let mut index = String::new();
        for revoked in revoked {
            let pem = format!("{revoked}.pem");
            let serial = self
                .openssl(&["x509", "-in", &pem, "-noout", "-serial"])
                .unwrap();
            let serial = serial.trim().trim_start_matches("serial=").to_owned();
            let line = format!(
                "R\t391231235959Z\t240101000000Z,keyCompromise\t{serial}\tunknown\t/CN=x\n"
            );
            index.push_str(&line);
        }
        std::fs::write(self.path("index.txt"), index).unwrap();
        std::fs::write(self.path("crlnumber"), "01\n").unwrap();
        std::fs::write(
            self.path("ca.cnf"),
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\n\
             default_md=sha256\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n",
        )
        .unwrap();
        let (ca, key) = (format!("{issuer}.pem"), self.key(key));
        let (days, out) = (days.to_string(), format!("{name}.crl"));
        self.run(&[
            "ca", "-config", "ca.cnf", "-gencrl", "-crldays", &days, "-cert", &ca, "-keyfile",
            &key, "-out", &out,
        ]);
        let der = ::pem::parse(std::fs::read(self.path(&out)).unwrap())
            .unwrap()
            .into_contents();
        self.crls.insert(name.to_owned(), der);
    }

    pub(crate) fn certificate(&self, name: &str) -> &[u8] {
        self.certificates
            .get(name)
            .unwrap_or_else(|| panic!("no certificate {name}"))
    }

    pub(crate) fn crl_der(&self, name: &str) -> &[u8] {
        self.crls
            .get(name)
            .unwrap_or_else(|| panic!("no CRL {name}"))
    }

    pub(crate) fn case<'a>(
        &'a self,
        target: &'a str,
        pool: &[&'a str],
        anchor: &'a str,
    ) -> Case<'a> {
        Case {
            lab: self,
            target,
            pool: pool.to_vec(),
            anchors: vec![anchor],
            crls: Vec::new(),
            options: Options::at(self.start + Duration::hours(1)),
            openssl_arguments: Vec::new(),
        }
    }
}

impl<'a> Case<'a> {
    pub(crate) fn anchors(mut self, anchors: &[&'a str]) -> Self {
        self.anchors = anchors.to_vec();
        self
    }

    pub(crate) fn after_days(mut self, days: i64) -> Self {
        self.options.now = self.lab.start + Duration::days(days);
        self
    }

    pub(crate) fn crls(mut self, crls: &[&'a str]) -> Self {
        self.crls = crls.to_vec();
        self
    }

    pub(crate) fn server(mut self) -> Self {
        self.options.purpose = Purpose::Server;
        self.arguments(&["-purpose", "sslserver"])
    }

    pub(crate) fn client(mut self) -> Self {
        self.options.purpose = Purpose::Client;
        self.arguments(&["-purpose", "sslclient"])
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.options.host = Some(host.parse().unwrap());
        let kind = if host.parse::<std::net::IpAddr>().is_ok() {
            "-verify_ip"
        } else {
            "-verify_hostname"
        };
        self.arguments(&[kind, host])
    }

    pub(crate) fn options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    /// Arguments for openssl alone.
    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.openssl_arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(crate) fn judge(self) -> Outcome {
        let der = |names: &[&str]| -> Vec<&[u8]> {
            names
                .iter()
                .map(|name| self.lab.certificate(name))
                .collect()
        };
        let (pool, anchors) = (der(&self.pool), der(&self.anchors));
        let crls: Vec<&[u8]> = self
            .crls
            .iter()
            .map(|name| self.lab.crl_der(name))
            .collect();
        let request = Request {
            target: self.lab.certificate(self.target),
            pool: &pool,
            anchors: &anchors,
            crls: &crls,
            options: self.options.clone(),
        };
        let verdict = verify(&request).unwrap_or_else(|error| panic!("{}: {error}", self.target));
        Outcome {
            verdict,
            openssl: self.ask_openssl(),
            rustls: rustls_says(&request),
        }
    }

    fn ask_openssl(&self) -> Result<(), String> {
        let bundle = |kind: &str, names: &[&str], ending: &str| {
            let file = format!("{}.{kind}.bundle", self.target);
            let parts = names.iter().map(|name| {
                std::fs::read_to_string(self.lab.path(&format!("{name}.{ending}"))).unwrap()
            });
            std::fs::write(self.lab.path(&file), parts.collect::<String>()).unwrap();
            file
        };
        let anchors = bundle("anchors", &self.anchors, "pem");
        let pool = bundle("pool", &self.pool, "pem");
        let crls = bundle("crls", &self.crls, "crl");
        let moment = self.options.now.unix_timestamp().to_string();
        let target = format!("{}.pem", self.target);
        let mut arguments = vec![
            "verify",
            "-no-CApath",
            "-no-CAstore",
            "-attime",
            &moment,
            "-CAfile",
            &anchors,
        ];
        if !self.pool.is_empty() {
            arguments.extend(["-untrusted", &pool]);
        }
        if !self.crls.is_empty() {
            arguments.extend(["-crl_check_all", "-CRLfile", &crls]);
        }
        arguments.extend(self.openssl_arguments.iter().map(String::as_str));
        arguments.push(&target);
        self.lab.openssl(&arguments).map(drop)
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn both_accept(&self) {
        self.we_accept();
        assert_eq!(self.openssl, Ok(()), "openssl refuses");
    }

    #[track_caller]
    pub(crate) fn both_refuse(&self, common_name: &str, check: Check) -> &Self {
        self.we_refuse(common_name, check);
        assert!(self.openssl.is_err(), "openssl accepts");
        self
    }

    #[track_caller]
    pub(crate) fn we_accept(&self) {
        assert!(self.verdict.is_accepted(), "refused: {}", self.text());
    }

    /// Refused for this reason, on the certificate with this common name, and for nothing else.
    #[track_caller]
    pub(crate) fn we_refuse(&self, common_name: &str, check: Check) -> &Self {
        assert!(!self.verdict.is_accepted(), "accepted");
        for (link, finding) in self.verdict.failures() {
            let subject = link.map_or("", |link| link.subject.as_str());
            let is_expected = finding.check == check
                && subject
                    .split(',')
                    .any(|part| part == format!("CN={common_name}"));
            assert!(
                is_expected,
                "not only {check:?} on {common_name}: {}",
                self.text()
            );
            assert!(
                !finding.rule.is_empty() && !finding.remedy.is_empty() && !finding.what.is_empty()
            );
        }
        self
    }

    /// A word that the failures must hold.
    #[track_caller]
    pub(crate) fn saying(&self, word: &str) -> &Self {
        let is_said = self
            .verdict
            .failures()
            .any(|(_, finding)| finding.what.contains(word));
        assert!(is_said, "{word:?} is not said: {}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn noting(&self, check: Check, word: &str) -> &Self {
        let is_noted = self
            .verdict
            .path
            .iter()
            .flat_map(|link| &link.findings)
            .any(|finding| {
                finding.severity == Severity::Note
                    && finding.check == check
                    && finding.what.contains(word)
            });
        assert!(is_noted, "{word:?} is not noted: {:#?}", self.verdict.path);
        self
    }

    fn text(&self) -> String {
        let failures = self.verdict.failures().map(|(link, finding)| {
            let subject = link.map_or("", |link| link.subject.as_str());
            format!("\n  {subject}: {:?}: {}", finding.check, finding.what)
        });
        failures.collect()
    }
}
