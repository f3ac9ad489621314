//! What is judged: a certificate and everything that goes with it.

use time::OffsetDateTime;

use crate::{
    inspect::verify::Host,
    key::{KeyAlgorithm, KeyForm, PublicKey},
    x509::Certificate,
};

use super::reading;

/// A certificate, with what is sent or uploaded beside it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Whom it is about.
    pub certificate: &'a Certificate,
    /// The certificates of the file that is sent or uploaded, in its order, this one among them.
    pub file: &'a [Certificate],
    /// How that file is written.
    pub encoding: Encoding,
    /// Certificates that the other side has: its roots, or those that are known to be above.
    pub above: &'a [Certificate],
    /// The private key, where there is one.
    pub key: Option<&'a KeyFacts>,
    /// The certificate that it takes the place of.
    pub replaces: Option<&'a Certificate>,
    /// What it is for.
    pub purpose: Use,
    /// The names that clients connect to.
    pub hosts: &'a [Host],
    /// The moment of the judgement.
    pub now: OffsetDateTime,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// Both.
    Peer,
    /// To sign others.
    Authority,
}

/// How a file of certificates or a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// PEM (RFC 7468).
    Pem,
    /// Anything else: DER, PKCS#7, PKCS#12.
    Other,
}

/// What can be said of the file of a private key without giving the key away.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    /// The form that it is held in.
    pub form: KeyForm,
    /// How the file is written.
    pub encoding: Encoding,
    /// The size of the file.
    pub octets: usize,
    /// Its public half; `None` for an encrypted key that was not opened.
    pub public_key: Option<PublicKey>,
    /// Who may read it: the permission bits of the file, where the system has them.
    pub mode: Option<u32>,
    /// Whether the file belongs to root.
    pub owned_by_root: bool,
}

impl KeyFacts {
    /// Whether a passphrase is needed.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.form, KeyForm::EncryptedPkcs8 | KeyForm::Traditional)
    }
}

impl<'a> Case<'a> {
    /// Whether clients connect to it.
    pub(super) fn is_server(&self) -> bool {
        matches!(self.purpose, Use::Server | Use::Peer)
    }

    /// Whether it connects to servers.
    pub(super) fn is_client(&self) -> bool {
        matches!(self.purpose, Use::Client | Use::Peer)
    }

    /// Its key's algorithm.
    pub(super) fn algorithm(&self) -> &'a KeyAlgorithm {
        self.certificate.public_key().algorithm()
    }

    /// Every certificate that is known.
    fn known(&self) -> impl Iterator<Item = &'a Certificate> {
        self.file.iter().chain(self.above)
    }

    /// The certificate, the one that signed it, and so on, as far as they are known.
    pub(super) fn path(&self) -> Vec<&'a Certificate> {
        let mut path = vec![self.certificate];
        let mut current = self.certificate;
        while !reading::is_self_signed(current) {
            let signer = self
                .known()
                .find(|one| !path.contains(one) && reading::has_signed(one, current));
            let Some(signer) = signer else { break };
            path.push(signer);
            current = signer;
        }
        path
    }

    /// The CAs that are judged with it: those above, and itself where it is one.
    pub(super) fn authorities(&self) -> Vec<&'a Certificate> {
        let above = usize::from(self.purpose != Use::Authority);
        self.path().into_iter().skip(above).collect()
    }
}
