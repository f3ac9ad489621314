//! Asking a runtime socket.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    os::unix::net::UnixStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{
    Address, HaProxyError, LoadedFile,
    answer::{field, is_committed, names, open_transaction, other_transaction, refusal, set_file},
};

/// The most that an answer may be, in octets: the names of ten thousand certificates.
const LONGEST: u64 = 4 * 1024 * 1024;

/// How long is waited for the end of somebody else's transaction.
const OTHERS: Duration = Duration::from_secs(3);
/// How often is looked whether it has ended.
const PAUSE: Duration = Duration::from_millis(100);

/// The runtime socket of a HAProxy that runs.
#[derive(Clone, Debug)]
pub struct RuntimeSocket {
    address: Address,
    timeout: Duration,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl RuntimeSocket {
    /// A socket whose every answer has to come within `timeout`.
    pub fn new(address: Address, timeout: Duration) -> Self {
        Self { address, timeout }
    }

    /// Opens a transaction that replaces a file by PEM text. Nothing is served yet.
    ///
    /// HAProxy has one transaction at a time. One about another file is waited for a few seconds and
    /// never touched: HAProxy 2.6 would write this file's content into it, and whoever opened it would
    /// commit that.
    ///
    /// # Errors
    /// A socket that is not there or not permitted, a file that HAProxy did not load, and what it
    /// does not understand.
    pub fn set(&self, file: &LoadedFile, pem: &str) -> Result<(), HaProxyError> {
        let until = Instant::now() + OTHERS.min(self.timeout);
        let command = set_command(file, pem);
        loop {
            let list = self.ask_line("show ssl cert")?;
            let mut other = open_transaction(&list)
                .filter(|other| *other != file.as_str())
                .map(str::to_owned);
            if other.is_none() {
                let answer = self.ask(&command)?;
                match set_file(&answer) {
                    Some(set) if set == file.as_str() => return Ok(()),
                    Some(spoilt) => {
                        // It began just now. Its content is wrong, so that it must not be committed.
                        let spoilt = spoilt.to_owned();
                        self.ask_line(&format!("abort ssl cert {spoilt}"))?;
                        other = Some(spoilt);
                    }
                    None => match other_transaction(&answer) {
                        Some(open) => other = Some(open.to_owned()),
                        None => return Err(self.not_set(file, &answer)),
                    },
                }
            }
            if Instant::now() >= until {
                return Err(HaProxyError::Busy {
                    address: self.address.clone(),
                    other: other.unwrap_or_default(),
                });
            }
            thread::sleep(PAUSE);
        }
    }

    fn not_set(&self, file: &LoadedFile, answer: &str) -> HaProxyError {
        if answer.contains("not referenced by the configuration") {
            let list = self.ask_line("show ssl cert");
            return HaProxyError::NotLoaded {
                file: file.clone(),
                known: list.map(|list| names(&list)).unwrap_or_default(),
            };
        }
        refusal(file, "set", answer)
    }

    /// Ends a transaction: new connections get what was set.
    ///
    /// # Errors
    /// What HAProxy says against it, such as a key that is not the certificate's. The transaction is
    /// still open then.
    pub fn commit(&self, file: &LoadedFile) -> Result<(), HaProxyError> {
        let answer = self.ask_line(&format!("commit ssl cert {file}"))?;
        if is_committed(&answer) {
            return Ok(());
        }
        Err(refusal(file, "commit", &answer))
    }

    /// Takes a transaction back, if there is one.
    ///
    /// # Errors
    /// A socket that gives no answer.
    pub fn abort(&self, file: &LoadedFile) -> Result<(), HaProxyError> {
        self.ask_line(&format!("abort ssl cert {file}")).map(drop)
    }

    /// The serial number, in hexadecimal, of a certificate that HAProxy serves.
    ///
    /// # Errors
    /// A socket that gives no answer, and a file that HAProxy did not load.
    pub fn serial(&self, file: &LoadedFile) -> Result<String, HaProxyError> {
        let answer = self.ask_line(&format!("show ssl cert {file}"))?;
        field(&answer, "Serial")
            .map(str::to_owned)
            .ok_or_else(|| refusal(file, "show", &answer))
    }

    fn ask_line(&self, line: &str) -> Result<String, HaProxyError> {
        self.ask(format!("{line}\n").as_bytes())
    }

    /// Sends one command and reads its whole answer.
    fn ask(&self, command: &[u8]) -> Result<String, HaProxyError> {
        let until = Instant::now() + self.timeout;
        let mut stream = self.connect().map_err(|fault| self.not_reached(fault))?;
        let no_answer = || HaProxyError::NoAnswer {
            address: self.address.clone(),
            octets: command.len(),
        };
        // HAProxy closes before it has read what is too long for it.
        let is_closed = |fault: &io::Error| {
            matches!(
                fault.kind(),
                ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
            )
        };
        match stream.write_all(command).and_then(|()| stream.flush()) {
            Err(fault) if is_closed(&fault) => return Err(no_answer()),
            written => written.map_err(|fault| self.not_reached(fault))?,
        }
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        let mut rest = stream.take(LONGEST);
        loop {
            match rest.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) if is_closed(&fault) => break,
                Err(fault) => return Err(self.not_reached(fault)),
            }
            if Instant::now() >= until {
                return Err(self.too_slow());
            }
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        match answer.trim() {
            "" => Err(no_answer()),
            said if said.starts_with("Permission denied") => Err(HaProxyError::NotPermitted {
                address: self.address.clone(),
            }),
            _ => Ok(answer),
        }
    }

