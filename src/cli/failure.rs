//! Errors as people read them: what went wrong, why, and what to do instead.

use std::{process::ExitCode, sync::Arc};

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::{
    authority::AuthorityError, ca::CaError, hook::HookError, inspect::InspectError, key::KeyError,
    manifest::ApplyError, probe::ProbeError, profile::Refusals, store::StoreError,
    target::TargetError, trust::TrustError, x509::X509Error,
};

/// Refused or failed.
pub(crate) const REFUSED: u8 = 1;
/// The command line is wrong.
pub(crate) const USAGE: u8 = 2;
/// A check found something.
pub(crate) const CHECK_FOUND: u8 = 3;
/// A bug of certmint (`EX_SOFTWARE` of sysexits.h).
pub(crate) const BUG: i32 = 70;

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// A command line that clap accepts and the command does not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(pub(crate) String);

/// An error with what to do instead.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Advised {
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// `error: what: why` on one line, then what to do.
pub(crate) fn text(error: &anyhow::Error) -> String {
    let mut shown = format!(
        "{RED}certmint:{RED:#} {}",
        crate::x509::escape_control(&one_line(error))
    );
    for hint in hints(error) {
        shown.push_str(&format!(
            "\n  {CYAN}hint:{CYAN:#} {}",
            crate::x509::escape_control(&hint)
        ));
    }
    shown
}

pub(crate) fn json(error: &anyhow::Error) -> serde_json::Value {
    json!({ "schema": "certmint.error/1", "error": one_line(error), "hints": hints(error) })
}

pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(if error.downcast_ref::<UsageError>().is_some() {
        USAGE
    } else {
        REFUSED
    })
}

/// The chain of causes, leaving out a cause that only repeats what was said.
pub(crate) fn one_line(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let part = cause.to_string();
        if !parts.iter().any(|said| said.contains(&part)) {
            parts.push(part);
        }
    }
    parts.join(": ")
}

/// What to do instead: each room's errors know.
fn hints(error: &anyhow::Error) -> Vec<String> {
    let mut hints = Vec::new();
    for cause in error.chain() {
        if let Some(advised) = cause.downcast_ref::<Advised>() {
            hints.push(advised.hint.clone());
        }
        if let Some(Refusals(refusals)) = cause.downcast_ref::<Refusals>() {
            hints.extend(
                refusals
                    .iter()
                    .filter_map(|refusal| refusal.hint().map(str::to_owned)),
            );
        }
        hints.extend(
            cause
                .downcast_ref::<AuthorityError>()
                .and_then(AuthorityError::hint),
        );
        hints.extend(cause.downcast_ref::<HookError>().and_then(HookError::hint));
        hints.extend(
            cause
                .downcast_ref::<TargetError>()
                .and_then(TargetError::hint),
        );
        hints.extend(
            cause
                .downcast_ref::<StoreError>()
                .and_then(StoreError::hint),
        );
        hints.extend(
            cause
                .downcast_ref::<InspectError>()
                .and_then(InspectError::hint),
        );
        hints.extend(
            cause
                .downcast_ref::<ApplyError>()
                .and_then(ApplyError::hint),
        );
        hints.extend(
            cause
                .downcast_ref::<TrustError>()
                .or(cause.downcast_ref::<Arc<TrustError>>().map(Arc::as_ref))
                .and_then(TrustError::hint),
        );
        hints.extend(
            cause
                .downcast_ref::<ProbeError>()
                .and_then(ProbeError::hint),
        );
        hints.extend(cause.downcast_ref::<CaError>().and_then(CaError::hint));
        hints.extend(cause.downcast_ref::<X509Error>().and_then(X509Error::hint));
        hints.extend(cause.downcast_ref::<KeyError>().and_then(KeyError::hint));
    }
    hints.dedup();
    hints
}

/// A panic is a bug: it says so, names no data of the user, and ends with its own exit code.
#[allow(
    clippy::print_stderr,
    reason = "the panic hook is the last thing that runs"
)]
pub(crate) fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|place| format!("{}:{}", place.file(), place.line()))
            .unwrap_or_default();
        eprintln!(
            "certmint: this is a bug of certmint (at {place}); please report it with the command that you ran"
        );
        std::process::exit(BUG);
    }));
}
