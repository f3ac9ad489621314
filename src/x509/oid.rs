//! Object identifiers that certmint knows by name.

use der::oid::ObjectIdentifier;

/// Dotted text of an identifier to its value; for constants.
const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// `id-ce-subjectKeyIdentifier`, RFC 5280 §4.2.1.2.
pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
/// `id-ce-keyUsage`, RFC 5280 §4.2.1.3.
pub const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
/// `id-ce-subjectAltName`, RFC 5280 §4.2.1.6.
pub const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
/// `id-ce-issuerAltName`, RFC 5280 §4.2.1.7.
pub const ISSUER_ALT_NAME: ObjectIdentifier = oid("2.5.29.18");
/// `id-ce-basicConstraints`, RFC 5280 §4.2.1.9.
pub const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
/// `id-ce-cRLNumber`, RFC 5280 §5.2.3.
pub const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
/// `id-ce-cRLReasons`, RFC 5280 §5.3.1.
pub const REASON_CODE: ObjectIdentifier = oid("2.5.29.21");
/// `id-ce-nameConstraints`, RFC 5280 §4.2.1.10.
pub const NAME_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.30");
/// `id-ce-cRLDistributionPoints`, RFC 5280 §4.2.1.13.
pub const CRL_DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
/// `id-ce-certificatePolicies`, RFC 5280 §4.2.1.4.
pub const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
/// `id-ce-policyMappings`, RFC 5280 §4.2.1.5.
pub const POLICY_MAPPINGS: ObjectIdentifier = oid("2.5.29.33");
/// `id-ce-authorityKeyIdentifier`, RFC 5280 §4.2.1.1.
pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.35");
/// `id-ce-policyConstraints`, RFC 5280 §4.2.1.11.
pub const POLICY_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.36");
/// `id-ce-extKeyUsage`, RFC 5280 §4.2.1.12.
pub const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
/// `id-ce-freshestCRL`, RFC 5280 §4.2.1.15.
pub const FRESHEST_CRL: ObjectIdentifier = oid("2.5.29.46");
/// `id-ce-inhibitAnyPolicy`, RFC 5280 §4.2.1.14.
pub const INHIBIT_ANY_POLICY: ObjectIdentifier = oid("2.5.29.54");
/// `id-pe-authorityInfoAccess`, RFC 5280 §4.2.2.1.
pub const AUTHORITY_INFO_ACCESS: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.1");
/// `id-ad-ocsp`, RFC 5280 §4.2.2.1.
pub const OCSP: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.1");
/// `id-ad-caIssuers`, RFC 5280 §4.2.2.1.
pub const CA_ISSUERS: ObjectIdentifier = oid("1.3.6.1.5.5.7.48.2");
/// `id-pe-tlsfeature`, RFC 7633 §6.
pub const TLS_FEATURE: ObjectIdentifier = oid("1.3.6.1.5.5.7.1.24");
/// Netscape certificate type; obsolete.
pub const NETSCAPE_CERT_TYPE: ObjectIdentifier = oid("2.16.840.1.113730.1.1");
/// Netscape comment; obsolete.
pub const NETSCAPE_COMMENT: ObjectIdentifier = oid("2.16.840.1.113730.1.13");

/// `id-kp-serverAuth`, RFC 5280 §4.2.1.12.
pub const SERVER_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.1");
/// `id-kp-clientAuth`, RFC 5280 §4.2.1.12.
pub const CLIENT_AUTH: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.2");
/// `anyExtendedKeyUsage`, RFC 5280 §4.2.1.12.
pub const ANY_EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37.0");

/// `pkcs-9-at-extensionRequest`, RFC 2985 §5.4.2.
pub const EXTENSION_REQUEST: ObjectIdentifier = oid("1.2.840.113549.1.9.14");
/// Microsoft's older request-extensions attribute, with the same syntax as
/// `pkcs-9-at-extensionRequest`.
pub const MICROSOFT_EXTENSION_REQUEST: ObjectIdentifier = oid("1.3.6.1.4.1.311.2.1.14");

