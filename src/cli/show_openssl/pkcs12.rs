//! `certmint export p12 --show-openssl`

use anyhow::Result;

use super::script::{Command, Script, standard_input_note};
use crate::{
    cli::{
        commands::export::{ExportP12, Reader},
        report::Report,
    },
    formats::pkcs12::Protection,
    store::{CertificateFile, Layout},
};

pub(crate) fn export_p12(
    layout: &Layout,
    arguments: &ExportP12,
    friendly_name: &str,
) -> Result<Report> {
    let ExportP12 {
        name,
        out,
        reader,
        password_file,
        passphrase_file,
        friendly_name: _,
        trust: _,
        show_openssl: _,
    } = arguments;
    let file = |file| layout.certificate_file(name, file);
    let (password_file, passphrase_file) = (password_file.as_deref(), passphrase_file.as_deref());
    let mut script = Script::new("Key, certificate and chain as PKCS#12", [out.as_path()])?;
    let command = Command::new("openssl pkcs12 -export")
        .path("-inkey", &file(CertificateFile::Key))?
        .path("-in", &file(CertificateFile::Certificate))?
        .path("-certfile", &file(CertificateFile::Chain))?
        .value("-name", friendly_name)?;
    let command = match reader {
        Reader::Modern => {
            script.step(
                "AES-256 under PBKDF2-HMAC-SHA256 and a MAC with SHA-256; for its owner only",
            );
            command
                .word("-keypbe AES-256-CBC -certpbe AES-256-CBC")
                .word("-macalg sha256")
                .value("-iter", &Protection::Modern.iterations().to_string())?
        }
        Reader::Legacy => {
            script.step(
                "3DES and a MAC with SHA-1, for old readers; weak: guard the file like the key itself",
            );
            command
                .word("-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES")
                .word("-macalg sha1")
                .value("-iter", &Protection::Legacy.iterations().to_string())?
        }
    };
    script.secret_command(
        &command
            .passphrase("-passin", passphrase_file)?
            .passphrase("-passout", password_file)?
            .path("-out", out)?,
    );
    script.notes(standard_input_note("--passphrase-file", passphrase_file));
    script.notes(standard_input_note("--password-file", password_file));
    if !file(CertificateFile::Certificate).exists() {
        script.notes([format!(
            "there is no {}; the script names the files that 'certmint issue' would make",
            file(CertificateFile::Certificate).display()
        )]);
    }
    script.notes([
        "certmint reads the file back and compares it before it reports success; openssl does not"
            .to_owned(),
    ]);
    Ok(script.finish())
}
