//! Who signed a certificate: the signature, the issuer's name and key identifiers, and what is
//! missing when there is no issuer (RFC 5280 §6.1.3 (a) (1) and (4)).

use std::rc::Rc;

use crate::key::{SignatureError, Weakness, signature_weaknesses};

use super::building::{End, Validator};
use super::certificate::PathCertificate;
use super::finding::{Check, Finding, LinkReport};
use super::name_text::{hexadecimal, name_text};
use super::pool::Place;

impl<'a> Validator<'a> {
    /// §6.1.3 (a) (1) and (4): who signed the certificate.
    pub(super) fn judge_origin(
        &mut self,
        link: &mut LinkReport,
        place: Place,
        certificate: &PathCertificate<'a>,
        above: &[Place],
        end: End,
    ) {
        if certificate.algorithms_differ {
            link.findings.push(Finding::failure(
                Check::Encoding,
                "RFC 5280 §4.1.1.2",
                "the two signature algorithms in it differ",
                "get the certificate again from its issuer",
            ));
        }
        let pool = Rc::clone(&self.pool);
        let Some((issuer_place, issuer)) = above
            .first()
            .and_then(|place| pool.get(*place).map(|issuer| (*place, issuer)))
        else {
            if end != End::Anchor {
                let finding = self.no_issuer(place, certificate, end);
                link.findings.push(finding);
            }
            return;
        };
        match self.signature(place, issuer_place) {
            Some(Ok(())) => self.judge_key_identifiers(link, certificate, issuer),
            Some(Err(error)) => link
                .findings
                .push(bad_signature(certificate, issuer, &error)),
            None => link.findings.push(Finding::failure(
                Check::Limit,
                "RFC 5280 §6.1.3 (a)(1)",
                "its signature was not checked: too many signatures",
                "give only the certificates that belong to the path",
            )),
        }
        for weakness in signature_weaknesses(certificate.signature_algorithm, issuer.public_key) {
            if weakness == Weakness::Sha1 {
                link.findings.push(self.weak(
                    "it is signed with SHA-1, which clients refuse",
                    "have it issued again with SHA-256",
                ));
            }
        }
    }

    fn judge_key_identifiers(
        &self,
        link: &mut LinkReport,
        certificate: &PathCertificate<'_>,
        issuer: &PathCertificate<'_>,
    ) {
        if let (Some(wanted), Some(held)) = (certificate.authority_key_id, issuer.subject_key_id)
            && wanted != held
        {
            link.findings.push(Finding::note(
                Check::KeyIdentifier,
                "RFC 5280 §4.2.1.1",
                format!(
                    "authorityKeyIdentifier is {} but the issuer's subjectKeyIdentifier is {}: the signature fits, openssl refuses it all the same",
                    hexadecimal(wanted),
                    hexadecimal(held)
                ),
                "issue it again under the CA certificate that is in use now",
            ));
        }
    }

    fn no_issuer(&mut self, place: Place, certificate: &PathCertificate<'a>, end: End) -> Finding {
        if end == End::Limit {
            return Finding::failure(
                Check::Limit,
                "RFC 5280 §6.1",
                format!(
                    "no trust anchor within {} certificates",
                    super::limits::PATH_LENGTH
                ),
                "give only the certificates that belong to the path",
            );
        }
        let pool = Rc::clone(&self.pool);
        let issuer = name_text(certificate.issuer_der);
        if self.is_self_signed(place) {
            let namesake = pool
                .named(&certificate.subject)
                .iter()
                .filter(|place| pool.is_anchor(**place))
                .find_map(|place| pool.get(*place));
            let what = match namesake {
                Some(anchor) => format!(
                    "self-signed and no trust anchor: the trust anchor of the same name has another key{}",
                    key_id_text(anchor.subject_key_id)
                ),
                None => "self-signed and not among the trust anchors".to_owned(),
            };
            return Finding::failure(
                Check::Untrusted,
                "RFC 5280 §6.1.1 (d)",
                what,
                format!("if you trust {issuer}, give this certificate as a trust anchor"),
            );
        }
        let key_id = key_id_text(certificate.authority_key_id);
        Finding::failure(
            Check::IssuerMissing,
            "RFC 5280 §6.1.3 (a)(4)",
            format!("the certificate of its issuer {issuer}{key_id} is not there"),
            format!("add the certificate of {issuer} to the files, or give it as a trust anchor"),
        )
    }
}

fn bad_signature(
    certificate: &PathCertificate<'_>,
    issuer: &PathCertificate<'_>,
    error: &SignatureError,
) -> Finding {
    const RULE: &str = "RFC 5280 §6.1.3 (a)(1)";
    let name = name_text(issuer.subject_der);
    match error {
        SignatureError::BadSignature | SignatureError::KeyDoesNotFit { .. } => {
            let why = match (certificate.authority_key_id, issuer.subject_key_id) {
                (Some(wanted), Some(held)) if wanted != held => format!(
                    ": it was issued under the key with identifier {}, and the CA certificate given has {}, so the name is the same but the key is another",
                    hexadecimal(wanted),
                    hexadecimal(held)
                ),
                _ => String::new(),
            };
            Finding::failure(
                Check::Signature,
                RULE,
                format!("its signature does not verify with the key of {name}{why}"),
                format!(
                    "give the certificate of {name} under which it was issued; if that is this one, the certificate was changed after it was signed"
                ),
            )
        }
        other => Finding::failure(
            Check::SignatureUnsupported,
            RULE,
            format!("its signature cannot be checked: {other}"),
            "have it issued with RSA, ECDSA on a NIST curve or Ed25519",
        ),
    }
}

fn key_id_text(key_id: Option<&[u8]>) -> String {
    key_id
        .map(|id| format!(" (key identifier {})", hexadecimal(id)))
        .unwrap_or_default()
}
