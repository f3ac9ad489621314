//! A second opinion: what rustls-webpki, the validator of rustls, says.
//!
//! It is no judge here because it accepts an intermediate without keyCertSign and an expired trust
//! anchor, refuses e-mail, URI and directory name constraints and policies unread, and does not say
//! which certificate failed. It is what Rust programs will say, though.

use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use time::OffsetDateTime;
use webpki::{
    ALL_VERIFICATION_ALGS, BorrowedCertRevocationList, CertRevocationList, EndEntityCert,
    ExtendedKeyUsageValidator, KeyUsage, RevocationOptionsBuilder, UnknownStatusPolicy,
    anchor_from_trusted_cert,
};

use super::purpose::Purpose;
use super::request::{Request, RevocationMode};

/// What rustls would say of the same request: `Err` with its reason.
///
/// rustls judges servers and clients only; [`Purpose::Any`] is accepted when it takes the
/// certificate for either.
///
/// # Errors
/// The reason in rustls's words.
pub fn rustls_says(request: &Request<'_>) -> Result<(), String> {
    match request.options.purpose {
        Purpose::Server => judge(request, KeyUsage::server_auth()),
        Purpose::Client => judge(request, KeyUsage::client_auth()),
        Purpose::Any => judge(request, KeyUsage::server_auth())
            .or_else(|_| judge(request, KeyUsage::client_auth())),
        other => Err(format!("rustls judges servers and clients, not {other}")),
    }
}

fn judge(request: &Request<'_>, usage: impl ExtendedKeyUsageValidator) -> Result<(), String> {
    let anchors_der: Vec<CertificateDer<'_>> = request
        .anchors
        .iter()
        .map(|der| CertificateDer::from(*der))
        .collect();
    let anchors = anchors_der
        .iter()
        .map(anchor_from_trusted_cert)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("trust anchor: {error}"))?;
    let pool: Vec<CertificateDer<'_>> = request
        .pool
        .iter()
        .map(|der| CertificateDer::from(*der))
        .collect();
    let target_der = CertificateDer::from(request.target);
    let target = EndEntityCert::try_from(&target_der).map_err(|error| error.to_string())?;
    let crls_der: Vec<CertificateRevocationListDer<'_>> = request
        .crls
        .iter()
        .map(|der| CertificateRevocationListDer::from(*der))
        .collect();
    let crls = crls_der
        .iter()
        .map(|der| BorrowedCertRevocationList::from_der(der).map(CertRevocationList::from))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("CRL: {error}"))?;
    let crls: Vec<&CertRevocationList<'_>> = crls.iter().collect();
    let revocation = match request.options.revocation {
        RevocationMode::Off => None,
        RevocationMode::WhereGiven => RevocationOptionsBuilder::new(&crls).ok().map(|builder| {
            builder
                .with_status_policy(UnknownStatusPolicy::Allow)
                .build()
        }),
        RevocationMode::Required => Some(
            RevocationOptionsBuilder::new(&crls)
                .map_err(|_| "no CRL was given".to_owned())?
                .with_status_policy(UnknownStatusPolicy::Deny)
                .build(),
        ),
    };
    target
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &pool,
            unix_time(request.options.now),
            usage,
            revocation,
            None,
        )
        .map_err(|error| error.to_string())?;
    if let Some(host) = &request.options.host {
        let name = ServerName::try_from(host.to_string()).map_err(|error| error.to_string())?;
        target
            .verify_is_valid_for_subject_name(&name)
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn unix_time(moment: OffsetDateTime) -> UnixTime {
    let seconds = u64::try_from(moment.unix_timestamp()).unwrap_or(0);
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}
