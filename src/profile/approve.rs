//! Holding an application against its profile.

use super::{
    Application, Decision, LongLife, Profile, Refusal, Refusals,
    extensions::{self, Decided},
};
use crate::{
    key::{KeyAlgorithm, PublicKey},
    x509::{Extension, KeyIdentifier, Name, Validity},
};

/// Apple refuses server certificates that live longer, those of private CAs included
/// (support.apple.com/103769).
const APPLE_LIMIT_SECONDS: i64 = 825 * 86_400;

/// An order that the profile allows: everything is decided but what only the issuer knows.
#[derive(Debug)]
pub struct Approved {
    profile: Profile,
    subject: Name,
    public_key: PublicKey,
    validity: Validity,
    extensions: Vec<Extension>,
    decisions: Vec<Decision>,
}

impl Approved {
    /// What it is to be.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The subject.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// From when until when.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// Every extension but the authority key identifier, in the order in which they are written.
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// What became of each extension that the request asked for.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The same, when nothing else of it is needed any more.
    pub fn into_decisions(self) -> Vec<Decision> {
        self.decisions
    }
}

/// Approves an application, or refuses it with every reason at once.
///
/// # Errors
/// Whatever the profile does not certify; see [`Refusal`].
pub fn approve(application: Application) -> Result<Approved, Refusals> {
    let mut refusals = Vec::new();
    refuse_key(application.key.public_key().algorithm(), &mut refusals);
    refuse_life(&application, &mut refusals);
    if matches!(application.profile, Profile::Ca(_)) && application.subject.is_empty() {
        refusals.push(Refusal::NamelessCa);
    }
    let identifier = KeyIdentifier::of(application.key.public_key());
    let Decided {
        extensions,
        decisions,
    } = extensions::decide(&application, &identifier, &mut refusals);
    if !refusals.is_empty() {
        return Err(Refusals(refusals));
    }
    let Application {
        profile,
        key,
        subject,
        validity,
        ..
    } = application;
    Ok(Approved {
        profile,
        subject,
        public_key: key.public_key().clone(),
        validity,
        extensions,
        decisions,
    })
}

fn refuse_key(algorithm: &KeyAlgorithm, refusals: &mut Vec<Refusal>) {
    let supported = match algorithm {
        KeyAlgorithm::Rsa { bits } => (2048..=8192).contains(bits),
        KeyAlgorithm::Ec(_) | KeyAlgorithm::Ed25519 => true,
        KeyAlgorithm::Other { .. } => false,
    };
    if !supported {
        refusals.push(Refusal::UnsupportedKey {
            key: algorithm.to_string(),
        });
    }
}

fn refuse_life(application: &Application, refusals: &mut Vec<Refusal>) {
    let seconds = application.validity.seconds();
    let connected_to =
        matches!(&application.profile, Profile::Leaf(leaf) if leaf.is_connected_to());
    if connected_to && application.long_life == LongLife::Refuse && seconds > APPLE_LIMIT_SECONDS {
        refusals.push(Refusal::LongLife {
            days: (seconds + 86_399) / 86_400,
        });
    }
}
