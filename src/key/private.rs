//! A private key that was checked and can sign.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding,
};

use super::algorithm::{Curve, KeyAlgorithm};
use super::error::KeyError;
use super::message::{Content, Message};
use super::public::PublicKey;
use super::secret::SecretDer;
use super::signature::{Digest, SignatureAlgorithm};
use super::spec::KeySpec;

/// A private key of a supported kind whose numbers belong together. It is parsed once and can
/// sign from many threads.
pub struct PrivateKey {
    pair: Pair,
    public_key: PublicKey,
    pkcs8_der: SecretDer,
}

pub(super) enum Pair {
    Rsa(rsa::KeyPair),
    Ec(Curve, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the system gives no random numbers or no memory.
    pub fn generate(spec: KeySpec) -> Result<Self, KeyError> {
        let failed = |_| KeyError::Generation(spec.as_str());
        let rsa = |size| rsa::KeyPair::generate(size).map(Pair::Rsa).map_err(failed);
        let ec = |curve| {
            let made = EcdsaKeyPair::generate(ecdsa_algorithm(curve)).map_err(failed)?;
            Ok(Pair::Ec(curve, made))
        };
        Self::from_pair(match spec {
            KeySpec::Rsa2048 => rsa(KeySize::Rsa2048)?,
            KeySpec::Rsa3072 => rsa(KeySize::Rsa3072)?,
            KeySpec::Rsa4096 => rsa(KeySize::Rsa4096)?,
            KeySpec::P256 => ec(Curve::P256)?,
            KeySpec::P384 => ec(Curve::P384)?,
            KeySpec::P521 => ec(Curve::P521)?,
            KeySpec::Ed25519 => Pair::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
        })
    }

    /// Writes the key down in its one canonical form and derives the public key from it.
    pub(super) fn from_pair(pair: Pair) -> Result<Self, KeyError> {
        let (pkcs8_der, spki) = match &pair {
            Pair::Rsa(rsa) => (
                secret_of_rsa(rsa)?,
                AsDer::<PublicKeyX509Der<'_>>::as_der(rsa.public_key()),
            ),
            Pair::Ec(_, ec) => (
                ec.to_pkcs8v1()
                    .map(|document| SecretDer::copy_from(document.as_ref()))
                    .map_err(|_| KeyError::Inconsistent("elliptic curve"))?,
                AsDer::<PublicKeyX509Der<'_>>::as_der(ec.public_key()),
            ),
            // Version 1, without the public key: OpenSSL 3.0 does not read version 2.
            Pair::Ed25519(ed25519) => (
                ed25519
                    .to_pkcs8v1()
                    .map(|document| SecretDer::copy_from(document.as_ref()))
                    .map_err(|_| KeyError::Inconsistent("Ed25519"))?,
                AsDer::<PublicKeyX509Der<'_>>::as_der(ed25519.public_key()),
            ),
        };
        let spki = spki.map_err(|_| KeyError::Malformed("public key"))?;
        Ok(Self {
            pair,
            public_key: PublicKey::from_spki_der(spki.as_ref())?,
            pkcs8_der,
        })
    }

    /// The public half, computed from the private one.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The key as unencrypted DER PKCS#8, version 1 (RFC 5208), whatever form it was read from.
    pub fn pkcs8_der(&self) -> &SecretDer {
        &self.pkcs8_der
    }

    /// The algorithm that this key signs with. An RSA key takes the digest that is wished for, or
    /// SHA-256. For the other kinds the key decides and a wish has no effect (compare
    /// [`SignatureAlgorithm::digest`]): each curve goes with the digest of its own strength, and
    /// Ed25519 has none to choose.
    pub fn signature_algorithm(&self, digest: Option<Digest>) -> SignatureAlgorithm {
        match (&self.pair, digest) {
            (Pair::Rsa(_), None | Some(Digest::Sha256)) => SignatureAlgorithm::RsaPkcs1Sha256,
            (Pair::Rsa(_), Some(Digest::Sha384)) => SignatureAlgorithm::RsaPkcs1Sha384,
            (Pair::Rsa(_), Some(Digest::Sha512)) => SignatureAlgorithm::RsaPkcs1Sha512,
            (Pair::Ec(Curve::P256, _), _) => SignatureAlgorithm::EcdsaP256Sha256,
            (Pair::Ec(Curve::P384, _), _) => SignatureAlgorithm::EcdsaP384Sha384,
            (Pair::Ec(Curve::P521, _), _) => SignatureAlgorithm::EcdsaP521Sha512,
            (Pair::Ed25519(_), _) => SignatureAlgorithm::Ed25519,
        }
    }

    /// Signs a message: the content of the signature's BIT STRING.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmMismatch`] when the algorithm is for another kind of key,
    /// [`KeyError::Signing`] when the cryptographic library fails.
    pub fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = match (&self.pair, algorithm) {
            (Pair::Rsa(rsa), _) => rsa_encoding(algorithm).map(|encoding| {
                let mut signature = vec![0; rsa.public_modulus_len()];
                rsa.sign(encoding, &SystemRandom::new(), message, &mut signature)
                    .map(|()| signature)
            }),
            (Pair::Ec(Curve::P256, ec), SignatureAlgorithm::EcdsaP256Sha256)
            | (Pair::Ec(Curve::P384, ec), SignatureAlgorithm::EcdsaP384Sha384)
            | (Pair::Ec(Curve::P521, ec), SignatureAlgorithm::EcdsaP521Sha512) => Some(
                ec.sign(&SystemRandom::new(), message)
                    .map(|signature| signature.as_ref().to_vec()),
            ),
            (Pair::Ed25519(ed25519), SignatureAlgorithm::Ed25519) => Some(
                ed25519
                    .try_sign(message)
                    .map(|signature| signature.as_ref().to_vec()),
            ),
            (Pair::Ec(..) | Pair::Ed25519(_), _) => None,
        };
        self.signed(algorithm, signature)
    }