/// `id-at-commonName`, RFC 5280 §4.1.2.4 (X.520).
pub const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
/// `id-at-countryName`.
pub const COUNTRY: ObjectIdentifier = oid("2.5.4.6");
/// `id-at-localityName`.
pub const LOCALITY: ObjectIdentifier = oid("2.5.4.7");
/// `id-at-stateOrProvinceName`.
pub const STATE_OR_PROVINCE: ObjectIdentifier = oid("2.5.4.8");
/// `id-at-organizationName`.
pub const ORGANIZATION: ObjectIdentifier = oid("2.5.4.10");
/// `id-at-organizationalUnitName`.
pub const ORGANIZATIONAL_UNIT: ObjectIdentifier = oid("2.5.4.11");
/// `id-at-serialNumber`.
pub const SERIAL_NUMBER: ObjectIdentifier = oid("2.5.4.5");
/// `id-at-dnQualifier`.
pub const DN_QUALIFIER: ObjectIdentifier = oid("2.5.4.46");
/// `id-domainComponent`, RFC 4519 §2.4.
pub const DOMAIN_COMPONENT: ObjectIdentifier = oid("0.9.2342.19200300.100.1.25");
/// `emailAddress`, RFC 2985 §5.2.1.
pub const EMAIL_ADDRESS: ObjectIdentifier = oid("1.2.840.113549.1.9.1");

/// Attribute types with their short names: RFC 4514 §3 first, then those that openssl prints.
const ATTRIBUTES: &[(&str, ObjectIdentifier)] = &[
    ("CN", COMMON_NAME),
    ("L", LOCALITY),
    ("ST", STATE_OR_PROVINCE),
    ("O", ORGANIZATION),
    ("OU", ORGANIZATIONAL_UNIT),
    ("C", COUNTRY),
    ("STREET", oid("2.5.4.9")),
    ("DC", DOMAIN_COMPONENT),
    ("UID", oid("0.9.2342.19200300.100.1.1")),
    ("emailAddress", EMAIL_ADDRESS),
    ("serialNumber", SERIAL_NUMBER),
    ("SN", oid("2.5.4.4")),
    ("GN", oid("2.5.4.42")),
    ("title", oid("2.5.4.12")),
    ("initials", oid("2.5.4.43")),
    ("generationQualifier", oid("2.5.4.44")),
    ("pseudonym", oid("2.5.4.65")),
    ("dnQualifier", DN_QUALIFIER),
    ("postalCode", oid("2.5.4.17")),
    ("description", oid("2.5.4.13")),
    ("businessCategory", oid("2.5.4.15")),
    ("organizationIdentifier", oid("2.5.4.97")),
    ("unstructuredName", oid("1.2.840.113549.1.9.2")),
    ("jurisdictionL", oid("1.3.6.1.4.1.311.60.2.1.1")),
    ("jurisdictionST", oid("1.3.6.1.4.1.311.60.2.1.2")),
    ("jurisdictionC", oid("1.3.6.1.4.1.311.60.2.1.3")),
];

/// The short name of an attribute type, if it has one.
pub fn attribute_name(attribute: &ObjectIdentifier) -> Option<&'static str> {
    ATTRIBUTES
        .iter()
        .find(|(_, known)| known == attribute)
        .map(|(name, _)| *name)
}

/// The attribute type of a short name, in any case of letters, or of a dotted identifier.
pub fn attribute_of_name(name: &str) -> Option<ObjectIdentifier> {
    ATTRIBUTES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, attribute)| *attribute)
        .or_else(|| ObjectIdentifier::new(name).ok())
}

