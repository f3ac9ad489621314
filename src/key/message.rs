//! A message that is signed while it is written, piece by piece.

use std::fmt;

use aws_lc_rs::digest::{self, Context};

use super::signature::{Digest, SignatureAlgorithm};
use super::verify::{SignatureError, verifier};

/// A message for one signature algorithm, taken in pieces.
///
/// Of a message for RSA and ECDSA only the digest's state is kept, a few hundred octets however
/// long the message is. Ed25519 goes through the message twice (RFC 8032 §5.1.6), so for it the
/// whole message is kept: as much memory as the message is long.
pub struct Message {
    algorithm: SignatureAlgorithm,
    content: Content,
}

pub(super) enum Content {
    Digest(Context),
    Whole(Vec<u8>),
}

impl Message {
    /// An empty message.
    pub fn new(algorithm: SignatureAlgorithm) -> Self {
        let digest = match algorithm.digest() {
            Some(Digest::Sha256) => Some(&digest::SHA256),
            Some(Digest::Sha384) => Some(&digest::SHA384),
            Some(Digest::Sha512) => Some(&digest::SHA512),
            None => None,
        };
        Self {
            algorithm,
            content: digest.map_or_else(
                || Content::Whole(Vec::new()),
                |digest| Content::Digest(Context::new(digest)),
            ),
        }
    }

    /// The algorithm that it will be signed with.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Adds a piece at its end.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.content {
            Content::Digest(context) => context.update(piece),
            Content::Whole(message) => message.extend_from_slice(piece),
        }
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// Checks that the holder of `signer_spki_der` signed what was added so far;
    /// [`verify_signature`](super::verify_signature) does it for a message in one piece.
    ///
    /// # Errors
    /// [`SignatureError::BadSignature`] when the signature is wrong, another variant when it could
    /// not be judged.
    pub fn verify(&self, signer_spki_der: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let verifier = verifier(self.algorithm.identifier_der(), signer_spki_der)?;
        match &self.content {
            Content::Digest(context) => {
                verifier.verify_digest(&context.clone().finish(), signature)
            }
            Content::Whole(message) => verifier.verify(message, signature),
        }
        .map_err(|_| SignatureError::BadSignature)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Message({})", self.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeySpec, PrivateKey, verify_signature};

    /// Signed in pieces and signed whole are the same to the one who verifies.
    #[test]
    fn pieces_and_whole_are_one_message() {
        for spec in KeySpec::ALL {
            let key = PrivateKey::generate(spec).unwrap();
            let wishes: &[Option<Digest>] = match spec {
                KeySpec::Rsa2048 => &[None, Some(Digest::Sha384), Some(Digest::Sha512)],
                _ => &[None],
            };
            for wish in wishes {
                let algorithm = key.signature_algorithm(*wish);
                let mut message = Message::new(algorithm);
                for piece in [&b"to be "[..], b"", b"signed"] {
                    message.update(piece);
                }
                let signature = key.sign_message(&message).unwrap();
                let signer = key.public_key().spki_der();
                let identifier = algorithm.identifier_der();
                verify_signature(identifier, signer, b"to be signed", &signature).unwrap();
                message.verify(signer, &signature).unwrap();
                let whole = key.sign(algorithm, b"to be signed").unwrap();
                message.verify(signer, &whole).unwrap();
                message.update(b".");
                assert_eq!(
                    message.verify(signer, &signature),
                    Err(SignatureError::BadSignature)
                );
            }
        }
    }

    #[test]
    fn a_message_for_another_kind_of_key_is_not_signed() {
        let key = PrivateKey::generate(KeySpec::P256).unwrap();
        for algorithm in [
            SignatureAlgorithm::RsaPkcs1Sha256,
            SignatureAlgorithm::EcdsaP384Sha384,
            SignatureAlgorithm::Ed25519,
        ] {
            key.sign_message(&Message::new(algorithm)).unwrap_err();
        }
    }
}