    /// Signs a message that was taken in pieces: the content of the signature's BIT STRING.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub fn sign_message(&self, message: &Message) -> Result<Vec<u8>, KeyError> {
        let algorithm = message.algorithm();
        let signature = match (&self.pair, message.content()) {
            (Pair::Rsa(rsa), Content::Digest(context)) => rsa_encoding(algorithm).map(|encoding| {
                let mut signature = vec![0; rsa.public_modulus_len()];
                rsa.sign_digest(encoding, &context.clone().finish(), &mut signature)
                    .map(|()| signature)
            }),
            (Pair::Ec(..), Content::Digest(_)) if algorithm != self.signature_algorithm(None) => {
                None
            }
            (Pair::Ec(_, ec), Content::Digest(context)) => Some(
                ec.sign_digest(&context.clone().finish())
                    .map(|signature| signature.as_ref().to_vec()),
            ),
            (_, Content::Whole(message)) => return self.sign(algorithm, message),
            (Pair::Ed25519(_), Content::Digest(_)) => None,
        };
        self.signed(algorithm, signature)
    }

    /// A signature, or why there is none: an algorithm of another kind of key, or a failure.
    fn signed(
        &self,
        algorithm: SignatureAlgorithm,
        signature: Option<Result<Vec<u8>, Unspecified>>,
    ) -> Result<Vec<u8>, KeyError> {
        let key = || self.public_key.algorithm().clone();
        signature
            .ok_or_else(|| KeyError::AlgorithmMismatch {
                key: key(),
                algorithm,
            })?
            .map_err(|_| KeyError::Signing(key()))
    }

    /// What kind of key it is, as its public half says.
    pub fn algorithm(&self) -> &KeyAlgorithm {
        self.public_key.algorithm()
    }
}

fn secret_of_rsa(rsa: &rsa::KeyPair) -> Result<SecretDer, KeyError> {
    AsDer::<Pkcs8V1Der<'_>>::as_der(rsa)
        .map(|der| SecretDer::copy_from(der.as_ref()))
        .map_err(|_| KeyError::Inconsistent("RSA"))
}

pub(super) fn ecdsa_algorithm(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
        Curve::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
    }
}

fn rsa_encoding(algorithm: SignatureAlgorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(&RSA_PKCS1_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha384 => Some(&RSA_PKCS1_SHA384),
        SignatureAlgorithm::RsaPkcs1Sha512 => Some(&RSA_PKCS1_SHA512),
        SignatureAlgorithm::EcdsaP256Sha256
        | SignatureAlgorithm::EcdsaP384Sha384
        | SignatureAlgorithm::EcdsaP521Sha512
        | SignatureAlgorithm::Ed25519 => None,
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PrivateKey({})", self.public_key.algorithm())
    }
}
