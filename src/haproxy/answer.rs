//! What HAProxy answers.

use super::{HaProxyError, LoadedFile};

/// The most of an answer that is told, in characters.
const TOLD: usize = 300;

/// The lines of an answer that say something, as one.
pub(super) fn told(answer: &str) -> String {
    let lines: Vec<&str> = answer
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" | ").chars().take(TOLD).collect()
}

/// The file whose transaction `set ssl …` opened or went on with.
pub(super) fn set_file(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| {
        let line = line.trim_end();
        let (deed, rest) = line.split_once(" for ")?;
        let deed = deed.to_ascii_lowercase();
        let is_set = ["transaction created", "transaction updated"].contains(&deed.as_str());
        // "certificate", "CRL" or "CA" comes first.
        let (_, file) = rest.strip_suffix('!')?.split_once(' ')?;
        is_set.then_some(file)
    })
}

/// The file of an open transaction in a `show ssl …` without a file.
pub(super) fn open_transaction(answer: &str) -> Option<&str> {
    let line = answer.lines().find_map(|line| line.strip_prefix('*'))?;
    line.split(' ').next()
}

/// Whether `commit ssl …` ended one well.
pub(super) fn is_committed(answer: &str) -> bool {
    answer.lines().any(|line| line.trim_end() == "Success!")
}

/// The file whose transaction is in the way of another's.
pub(super) fn other_transaction(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("ongoing transaction is about '")?;
    rest.split_once('\'').map(|(file, _)| file)
}

/// The names of a `show ssl …` without a file.
pub(super) fn names(answer: &str) -> Vec<String> {
    answer
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '*', '@']))
        // `show ssl ca-file` goes on with the number of certificates.
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// The value of a field of `show ssl cert FILE`.
pub(super) fn field<'answer>(answer: &'answer str, name: &str) -> Option<&'answer str> {
    answer
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map(str::trim_end)
}

/// Why a command was refused, of an answer that is not the one that was hoped for.
pub(super) fn refusal(file: &LoadedFile, deed: &'static str, answer: &str) -> HaProxyError {
    HaProxyError::Refused {
        deed,
        file: file.clone(),
        said: told(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_understood() {
        assert_eq!(
            set_file("Transaction created for certificate a.pem!\n\n"),
            Some("a.pem")
        );
        assert_eq!(
            set_file("transaction updated for CRL a.crl!\n\n"),
            Some("a.crl")
        );
        let refused = "unable to load certificate\nCan't update a.pem!\n\n";
        assert_eq!(set_file(refused), None);
        assert!(is_committed("Committing a.pem...\nSuccess!\n\n"));
        assert!(!is_committed("Committing a.pem.\nFailed!\n\n"));
        assert!(!is_committed(
            "No ongoing transaction! !\nCan't commit a.pem!\n\n"
        ));
        let busy = "The ongoing transaction is about '/b.pem' but you are trying to set '/a.pem'\n";
        assert_eq!(other_transaction(busy), Some("/b.pem"));
        let list = "# transaction\n*/b.pem\n# filename\n/a.pem\n/b.pem\n\n";
        assert_eq!(names(list), ["/a.pem", "/b.pem"]);
        assert_eq!(open_transaction(list), Some("/b.pem"));
        assert_eq!(open_transaction("# filename\n/a.pem\n\n"), None);
        let list = "# filename\n/ca.crt - 1 certificate(s)\n@system-ca - 145 certificate(s)\n";
        assert_eq!(names(list), ["/ca.crt"]);
        let shown = "Filename: a.pem\nStatus: Used\nSerial: 0AFF\n";
        assert_eq!(field(shown, "Serial"), Some("0AFF"));
        assert_eq!(field(shown, "Issuer"), None);
        assert_eq!(told("a\n\n b \n"), "a | b");
    }
}
