//! How long a certificate lives, and when.

use time::Duration;

use crate::{
    acceptance::{Case, finding::Trouble},
    x509::moment_text,
};

/// Its end is past.
pub(in crate::acceptance) fn expired(case: &Case<'_>) -> Option<Trouble> {
    let end = case.certificate.not_after();
    (end < case.now).then(|| {
        Trouble::new(
            format!("it ended at {}", moment_text(end)),
            "renew it (certmint renew)",
        )
    })
}

/// Its start is to come.
pub(in crate::acceptance) fn not_yet_valid(case: &Case<'_>) -> Option<Trouble> {
    let start = case.certificate.not_before();
    (start > case.now).then(|| {
        Trouble::new(
            format!("it begins at {}", moment_text(start)),
            "wait until then, or look at the clock of the machine that made it",
        )
    })
}

/// A server's that lives longer than so many days.
pub(in crate::acceptance) fn longer_than(case: &Case<'_>, days: i64) -> Option<Trouble> {
    // As those who refuse count it: the last second is not added.
    let life = case.certificate.not_after() - case.certificate.not_before();
    (case.is_server() && life > Duration::days(days)).then(|| {
        let lives = (life.whole_seconds() + 86_399).div_euclid(86_400);
        Trouble::new(
            format!("it lives for {lives} days, and {days} are accepted"),
            format!("issue it for {days} days or less (--days {days})"),
        )
    })
}

/// Its end is before its start.
pub(in crate::acceptance) fn ends_before_it_begins(case: &Case<'_>) -> Option<Trouble> {
    let certificate = case.certificate;
    (certificate.not_after() < certificate.not_before()).then(|| {
        Trouble::new(
            format!(
                "it ends at {}, before it begins at {}",
                moment_text(certificate.not_after()),
                moment_text(certificate.not_before())
            ),
            "issue it again with an end after its start",
        )
    })
}
