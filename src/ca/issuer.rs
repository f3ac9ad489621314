//! A CA that can sign: its name, its key and what it may sign.

use time::{Duration, OffsetDateTime};

use super::{CaError, Draft, Issued, Recorded, Services};
use crate::{
    key::PrivateKey,
    profile::{Approved, Profile},
    x509::{
        CaCertificate, Extension, KeyIdentifier, Name, PathLength, SerialNumber, Validity, tbs,
        tbs::CertificateFields,
    },
};

/// A CA certificate together with the key that fits it, or a root that is about to sign itself.
pub struct Issuer {
    identity: Identity,
    key: PrivateKey,
    services: Services,
}

enum Identity {
    Certified(Box<CaCertificate>),
    SelfSigning(Name),
}

impl Issuer {
    /// A CA that has its certificate.
    ///
    /// # Errors
    /// A key that is not the certificate's.
    pub fn new(certificate: CaCertificate, key: PrivateKey) -> Result<Self, CaError> {
        if certificate.certificate().public_key() != key.public_key() {
            return Err(CaError::KeyDoesNotFit {
                subject: certificate.certificate().subject().to_string(),
            });
        }
        Ok(Self {
            identity: Identity::Certified(Box::new(certificate)),
            key,
            services: Services::default(),
        })
    }

    /// A root CA that will sign its own certificate.
    pub fn self_signing(subject: Name, key: PrivateKey) -> Self {
        Self {
            identity: Identity::SelfSigning(subject),
            key,
            services: Services::default(),
        }
    }

    /// The same CA, whose certificates say where its services are.
    #[must_use]
    pub fn with_services(mut self, services: Services) -> Self {
        self.services = services;
        self
    }

    /// Where its certificates say that its services are.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Its certificate, if it has one already.
    pub fn certificate(&self) -> Option<&CaCertificate> {
        match &self.identity {
            Identity::Certified(certificate) => Some(certificate),
            Identity::SelfSigning(_) => None,
        }
    }

    /// Its key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Gives the key back.
    pub fn into_key(self) -> PrivateKey {
        self.key
    }

    /// Its name, byte for byte as its certificates will carry it.
    pub fn name(&self) -> &Name {
        match &self.identity {
            Identity::Certified(certificate) => certificate.certificate().subject(),
            Identity::SelfSigning(name) => name,
        }
    }

    /// What its certificates name as authority key identifier: its certificate's own subject key
    /// identifier, or nothing.
    pub(super) fn authority_key_identifier(&self) -> Option<KeyIdentifier> {
        self.certificate().and_then(CaCertificate::key_identifier)
    }

    /// Fills in what only the issuer knows, holds the order against the issuer's own limits and
    /// builds what is to be signed.
    ///
    /// # Errors
    /// A life beyond the issuer's, a path that is too long, a name that the issuer's constraints do
    /// not permit, the issuer's own key, or a structure that cannot be built.
    pub fn draft(
        &self,
        approved: Approved,
        serial: SerialNumber,
        now: OffsetDateTime,
    ) -> Result<Draft, CaError> {
        let validity = self.validity_within(*approved.validity(), now)?;
        self.refuse_path(&approved)?;
        let is_own_key = approved.public_key() == self.key.public_key();
        match self.certificate() {
            Some(_) if is_own_key => {
                return Err(CaError::IssuersOwnKey {
                    issuer: self.name().to_string(),
                });
            }
            // A root's certificate is signed with the key that it certifies, or is of no use.
            None if !is_own_key => {
                return Err(CaError::KeyDoesNotFit {
                    subject: self.name().to_string(),
                });
            }
            _ => {}
        }
        let mut extensions = approved.extensions().to_vec();
        if let Some(identifier) = self.authority_key_identifier() {
            let after_subject = extensions
                .iter()
                .position(|extension| extension.oid == crate::x509::oid::SUBJECT_KEY_IDENTIFIER)
                .map_or(extensions.len(), |position| position + 1);
            extensions
                .retain(|extension| extension.oid != crate::x509::oid::AUTHORITY_KEY_IDENTIFIER);
            extensions.insert(
                after_subject.min(extensions.len()),
                Extension::authority_key_identifier(&identifier)?,
            );
        }
        self.services.add_to(&mut extensions)?;
        let signature = self.key.signature_algorithm(None);
        let tbs = tbs::certificate(CertificateFields {
            serial: &serial,
            signature,
            issuer: self.name(),
            validity: &validity,
            subject: approved.subject(),
            public_key: approved.public_key(),
            extensions: &extensions,
        })?;
        Draft::checked(
            approved,
            serial,
            validity,
            extensions,
            self.name().clone(),
            signature,
            tbs,
        )
    }

