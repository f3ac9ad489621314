//! Making a private key with openssl.

use std::path::Path;

use anyhow::Result;

use super::script::{Command, Script, standard_input_note};
use crate::{
    cli::{commands::key_new::KeyNew, report::Report},
    key::{Curve, KeyAlgorithm, KeySpec},
};

/// How a key is kept.
pub(super) enum Keeping<'file> {
    /// As it is.
    Clear,
    /// Under a passphrase: in a file, or asked for at the terminal.
    Encrypted(Option<&'file Path>),
}

/// The step that makes a key, readable by its owner only from the first byte.
pub(super) fn make(
    script: &mut Script,
    spec: KeySpec,
    keeping: &Keeping<'_>,
    out: &Path,
) -> Result<()> {
    let generate = Command::new("openssl genpkey").word(generator(spec));
    match keeping {
        Keeping::Clear => {
            script.step("The private key (PKCS#8), for its owner only");
            script.secret_command(&generate.path("-out", out)?);
        }
        Keeping::Encrypted(file) => {
            script.step(
                "The private key, for its owner only: PKCS#8, AES-256 under PBKDF2-HMAC-SHA256 with\n600,000 iterations (genpkey itself would use 2,048)",
            );
            let encrypt = Command::new("openssl pkcs8 -topk8")
                .word("-v2 aes-256-cbc")
                .word("-v2prf hmacWithSHA256")
                .word("-iter 600000")
                .passphrase("-passout", *file)?
                .path("-out", out)?;
            script.secret_command(&generate.into(encrypt));
            script.notes(standard_input_note("--passphrase-file", *file));
        }
    }
    Ok(())
}

fn generator(spec: KeySpec) -> &'static str {
    match spec {
        KeySpec::Rsa2048 => "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        KeySpec::Rsa3072 => "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        KeySpec::Rsa4096 => "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
        KeySpec::P256 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        KeySpec::P384 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        KeySpec::P521 => "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
        KeySpec::Ed25519 => "-algorithm ED25519",
    }
}

/// A kind of key that the same extensions are decided for, and that is made quickly: of RSA keys
/// nothing but their being RSA decides.
pub(super) fn stand_in(spec: KeySpec) -> KeySpec {
    match spec {
        KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => KeySpec::Rsa2048,
        other => other,
    }
}

/// The digest that certmint signs with under a key, as openssl's option; none where the key has its
/// own.
pub(super) fn digest_of_spec(spec: KeySpec) -> Option<&'static str> {
    match spec {
        KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 | KeySpec::P256 => Some("-sha256"),
        KeySpec::P384 => Some("-sha384"),
        KeySpec::P521 => Some("-sha512"),
        KeySpec::Ed25519 => None,
    }
}

/// As [`digest_of_spec`], for a key that exists.
pub(super) fn digest_of(algorithm: &KeyAlgorithm) -> Option<&'static str> {
    match algorithm {
        KeyAlgorithm::Rsa { .. } | KeyAlgorithm::Ec(Curve::P256) => Some("-sha256"),
        KeyAlgorithm::Ec(Curve::P384) => Some("-sha384"),
        KeyAlgorithm::Ec(Curve::P521) => Some("-sha512"),
        KeyAlgorithm::Ed25519 | KeyAlgorithm::Other { .. } => None,
    }
}

/// `certmint key new --show-openssl`
pub(crate) fn key_new(arguments: &KeyNew) -> Result<Report> {
    let KeyNew {
        key,
        out,
        passphrase_file,
        passphrase,
        show_openssl: _,
    } = arguments;
    let file = passphrase_file.as_deref();
    let keeping = if *passphrase || file.is_some() {
        Keeping::Encrypted(file)
    } else {
        Keeping::Clear
    };
    let mut script = Script::new("A private key", [out.as_path()])?;
    make(&mut script, *key, &keeping, out)?;
    Ok(script.finish())
}
