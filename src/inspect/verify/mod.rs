//! Path validation: is this certificate good, and if not, which link of its path fails, why, and
//! what to do about it.
//!
//! [`verify`] builds paths from the target to a trust anchor out of whatever certificates it is
//! given, in any order, runs the checks of RFC 5280 §6.1 on every certificate of a path without
//! stopping at the first failure, checks CRLs as §6.3 asks, purposes as TLS clients do, and the
//! host name by RFC 9525. Policies are processed as the graph of RFC 9618. The answer is a
//! [`Verdict`]: the path, and for each certificate of it a [`LinkReport`] with its [`Finding`]s.
//! [`rustls_says`] is a second opinion from another implementation.
//!
//! The work is bounded whatever the input: see [`limits`].

mod anchor;
mod building;
mod certificate;
mod constraints;
mod crl;
mod error;
mod finding;
mod general_name;
mod host;
pub mod limits;
mod listed;
mod name_text;
mod origin;
mod permitted;
mod policy;
mod pool;
mod purpose;
mod request;
mod revocation;
mod rustls;
mod signed;
mod walk;

use std::rc::Rc;

pub use error::VerifyError;
pub use finding::{Check, Finding, LinkReport, Role, Severity, Verdict};
pub use host::{Host, HostError, host_trouble};
pub use listed::{RevocationList, Revoked};
pub use permitted::forbidden_names;
pub use purpose::{Purpose, UnknownPurpose};
pub use request::{Options, PolicyInputs, Request, RevocationMode, WeakAlgorithms};
pub use rustls::rustls_says;

/// Judges many targets with the material of one request, each by itself; the request's own target is
/// not looked at. Its CRLs are read once.
///
/// # Errors
/// A CRL that cannot be read; for each target, as [`verify`].
pub fn verify_each<'a>(
    request: &Request<'a>,
    targets: &[&'a [u8]],
) -> Result<Vec<Result<Verdict, VerifyError>>, VerifyError> {
    let crls = Rc::new(building::read_crls(request.crls)?);
    let judge = |target: &&'a [u8]| {
        let request = Request {
            target,
            ..request.clone()
        };
        building::Validator::with_crls(&request, &crls)?.judge_target()
    };
    Ok(targets.iter().map(judge).collect())
}

/// Judges the target of a request.
///
/// # Errors
/// [`VerifyError`] when the target, a trust anchor or a CRL cannot be read at all; a certificate of
/// the pool that cannot be read is left out and named in the verdict's remarks.
pub fn verify(request: &Request<'_>) -> Result<Verdict, VerifyError> {
    building::Validator::new(request)?.judge_target()
}