    /// Signs what was recorded: the only use of the CA's key.
    ///
    /// # Errors
    /// A record of another issuer, or a key that does not sign.
    pub fn sign(&self, recorded: Recorded) -> Result<Issued, CaError> {
        let (draft, record) = recorded.into_parts();
        if draft.issuer() != self.name() {
            return Err(CaError::OtherIssuer);
        }
        let signature = self
            .key
            .sign(draft.signature_algorithm(), draft.tbs())
            .map_err(CaError::Signing)?;
        // One fault while signing with RSA can give the key away (RFC 8017 §5.1.2, note): AWS-LC gives
        // out no such signature before it has verified it.
        let der = tbs::signed(draft.tbs(), draft.signature_algorithm(), &signature)?;
        Ok(Issued::new(draft, record, der))
    }

    /// The period, not starting before the issuer's own.
    pub(super) fn validity_within(
        &self,
        wanted: Validity,
        now: OffsetDateTime,
    ) -> Result<Validity, CaError> {
        let Some(certificate) = self.certificate().map(CaCertificate::certificate) else {
            return Ok(wanted);
        };
        let issuer = || certificate.subject().to_string();
        if now > certificate.not_after() {
            return Err(CaError::IssuerExpired {
                issuer: issuer(),
                not_after: certificate.not_after(),
            });
        }
        if now + Validity::BACKDATE < certificate.not_before() {
            return Err(CaError::IssuerNotYetValid {
                issuer: issuer(),
                not_before: certificate.not_before(),
            });
        }
        if wanted.not_after() > certificate.not_after() {
            let days_left = (certificate.not_after() - now + Validity::BACKDATE + Duration::SECOND)
                .whole_days();
            return Err(CaError::OutlivesIssuer {
                issuer: issuer(),
                wanted: wanted.not_after(),
                not_after: certificate.not_after(),
                days_left,
            });
        }
        Ok(Validity::new(
            wanted.not_before().max(certificate.not_before()),
            wanted.not_after(),
        )?)
    }

    /// A self-issued certificate, as for a new key of the same CA, uses up none of the path length
    /// (RFC 5280 §4.2.1.9 and §6.1.4 (l)).
    fn refuse_path(&self, approved: &Approved) -> Result<(), CaError> {
        let (Profile::Ca(ca), Some(certificate)) = (approved.profile(), self.certificate()) else {
            return Ok(());
        };
        let is_self_issued = approved.subject() == self.name();
        let fits = match (certificate.path_length(), ca.path_length) {
            (PathLength::Unlimited, _) => true,
            (PathLength::AtMost(own), PathLength::AtMost(wanted)) if is_self_issued => {
                wanted <= own
            }
            (PathLength::AtMost(own), PathLength::AtMost(wanted)) => wanted < own,
            (PathLength::AtMost(_), PathLength::Unlimited) => false,
        };
        if fits {
            return Ok(());
        }
        let wanted = match ca.path_length {
            PathLength::Unlimited => "any number of CAs below itself".to_owned(),
            PathLength::AtMost(length) => format!("a path length of {length}"),
        };
        Err(CaError::PathTooLong {
            issuer: self.name().to_string(),
            wanted,
        })
    }
}