/// Extensions and extended key usages with the names that RFC 5280 gives them.
const NAMES: &[(&str, ObjectIdentifier)] = &[
    ("subjectKeyIdentifier", SUBJECT_KEY_IDENTIFIER),
    ("keyUsage", KEY_USAGE),
    ("subjectAltName", SUBJECT_ALT_NAME),
    ("issuerAltName", ISSUER_ALT_NAME),
    ("basicConstraints", BASIC_CONSTRAINTS),
    ("nameConstraints", NAME_CONSTRAINTS),
    ("cRLDistributionPoints", CRL_DISTRIBUTION_POINTS),
    ("certificatePolicies", CERTIFICATE_POLICIES),
    ("policyMappings", POLICY_MAPPINGS),
    ("authorityKeyIdentifier", AUTHORITY_KEY_IDENTIFIER),
    ("policyConstraints", POLICY_CONSTRAINTS),
    ("extendedKeyUsage", EXTENDED_KEY_USAGE),
    ("freshestCRL", FRESHEST_CRL),
    ("inhibitAnyPolicy", INHIBIT_ANY_POLICY),
    ("authorityInfoAccess", AUTHORITY_INFO_ACCESS),
    ("subjectInfoAccess", oid("1.3.6.1.5.5.7.1.11")),
    ("tlsfeature", TLS_FEATURE),
    ("nsCertType", NETSCAPE_CERT_TYPE),
    ("nsComment", NETSCAPE_COMMENT),
    ("cRLNumber", CRL_NUMBER),
    ("deltaCRLIndicator", oid("2.5.29.27")),
    ("issuingDistributionPoint", oid("2.5.29.28")),
    ("privateKeyUsagePeriod", oid("2.5.29.16")),
    (
        "microsoftCertificateTemplateName",
        oid("1.3.6.1.4.1.311.20.2"),
    ),
    ("microsoftCertificateTemplate", oid("1.3.6.1.4.1.311.21.7")),
    ("microsoftApplicationPolicies", oid("1.3.6.1.4.1.311.21.10")),
    (
        "signedCertificateTimestamps",
        oid("1.3.6.1.4.1.11129.2.4.2"),
    ),
    ("serverAuth", SERVER_AUTH),
    ("clientAuth", CLIENT_AUTH),
    ("codeSigning", oid("1.3.6.1.5.5.7.3.3")),
    ("emailProtection", oid("1.3.6.1.5.5.7.3.4")),
    ("ipsecEndSystem", oid("1.3.6.1.5.5.7.3.5")),
    ("ipsecTunnel", oid("1.3.6.1.5.5.7.3.6")),
    ("ipsecUser", oid("1.3.6.1.5.5.7.3.7")),
    ("timeStamping", oid("1.3.6.1.5.5.7.3.8")),
    ("OCSPSigning", oid("1.3.6.1.5.5.7.3.9")),
    ("ipsecIKE", oid("1.3.6.1.5.5.7.3.17")),
    ("msSmartcardLogin", oid("1.3.6.1.4.1.311.20.2.2")),
    ("msEFS", oid("1.3.6.1.4.1.311.10.3.4")),
    ("msCodeInd", oid("1.3.6.1.4.1.311.2.1.21")),
    ("msCodeCom", oid("1.3.6.1.4.1.311.2.1.22")),
    ("anyExtendedKeyUsage", ANY_EXTENDED_KEY_USAGE),
    ("anyPolicy", oid("2.5.29.32.0")),
    ("extensionRequest", EXTENSION_REQUEST),
    ("microsoftExtensionRequest", MICROSOFT_EXTENSION_REQUEST),
    ("challengePassword", oid("1.2.840.113549.1.9.7")),
    ("unstructuredAddress", oid("1.2.840.113549.1.9.8")),
    ("microsoftOSVersion", oid("1.3.6.1.4.1.311.13.2.3")),
    ("microsoftClientInformation", oid("1.3.6.1.4.1.311.21.20")),
    ("microsoftCSPProvider", oid("1.3.6.1.4.1.311.13.2.2")),
];

/// What an extension, purpose or attribute is called, if it has a name.
pub fn name(identifier: &ObjectIdentifier) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(_, known)| known == identifier)
        .map(|(name, _)| *name)
        .or_else(|| attribute_name(identifier))
}

/// The name of an identifier, else its dotted form.
pub fn display(identifier: &ObjectIdentifier) -> String {
    name(identifier).map_or_else(|| identifier.to_string(), str::to_owned)
}