    /// Neither looking a name up nor a socket whose queue is full ends by itself, so both are waited
    /// for no longer than an answer. What comes later is closed by the thread that waits on.
    fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let (address, timeout) = (self.address.clone(), self.timeout);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more when it took too long.
            let _ = sender.send(open(&address, timeout));
        });
        match receiver.recv_timeout(timeout) {
            Ok(opened) => opened,
            Err(_) => Err(ErrorKind::TimedOut.into()),
        }
    }

    fn not_reached(&self, fault: io::Error) -> HaProxyError {
        if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
            return self.too_slow();
        }
        HaProxyError::NotReached {
            address: self.address.clone(),
            fault,
        }
    }

    fn too_slow(&self) -> HaProxyError {
        HaProxyError::TooSlow {
            address: self.address.clone(),
            timeout: self.timeout,
        }
    }
}

fn open(address: &Address, timeout: Duration) -> io::Result<Box<dyn Stream>> {
    match address {
        Address::Unix(path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(timeout))?;
            stream.set_write_timeout(Some(timeout))?;
            Ok(Box::new(stream))
        }
        Address::Tcp { host, port } => {
            let mut fault = io::Error::from(ErrorKind::NotFound);
            for address in (host.as_str(), *port).to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, timeout) {
                    Ok(stream) => {
                        stream.set_read_timeout(Some(timeout))?;
                        stream.set_write_timeout(Some(timeout))?;
                        return Ok(Box::new(stream));
                    }
                    Err(refused) => fault = refused,
                }
            }
            Err(fault)
        }
    }
}

/// The command with its payload, which an empty line ends. The buffer never grows, so that no copy
/// of a key is left behind.
fn set_command(file: &LoadedFile, pem: &str) -> Zeroizing<Vec<u8>> {
    let head = format!("set ssl cert {file} <<\n");
    let mut command = Zeroizing::new(Vec::with_capacity(head.len() + pem.len() + 2));
    command.extend_from_slice(head.as_bytes());
    for line in pem.lines().filter(|line| !line.trim().is_empty()) {
        command.extend_from_slice(line.as_bytes());
        command.push(b'\n');
    }
    command.push(b'\n');
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_within_does_not_end_the_payload() {
        let file: LoadedFile = "/a.pem".parse().unwrap();
        let command = set_command(&file, "one\n\ntwo\n \nthree");
        assert_eq!(
            command.as_slice(),
            b"set ssl cert /a.pem <<\none\ntwo\nthree\n\n"
        );
        assert!(command.capacity() >= command.len());
    }

    #[test]
    fn a_socket_that_nobody_made_is_told() {
        let address = Address::Unix("/nowhere/admin.sock".into());
        let socket = RuntimeSocket::new(address, Duration::from_secs(1));
        let error = socket.serial(&"/a.pem".parse().unwrap()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("HAProxy's runtime socket /nowhere/admin.sock: ")
        );
        assert!(error.hint().unwrap().contains("is HAProxy running"));
    }
}
