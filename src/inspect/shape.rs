//! What a DER structure is, told by its first fields.

use crate::{
    formats::{pkcs7::is_pkcs7, pkcs12::is_pkcs12},
    x509::element::{Element, SEQUENCE, read_element},
};

/// The structures that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Certificate,
    Request,
    RevocationList,
    Pkcs7,
    Pkcs12,
    PrivateKey,
    PublicKey,
    RsaPublicKey,
    DiffieHellmanParameters,
    Unknown,
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const CONTEXT_0: u8 = 0xa0;

impl Shape {
    /// With its article.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Certificate => "a certificate",
            Self::Request => "a certification request",
            Self::RevocationList => "a certificate revocation list",
            Self::Pkcs7 => "PKCS#7",
            Self::Pkcs12 => "PKCS#12",
            Self::PrivateKey => "a private key",
            Self::PublicKey => "a public key",
            Self::RsaPublicKey => "an RSA public key (PKCS#1)",
            Self::DiffieHellmanParameters => "Diffie-Hellman parameters",
            Self::Unknown => "something unknown",
        }
    }
}

/// Tells what the bytes begin like; says nothing about the rest.
pub(super) fn shape(der: &[u8]) -> Shape {
    if is_pkcs12(der) {
        return Shape::Pkcs12;
    }
    if is_pkcs7(der) {
        return Shape::Pkcs7;
    }
    let Some(outer) = read_element(der).filter(|outer| outer.tag == SEQUENCE) else {
        return Shape::Unknown;
    };
    let fields = fields(outer.content);
    let tags: Vec<u8> = fields.iter().map(|field| field.tag).collect();
    match (tags.as_slice(), fields.as_slice()) {
        ([SEQUENCE, SEQUENCE, BIT_STRING], [signed, ..]) => signed_shape(signed.content),
        ([SEQUENCE, BIT_STRING], _) => Shape::PublicKey,
        ([SEQUENCE, OCTET_STRING], _)
        | ([INTEGER, SEQUENCE, OCTET_STRING, ..], _)
        | ([INTEGER, OCTET_STRING, ..], _)
        | ([INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, ..], _) => Shape::PrivateKey,
        ([INTEGER, INTEGER], [_, generator]) if matches!(generator.content, [2 | 5]) => {
            Shape::DiffieHellmanParameters
        }
        ([INTEGER, INTEGER], _) => Shape::RsaPublicKey,
        ([INTEGER, INTEGER, INTEGER], _) => Shape::DiffieHellmanParameters,
        _ => Shape::Unknown,
    }
}

/// RFC 5280 §4.1 and §5.1, RFC 2986 §4.2: three signed structures that differ in what is signed.
fn signed_shape(content: &[u8]) -> Shape {
    let tags: Vec<u8> = fields(content).iter().map(|field| field.tag).collect();
    match tags.as_slice() {
        [CONTEXT_0, INTEGER, ..] => Shape::Certificate,
        [INTEGER, SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..]
        | [SEQUENCE, SEQUENCE, UTC_TIME | GENERALIZED_TIME, ..] => Shape::RevocationList,
        [INTEGER, SEQUENCE, SEQUENCE] | [INTEGER, SEQUENCE, SEQUENCE, CONTEXT_0] => Shape::Request,
        [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, ..] => Shape::Certificate,
        _ => Shape::Unknown,
    }
}

/// Up to nine fields: the most that a decision needs.
fn fields(mut content: &[u8]) -> Vec<Element<'_>> {
    let mut fields = Vec::new();
    while let Some(field) = read_element(content)
        && fields.len() < 9
    {
        content = field.rest;
        fields.push(field);
    }
    fields
}
