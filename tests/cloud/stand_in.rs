//! A cloud on loopback, and what the vendor's command line has to know to talk to it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    judge,
    world::{Told, World, told},
};

/// The OCID of the load balancer at the stand-in of OCI.
pub(crate) const BALANCER: &str = "ocid1.loadbalancer.oc1.ap-tokyo-1.test";

/// The stand-in of a cloud, ended with the test.
pub(crate) struct StandIn {
    process: Child,
    /// The line that it began with.
    pub(crate) about: Value,
    /// Where it tells its state.
    state_port: u16,
    /// What its command line needs in the environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Where the vendor's programs are.
    programs: PathBuf,
}

impl StandIn {
    /// A load balancer of OCI, with the listener and the backend set that the console makes.
    pub(crate) fn oci(home: &Path) -> Self {
        let mut started = Self::start("oci", "oci_load_balancer.py", home, &[BALANCER]);
        let port = started.about.as_u64().unwrap();
        started.state_port = u16::try_from(port).unwrap();
        let key = home.join("api.pem");
        let mut openssl = judge::openssl();
        openssl.args(["genrsa", "-out"]).arg(&key).arg("2048");
        judge::ok(openssl);
        let configuration = home.join("oci.config");
        let settings = format!(
            "[DEFAULT]\nuser=ocid1.user.oc1..test\ntenancy=ocid1.tenancy.oc1..test\n\
             region=ap-tokyo-1\nfingerprint={}\nkey_file={}\n",
            vec!["00"; 16].join(":"),
            key.display()
        );
        fs::write(&configuration, settings).unwrap();
        let defaults = home.join("oci.rc");
        fs::write(
            &defaults,
            format!("[DEFAULT]\nendpoint=http://127.0.0.1:{port}\nno_retry=true\n"),
        )
        .unwrap();
        for (name, value) in [
            ("OCI_CLI_CONFIG_FILE", configuration),
            ("OCI_CLI_RC_FILE", defaults),
        ] {
            started.add(name, value.to_str().unwrap());
        }
        started.add("SUPPRESS_LABEL_WARNING", "True");
        started.add("OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING", "True");
        started
    }

    /// An AWS account, with the load balancers `web`, `inside` (internal), `tcp` and `classic`, the
    /// private zone `internal.example.com` and the bucket `trust`.
    pub(crate) fn aws(home: &Path) -> Self {
        Self::aws_account(home, &[])
    }

    /// The same, with an HTTPS listener at `web`.
    pub(crate) fn aws_with_listener(home: &Path) -> Self {
        Self::aws_account(home, &["listener"])
    }

    fn aws_account(home: &Path, arguments: &[&str]) -> Self {
        let mut started = Self::start("aws", "aws_account.py", home, arguments);
        started.state_port = u16::try_from(started.about["state_port"].as_u64().unwrap()).unwrap();
        let endpoint = format!("http://127.0.0.1:{}", started.about["port"]);
        for (name, value) in [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_DEFAULT_REGION", "ap-northeast-1"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_MAX_ATTEMPTS", "1"),
        ] {
            started.add(name, value);
        }
        started
    }

    fn start(environment: &str, program: &str, home: &Path, arguments: &[&str]) -> Self {
        let programs = judge::environment(environment);
        let mut process = Command::new(programs.join("python"))
            .arg(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("tests/cloud")
                    .join(program),
            )
            .args(arguments)
            .current_dir(home)
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let about = serde_json::from_str(&line)
            .unwrap_or_else(|fault| panic!("{program} began with {line:?}: {fault}"));
        Self {
            process,
            about,
            state_port: 0,
            environment: Vec::new(),
            programs,
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// The folders of programs that the vendor's command line is found in.
    pub(crate) fn path(&self) -> String {
        format!(
            "{}:{}",
            self.programs.display(),
            std::env::var("PATH").unwrap()
        )
    }

    /// Gives a command what it needs to talk to the cloud.
    pub(crate) fn lend(&self, command: &mut Command) {
        command
            .env("PATH", self.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
    }

    /// Runs a rendered script, in an environment that has nothing else in it.
    pub(crate) fn run(&self, world: &World, script: &str, arguments: &[&str]) -> Told {
        let mut command = Command::new(world.path(script));
        command
            .args(arguments)
            .current_dir(world.folder())
            .env_clear()
            .env("HOME", world.folder())
            .stdin(Stdio::null());
        self.lend(&mut command);
        told(command)
    }

    /// Runs a rendered script that has to do its work, for what it said.
    pub(crate) fn ok(&self, world: &World, script: &str) -> String {
        let told = self.run(world, script, &[]);
        assert_eq!(told.code, 0, "{script}\n{told:#?}");
        told.stdout
    }

    /// Runs certmint so that the commands that it runs can talk to the cloud.
    pub(crate) fn certmint(&self, world: &World, line: &str) -> Told {
        let mut command = world.command(line);
        self.lend(&mut command);
        told(command)
    }

    /// What is there, and what was asked.
    pub(crate) fn state(&self) -> Value {
        serde_json::from_str(&self.ask("GET", "/state", "")).unwrap()
    }

    /// Makes something fail that is asked next.
    pub(crate) fn fail(&self, what: &str) {
        self.ask("POST", "/fail", what);
    }

    fn ask(&self, method: &str, path: &str, content: &str) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.state_port)).unwrap();
        write!(
            connection,
            "{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{content}",
            content.len()
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(" 200 "), "{answer}");
        body.to_owned()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The serial number of a certificate's file, as openssl has it but in small letters.
pub(crate) fn serial(world: &World, file: &str) -> String {
    let said = world.accepts(&format!("openssl x509 -noout -serial -in {file}"));
    let serial = said.trim().trim_start_matches("serial=").to_lowercase();
    serial.trim_start_matches('0').to_owned()
}

/// The words of a state that are texts.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    let values = value.as_array().unwrap();
    values
        .iter()
        .map(|one| one.as_str().unwrap().to_owned())
        .collect()
}
