//! Whether a server sends its certificates as it should.

use crate::x509::Certificate;

/// Something about the certificates that a server sends besides its own. Positions count from 1,
/// which is the server's own certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainRemark {
    /// A root is among them: clients have it already, and one that has not does not trust it for
    /// being sent (RFC 8446 §4.4.2).
    Root(usize),
    /// One does not follow the certificate that it signed (RFC 5246 §7.4.2 demands it; RFC 8446
    /// §4.4.2 asks for it).
    OutOfOrder(usize),
    /// One is there again.
    Again(usize),
    /// One signed none of the others.
    Unrelated(usize),
}

/// Looks at what a server sends, its own certificate first.
pub fn chain_remarks(chain: &[Certificate]) -> Vec<ChainRemark> {
    let mut remarks = Vec::new();
    let signs = |issuer: &Certificate, one: &Certificate| {
        issuer.subject() == one.issuer() && one.is_signed_by(issuer)
    };
    for (index, one) in chain.iter().enumerate().skip(1) {
        let position = index + 1;
        let before = chain.get(..index).unwrap_or_default();
        let is_again = before.contains(one);
        let follows = before.last().is_some_and(|last| signs(one, last));
        let has_signed = |other: &Certificate| other != one && signs(one, other);
        let is_root = one.is_self_issued() && one.is_signed_by(one);
        if is_again {
            remarks.push(ChainRemark::Again(position));
        } else if !chain.iter().any(has_signed) {
            remarks.push(ChainRemark::Unrelated(position));
        } else if !follows {
            // After one that has no business there the order is what it would be without it.
            let related = before.iter().rev().find(|other| {
                before.first() == Some(*other)
                    || chain
                        .iter()
                        .any(|signed| signed != *other && signs(other, signed))
            });
            let is_told = |remark: &ChainRemark| matches!(remark, ChainRemark::OutOfOrder(_));
            // What follows a certificate in the wrong place is in the wrong place, too.
            if !related.is_some_and(|related| signs(one, related)) && !remarks.iter().any(is_told) {
                remarks.push(ChainRemark::OutOfOrder(position));
            }
        }
        if is_root && !is_again {
            remarks.push(ChainRemark::Root(position));
        }
    }
    remarks
}
