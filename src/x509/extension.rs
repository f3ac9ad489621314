//! Certificate extensions as bytes, and the constructors of those that certmint writes.

use der::{Encode, asn1::Ia5String, asn1::ObjectIdentifier, asn1::OctetString};
use x509_cert::ext::pkix::{self, crl::dp::DistributionPoint, name::DistributionPointName};

use super::{
    ExtendedKeyUsage, KeyIdentifier, KeyUsage, NameConstraints, RevocationReason, San, SanSet,
    ServiceUrl, X509Error, oid,
};

/// An extension (RFC 5280 §4.2): what it is, whether it is critical, and its DER value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// Which extension.
    pub oid: ObjectIdentifier,
    /// Whether who does not understand it must refuse the certificate.
    pub critical: bool,
    /// The content of `extnValue`: one DER value.
    pub value: Vec<u8>,
}

/// The longest path that may follow a CA certificate (RFC 5280 §4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathLength {
    /// No `pathLenConstraint`.
    Unlimited,
    /// So many intermediate CA certificates may follow.
    AtMost(u8),
}

/// RFC 5280 §4.2.1.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasicConstraints {
    /// `CA:FALSE`.
    EndEntity,
    /// `CA:TRUE`.
    Ca(PathLength),
}

impl Extension {
    /// Basic constraints; always critical, as RFC 5280 §4.2.1.9 demands of CAs.
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn basic_constraints(constraints: BasicConstraints) -> Result<Self, X509Error> {
        let (ca, path_len_constraint) = match constraints {
            BasicConstraints::EndEntity => (false, None),
            BasicConstraints::Ca(PathLength::Unlimited) => (true, None),
            BasicConstraints::Ca(PathLength::AtMost(length)) => (true, Some(length)),
        };
        critical(
            oid::BASIC_CONSTRAINTS,
            "basicConstraints",
            &pkix::BasicConstraints {
                ca,
                path_len_constraint,
            },
        )
    }

