//! Certification requests in descriptions (RFC 2986).

use serde::Serialize;

use super::{
    ExtensionDescription, NameDescription, PublicKeyDescription, SignatureDescription,
    fields::Fields,
};
use crate::{
    key::SignatureError,
    x509::{
        CertificationRequest, X509Error,
        element::{Element, OBJECT_IDENTIFIER, SEQUENCE, SET},
        object_identifier, oid, string_value,
    },
};

/// A certification request.
#[derive(Clone, Debug, Serialize)]
pub struct RequestDescription {
    /// The name that it asks for.
    pub subject: NameDescription,
    /// The key that it names.
    pub public_key: PublicKeyDescription,
    /// How it is signed.
    pub signature_algorithm: SignatureDescription,
    /// Whether the requester has shown to hold the key.
    pub proof_of_possession: ProofOfPossession,
    /// The extensions that it asks for, in order.
    pub extensions: Vec<ExtensionDescription>,
    /// Its attributes besides the extensions.
    pub attributes: Vec<RequestAttribute>,
    /// The request itself.
    #[serde(skip)]
    pub request: CertificationRequest,
}

/// Whether a request's signature was made with the key that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum ProofOfPossession {
    /// It was.
    Ok,
    /// It was not.
    Failed {
        /// What was found.
        reason: String,
    },
    /// The algorithm cannot be checked here.
    Unchecked {
        /// Why.
        reason: String,
    },
}

/// An attribute of a request.
#[derive(Clone, Debug, Serialize)]
pub struct RequestAttribute {
    /// Its name, or its object identifier.
    pub name: String,
    /// Its object identifier, dotted.
    pub oid: String,
    /// Its value, where that is text; never that of `challengePassword`.
    pub value: Option<String>,
}

/// RFC 2985 §5.4.1: a secret between requester and CA.
const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";

impl RequestDescription {
    /// Describes a request; its signature is checked.
    pub fn of(request: &CertificationRequest) -> Self {
        let proof_of_possession = match request.prove() {
            Ok(_) => ProofOfPossession::Ok,
            Err(X509Error::ProofOfPossession(
                error @ (SignatureError::UnsupportedAlgorithm(_) | SignatureError::KeySize { .. }),
            )) => ProofOfPossession::Unchecked {
                reason: error.to_string(),
            },
            Err(error @ X509Error::RequestedKey(_)) => ProofOfPossession::Unchecked {
                reason: error.to_string(),
            },
            Err(X509Error::ProofOfPossession(error)) => ProofOfPossession::Failed {
                reason: error.to_string(),
            },
            Err(error) => ProofOfPossession::Failed {
                reason: error.to_string(),
            },
        };
        Self {
            subject: NameDescription::of(request.subject()),
            public_key: PublicKeyDescription::of(request.public_key()),
            signature_algorithm: SignatureDescription::of(request.signature_algorithm()),
            proof_of_possession,
            extensions: ExtensionDescription::all(request.extensions()),
            attributes: attributes(request.as_der()).unwrap_or_default(),
            request: request.clone(),
        }
    }
}

fn attributes(request: &[u8]) -> Result<Vec<RequestAttribute>, X509Error> {
    let what = "certification request";
    let request = Element::only(what, request)?.children(what, SEQUENCE)?;
    let information = request
        .first()
        .map_or(&[][..], |information| information.content);
    let fields = Fields::new(what, information).rest()?;
    let Some(attributes) = fields.iter().find(|field| field.tag == 0xa0) else {
        return Ok(Vec::new());
    };
    let mut described = Vec::new();
    for attribute in Fields::new(what, attributes.content).rest()? {
        let mut fields = Fields::new(what, attribute.content);
        let kind = object_identifier(fields.required(OBJECT_IDENTIFIER)?.content)?;
        if kind == oid::EXTENSION_REQUEST || kind == oid::MICROSOFT_EXTENSION_REQUEST {
            continue;
        }
        let value = fields
            .optional(SET)?
            .map(|set| Fields::new(what, set.content).next());
        let value = value.transpose()?.flatten();
        let is_secret = kind.to_string() == CHALLENGE_PASSWORD;
        described.push(RequestAttribute {
            name: oid::display(&kind),
            oid: kind.to_string(),
            value: value
                .filter(|_| !is_secret)
                .and_then(|value| string_value(value.tag, value.content)),
        });
    }
    Ok(described)
}
