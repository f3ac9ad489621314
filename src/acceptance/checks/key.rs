//! The key of a certificate, and the private key that goes with it.

use crate::{
    acceptance::{Case, Encoding, finding::Trouble, reading},
    key::{Curve, KeyAlgorithm},
};

/// An RSA key of fewer bits, of the certificate or of a CA above it.
pub(in crate::acceptance) fn rsa_below(case: &Case<'_>, least: u32) -> Option<Trouble> {
    let (weak, bits) = case
        .path()
        .into_iter()
        .find_map(|one| Some((one, reading::rsa_bits(one).filter(|bits| *bits < least)?)))?;
    Some(Trouble::new(
        format!(
            "the RSA key of {} has {bits} bits, and {least} are asked for",
            reading::title(weak)
        ),
        "issue it with a key of another kind (--key rsa2048 or --key p256)",
    ))
}

/// The least RSA key that OpenSSL counts 112 bits of security for, which its level 2 asks: it rounds
/// the formula of SP 800-56B (2048 bits give 112) to a multiple of eight.
pub(in crate::acceptance) const LEVEL_2_BITS: u32 = 1963;

/// Ed25519.
pub(in crate::acceptance) fn ed25519(case: &Case<'_>) -> Option<Trouble> {
    of_kind(case, |algorithm| *algorithm == KeyAlgorithm::Ed25519)
}

/// The curve P-521.
pub(in crate::acceptance) fn p521(case: &Case<'_>) -> Option<Trouble> {
    of_kind(case, |algorithm| {
        *algorithm == KeyAlgorithm::Ec(Curve::P521)
    })
}

/// Any other than RSA.
pub(in crate::acceptance) fn not_rsa(case: &Case<'_>) -> Option<Trouble> {
    (case.is_server() && !matches!(case.algorithm(), KeyAlgorithm::Rsa { .. })).then(|| {
        Trouble::new(
            format!(
                "its key is {}, and the cipher suites are for RSA",
                case.algorithm()
            ),
            "choose a cipher suite with ECDSA for the listener, or issue it with --key rsa2048",
        )
    })
}

fn of_kind(case: &Case<'_>, is_refused: fn(&KeyAlgorithm) -> bool) -> Option<Trouble> {
    (case.is_server() && is_refused(case.algorithm())).then(|| another_kind(case.algorithm()))
}

/// The trouble with a kind of key that is not supported.
pub(in crate::acceptance) fn another_kind(algorithm: &KeyAlgorithm) -> Trouble {
    Trouble::new(
        format!("its key is {algorithm}, which is not supported"),
        "issue it with a key of another kind (--key rsa2048 or --key p256)",
    )
}

/// A private key that is another's.
pub(in crate::acceptance) fn does_not_fit(case: &Case<'_>) -> Option<Trouble> {
    let public = case.key?.public_key.as_ref()?;
    (public.spki_der() != case.certificate.public_key().spki_der()).then(|| {
        Trouble::new(
            format!(
                "the private key ({}) is not that of {}",
                public.algorithm(),
                reading::title(case.certificate)
            ),
            "take key and certificate from the same folder and generation, or issue the certificate for this key",
        )
    })
}

/// A private key with a passphrase.
pub(in crate::acceptance) fn encrypted(case: &Case<'_>) -> Option<Trouble> {
    let key = case.key?;
    key.is_encrypted().then(|| {
        Trouble::new(
            format!("the private key is encrypted ({})", key.form),
            "take the passphrase away (certmint key protect FILE --no-passphrase) and keep the file 0600",
        )
    })
}

/// A private key that is not PEM.
pub(in crate::acceptance) fn not_pem(case: &Case<'_>) -> Option<Trouble> {
    let key = case.key?;
    (key.encoding != Encoding::Pem).then(|| {
        Trouble::new(
            "the private key is not PEM",
            "write it as PEM (certmint key protect FILE --no-passphrase --out NEW)",
        )
    })
}

/// A file of a private key that is larger.
pub(in crate::acceptance) fn larger_than(case: &Case<'_>, most: usize) -> Option<Trouble> {
    let key = case.key?;
    (key.octets > most).then(|| {
        Trouble::new(
            format!(
                "the file of the private key has {} octets, and {most} are taken",
                key.octets
            ),
            "leave out of it what is not the key, or take a smaller kind of key",
        )
    })
}

/// A file of a private key that others than its owner can read; root's may be read by its group.
pub(in crate::acceptance) fn readable_by_others(case: &Case<'_>) -> Option<Trouble> {
    let key = case.key?;
    let mode = key.mode?;
    let permitted = if key.owned_by_root { 0o740 } else { 0o700 };
    (mode & 0o777 & !permitted != 0).then(|| {
        Trouble::new(
            format!(
                "the permissions of the private key are {:04o}",
                mode & 0o777
            ),
            "make it 0600 and the server's own (chmod 0600 FILE)",
        )
    })
}