    /// Key usage; critical (RFC 5280 §4.2.1.3).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn key_usage(usage: KeyUsage) -> Result<Self, X509Error> {
        critical(oid::KEY_USAGE, "keyUsage", &usage.to_flags())
    }

    /// Extended key usage; not critical, so that clients may also read it as their policy says.
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn extended_key_usage(usage: &ExtendedKeyUsage) -> Result<Self, X509Error> {
        plain(
            oid::EXTENDED_KEY_USAGE,
            "extendedKeyUsage",
            &pkix::ExtendedKeyUsage(usage.purposes().to_vec()),
        )
    }

    /// Subject alternative names; critical when the subject is empty (RFC 5280 §4.2.1.6).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn subject_alt_name(names: &SanSet, subject: &super::Name) -> Result<Self, X509Error> {
        let what = "subjectAltName";
        let names: Result<Vec<_>, der::Error> = names.iter().map(general_name).collect();
        let names =
            pkix::SubjectAltName(names.map_err(|source| X509Error::Encode { what, source })?);
        let extension = plain(oid::SUBJECT_ALT_NAME, what, &names)?;
        Ok(Self {
            critical: subject.is_empty(),
            ..extension
        })
    }

    /// Name constraints; critical (RFC 5280 §4.2.1.10).
    ///
    /// # Errors
    /// A constraint that DER cannot hold.
    pub fn name_constraints(constraints: &NameConstraints) -> Result<Self, X509Error> {
        critical(
            oid::NAME_CONSTRAINTS,
            "nameConstraints",
            &constraints.to_pkix()?,
        )
    }

    /// Subject key identifier; not critical (RFC 5280 §4.2.1.2).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn subject_key_identifier(identifier: &KeyIdentifier) -> Result<Self, X509Error> {
        let what = "subjectKeyIdentifier";
        let octets = OctetString::new(identifier.as_octets())
            .map_err(|source| X509Error::Encode { what, source })?;
        plain(
            oid::SUBJECT_KEY_IDENTIFIER,
            what,
            &pkix::SubjectKeyIdentifier(octets),
        )
    }

    /// Authority key identifier by key identifier alone; not critical (RFC 5280 §4.2.1.1).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn authority_key_identifier(identifier: &KeyIdentifier) -> Result<Self, X509Error> {
        let what = "authorityKeyIdentifier";
        let octets = OctetString::new(identifier.as_octets())
            .map_err(|source| X509Error::Encode { what, source })?;
        let value = pkix::AuthorityKeyIdentifier {
            key_identifier: Some(octets),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        };
        plain(oid::AUTHORITY_KEY_IDENTIFIER, what, &value)
    }

    /// Where the issuer's revocation list is; not critical (RFC 5280 §4.2.1.13).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn crl_distribution_point(url: &ServiceUrl) -> Result<Self, X509Error> {
        let what = "cRLDistributionPoints";
        let point = DistributionPoint {
            distribution_point: Some(DistributionPointName::FullName(vec![uri(what, url)?])),
            reasons: None,
            crl_issuer: None,
        };
        plain(
            oid::CRL_DISTRIBUTION_POINTS,
            what,
            &pkix::CrlDistributionPoints(vec![point]),
        )
    }

    /// Where the issuer's OCSP responder and its own certificate are; not critical
    /// (RFC 5280 §4.2.2.1).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn authority_info_access(
        ocsp: Option<&ServiceUrl>,
        ca_issuers: Option<&ServiceUrl>,
    ) -> Result<Self, X509Error> {
        let what = "authorityInfoAccess";
        let services = [(oid::OCSP, ocsp), (oid::CA_ISSUERS, ca_issuers)];
        let descriptions: Result<Vec<_>, X509Error> = services
            .into_iter()
            .filter_map(|(access_method, url)| Some((access_method, url?)))
            .map(|(access_method, url)| {
                Ok(pkix::AccessDescription {
                    access_method,
                    access_location: uri(what, url)?,
                })
            })
            .collect();
        plain(
            oid::AUTHORITY_INFO_ACCESS,
            what,
            &pkix::AuthorityInfoAccessSyntax(descriptions?),
        )
    }

    /// The number of a revocation list; not critical (RFC 5280 §5.2.3).
    ///
    /// # Errors
    /// None in practice; DER encoders can fail.
    pub fn crl_number(number: u64) -> Result<Self, X509Error> {
        plain(oid::CRL_NUMBER, "cRLNumber", &number)
    }

    /// Why a certificate is on a revocation list; not critical (RFC 5280 §5.3.1).
    pub fn reason_code(reason: RevocationReason) -> Self {
        const ENUMERATED: u8 = 0x0a;
        Self {
            oid: oid::REASON_CODE,
            critical: false,
            value: vec![ENUMERATED, 1, reason.number()],
        }
    }

    /// Its name, or its dotted identifier.
    pub fn name(&self) -> String {
        oid::display(&self.oid)
    }

    /// Reads the value as basic constraints.
    ///
    /// # Errors
    /// Bytes that are none.
    pub fn read_basic_constraints(&self) -> Result<BasicConstraints, X509Error> {
        let constraints: pkix::BasicConstraints = self.read("basicConstraints")?;
        Ok(match (constraints.ca, constraints.path_len_constraint) {
            (false, _) => BasicConstraints::EndEntity,
            (true, None) => BasicConstraints::Ca(PathLength::Unlimited),
            (true, Some(length)) => BasicConstraints::Ca(PathLength::AtMost(length)),
        })
    }

    pub(crate) fn read<'value, T: der::Decode<'value, Error = der::Error>>(
        &'value self,
        what: &'static str,
    ) -> Result<T, X509Error> {
        T::from_der(&self.value).map_err(|error| X509Error::malformed(what, error))
    }
}

fn plain(
    oid: ObjectIdentifier,
    what: &'static str,
    value: &impl Encode,
) -> Result<Extension, X509Error> {
    let value = value
        .to_der()
        .map_err(|source| X509Error::Encode { what, source })?;
    Ok(Extension {
        oid,
        critical: false,
        value,
    })
}

fn critical(
    oid: ObjectIdentifier,
    what: &'static str,
    value: &impl Encode,
) -> Result<Extension, X509Error> {
    plain(oid, what, value).map(|extension| Extension {
        critical: true,
        ..extension
    })
}

fn uri(what: &'static str, url: &ServiceUrl) -> Result<pkix::name::GeneralName, X509Error> {
    general_name(&San::Uri(url.as_str().to_owned()))
        .map_err(|source| X509Error::Encode { what, source })
}

/// A subject alternative name as x509-cert's general name.
pub(crate) fn general_name(name: &San) -> Result<pkix::name::GeneralName, der::Error> {
    use pkix::name::GeneralName;
    Ok(match name {
        San::Dns(value) => GeneralName::DnsName(Ia5String::new(value)?),
        San::Email(value) => GeneralName::Rfc822Name(Ia5String::new(value)?),
        San::Uri(value) => GeneralName::UniformResourceIdentifier(Ia5String::new(value)?),
        San::Ip(address) => GeneralName::from(*address),
    })
}
