//! Accepts any certificate of a server that proves to hold its key, and remembers what it saw.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, PeerIncompatible, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms},
};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use webpki::RawPublicKeyEntity;

use crate::x509::Certificate;

/// What a server showed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    /// DER of each certificate, in the server's order.
    pub(super) chain: Vec<Vec<u8>>,
    /// Whether the server signed this handshake with the key of the first.
    pub(super) key_proved: bool,
    /// DER of the OCSP response that it sent along.
    pub(super) staple: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(super) struct Looker {
    algorithms: WebPkiSupportedAlgorithms,
    sight: Mutex<Sight>,
}

impl Looker {
    pub(super) fn new(provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self {
            algorithms: provider.signature_verification_algorithms,
            sight: Mutex::default(),
        })
    }

    pub(super) fn sight(&self) -> Sight {
        self.sight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// rustls would read the whole certificate here and refuse one of version 1; its public key is
    /// all that is needed.
    fn prove(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let certificate =
            Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
        let key = SubjectPublicKeyInfoDer::from(certificate.public_key().spki_der());
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| CertificateError::BadEncoding)?;
        let (_, algorithms) = self
            .algorithms
            .mapping
            .iter()
            .find(|(scheme, _)| *scheme == signed.scheme)
            .ok_or(PeerIncompatible::NoSignatureSchemesInCommon)?;
        // TLS 1.2 leaves the curve open: each algorithm of the scheme may be meant.
        let proved = algorithms.iter().any(|algorithm| {
            key.verify_signature(*algorithm, message, signed.signature())
                .is_ok()
        });
        if !proved {
            return Err(CertificateError::BadSignature.into());
        }
        self.sight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .key_proved = true;
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner);
        sight.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .map(|certificate| certificate.to_vec())
            .collect();
        sight.staple = (!ocsp_response.is_empty()).then(|| ocsp_response.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.prove(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.prove(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
