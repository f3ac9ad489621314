//! keyUsage and extendedKeyUsage of the certificate itself.

use crate::{
    acceptance::{Case, Use, finding::Trouble, reading},
    key::KeyAlgorithm,
    x509::{KeyUsage, oid},
};

/// Where there are purposes, the one that it is for is not among them.
pub(in crate::acceptance) fn wrong_purpose(case: &Case<'_>) -> Option<Trouble> {
    let purposes = reading::purposes(case.certificate)?;
    let is_any = purposes.contains(&oid::ANY_EXTENDED_KEY_USAGE);
    let lacks = |wanted: bool, purpose| wanted && !is_any && !purposes.contains(&purpose);
    let lacking = if lacks(case.is_server(), oid::SERVER_AUTH) {
        "serverAuth"
    } else if lacks(case.is_client(), oid::CLIENT_AUTH) {
        "clientAuth"
    } else {
        return None;
    };
    let kind = match case.purpose {
        Use::Server | Use::Authority => "server",
        Use::Client => "client",
        Use::Peer => "peer",
    };
    let has: Vec<String> = purposes.iter().map(oid::display).collect();
    Some(Trouble::new(
        format!(
            "its extendedKeyUsage is {} and lacks {lacking}",
            has.join(", ")
        ),
        format!("issue it for that purpose (certmint issue {kind})"),
    ))
}

/// A server's whose purposes lack serverAuth, for clients that do not take any purpose for it.
pub(in crate::acceptance) fn not_server_auth(case: &Case<'_>) -> Option<Trouble> {
    let purposes = reading::purposes(case.certificate)?;
    (case.is_server() && !purposes.contains(&oid::SERVER_AUTH)).then(|| {
        let has: Vec<String> = purposes.iter().map(oid::display).collect();
        Trouble::new(
            format!(
                "its extendedKeyUsage is {} and lacks serverAuth",
                has.join(", ")
            ),
            "issue it for a server (certmint issue server)",
        )
    })
}

/// A server's whose purposes do not name serverAuth, or that has none.
pub(in crate::acceptance) fn server_auth_not_named(case: &Case<'_>) -> Option<Trouble> {
    if case.is_server() && reading::purposes(case.certificate).is_none() {
        return Some(Trouble::new(
            "it has no extendedKeyUsage",
            "issue it with extendedKeyUsage serverAuth (certmint issue server)",
        ));
    }
    not_server_auth(case)
}

/// keyUsage without digitalSignature, which every handshake of today needs.
pub(in crate::acceptance) fn no_digital_signature(case: &Case<'_>) -> Option<Trouble> {
    let usage = reading::key_usage(case.certificate)?;
    let signs = usage.contains(KeyUsage::DIGITAL_SIGNATURE);
    (case.purpose != Use::Authority && !signs).then(|| {
        Trouble::new(
            format!("its keyUsage is {usage} and lacks digitalSignature"),
            "issue it with digitalSignature (certmint issue does)",
        )
    })
}

/// keyEncipherment with a key that can encipher nothing.
pub(in crate::acceptance) fn enciphers_without_rsa(case: &Case<'_>) -> Option<Trouble> {
    let usage = reading::key_usage(case.certificate)?;
    let is_rsa = matches!(case.algorithm(), KeyAlgorithm::Rsa { .. });
    (!is_rsa && usage.contains(KeyUsage::KEY_ENCIPHERMENT)).then(|| {
        Trouble::new(
            format!(
                "its keyUsage has keyEncipherment, and its key is {}",
                case.algorithm()
            ),
            "issue it with digitalSignature alone (certmint issue does)",
        )
    })
}

/// A CA's certificate where a server's or client's is meant.
pub(in crate::acceptance) fn authority_as_leaf(case: &Case<'_>) -> Option<Trouble> {
    (case.purpose != Use::Authority && reading::is_authority(case.certificate)).then(|| {
        Trouble::new(
            "it is a CA's certificate (CA:TRUE)",
            "issue one for the server or client below the CA (certmint issue)",
        )
    })
}
