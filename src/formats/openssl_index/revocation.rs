//! The third field of a line: when a certificate was revoked, and why.

use super::{entry::Standing, error::IndexFault, time::moment};
use crate::x509::RevocationReason;

/// Reads `DATE[,REASON[,ARGUMENT]]` (`unpack_revinfo` in `apps/ca.c`).
pub(super) fn revocation(field: &str) -> Result<Standing, IndexFault> {
    let (date, why) = match field.split_once(',') {
        Some((date, why)) => (date, Some(why)),
        None => (field, None),
    };
    let at = moment(date).ok_or_else(|| IndexFault::Time(date.to_owned()))?;
    let Some(why) = why else {
        return Ok(Standing::Revoked {
            at,
            reason: RevocationReason::Unspecified,
            invalid_since: None,
        });
    };
    let (word, argument) = match why.split_once(',') {
        Some((word, argument)) => (word, Some(argument)),
        None => (why, None),
    };
    let refused = || IndexFault::Reason(why.to_owned());
    let reason = reason(word).ok_or_else(refused)?;
    let invalid_since = match argument {
        // openssl's own words for a reason with a date (`-crl_compromise`, `-crl_CA_compromise`).
        Some(date) if takes_a_date(word) => {
            Some(moment(date).ok_or_else(|| IndexFault::Time(date.to_owned()))?)
        }
        // The hold instruction is not kept: RFC 5280 has dropped it from RFC 3280.
        _ => None,
    };
    Ok(Standing::Revoked {
        at,
        reason,
        invalid_since,
    })
}

fn takes_a_date(word: &str) -> bool {
    ["keyTime", "CAkeyTime"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
}

/// A reason by openssl's word, which it compares without regard to case (`crl_reasons` in
/// `apps/ca.c`); all but its last three are the names of RFC 5280 §5.3.1.
fn reason(word: &str) -> Option<RevocationReason> {
    const ITS_OWN: [(&str, RevocationReason); 3] = [
        ("holdInstruction", RevocationReason::CertificateHold),
        ("keyTime", RevocationReason::KeyCompromise),
        ("CAkeyTime", RevocationReason::CaCompromise),
    ];
    RevocationReason::ALL
        .into_iter()
        .map(|reason| (reason.name(), reason))
        .chain(ITS_OWN)
        .find(|(known, _)| known.eq_ignore_ascii_case(word))
        .map(|(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> (u8, Option<i64>) {
        match revocation(field).unwrap() {
            Standing::Revoked {
                reason,
                invalid_since,
                ..
            } => (reason.number(), invalid_since.map(|at| at.unix_timestamp())),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reasons_with_and_without_an_argument() {
        assert_eq!(read("260131120000Z"), (0, None));
        assert_eq!(read("260131120000Z,superseded"), (4, None));
        assert_eq!(read("260131120000Z,CESSATIONOFOPERATION"), (5, None));
        assert_eq!(
            read("260131120000Z,holdInstruction,holdInstructionReject"),
            (6, None)
        );
        assert_eq!(
            read("260131120000Z,holdInstruction,1.2.840.10040.2.3"),
            (6, None)
        );
        let since = Some(1_767_268_800);
        assert_eq!(read("260131120000Z,keyTime,20260101120000Z"), (1, since));
        assert_eq!(read("260131120000Z,CAkeyTime,20260101120000Z"), (2, since));
        assert!(revocation("260131120000Z,keyTime,soon").is_err());
        assert!(revocation("260131120000Z,").is_err());
        assert!(revocation(",keyCompromise").is_err());
    }
}
