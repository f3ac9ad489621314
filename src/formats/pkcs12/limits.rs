//! How much work a file may ask for before it is opened.

use super::Pkcs12Error;

/// The largest file that is read, in bytes. Java's own trust store has 0.2 MB.
pub const MAX_SIZE: usize = 16 * 1024 * 1024;

/// The most iterations that one key derivation may ask for: some seconds of work. NSS and this crate
/// write 600,000, Java 10,000, OpenSSL 2048.
pub const MAX_ITERATIONS: u64 = 10_000_000;

/// The most iterations that a whole file may ask for: the MAC, each content and each key has its own
/// derivation. Enough for thirty keys from NSS.
pub const MAX_TOTAL_ITERATIONS: u64 = 20_000_000;

/// The most memory that one scrypt derivation may ask for, in bytes. OpenSSL stops at 32 MiB.
pub(super) const MAX_SCRYPT_MEMORY: u64 = 256 * 1024 * 1024;

/// The most entries that a file may hold.
pub(super) const MAX_ENTRIES: usize = 100_000;

/// How deep contents may be nested in contents (RFC 7292 §4.2.6).
pub(super) const MAX_NESTED_CONTENTS: usize = 8;

/// What is left of the work that one file may cause.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            left: MAX_TOTAL_ITERATIONS,
        }
    }

    /// Takes the price of one key derivation, before it runs.
    pub(super) fn spend(&mut self, iterations: u64) -> Result<(), Pkcs12Error> {
        if iterations > MAX_ITERATIONS {
            return Err(Pkcs12Error::TooManyIterations {
                iterations,
                limit: MAX_ITERATIONS,
            });
        }
        self.left = self
            .left
            .checked_sub(iterations)
            .ok_or(Pkcs12Error::TooMuchWork {
                limit: MAX_TOTAL_ITERATIONS,
            })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_derivation_and_all_derivations_are_bounded() {
        let mut budget = Budget::new();
        assert!(budget.spend(MAX_ITERATIONS).is_ok());
        assert!(matches!(
            budget.spend(MAX_ITERATIONS + 1),
            Err(Pkcs12Error::TooManyIterations { .. })
        ));
        assert!(budget.spend(MAX_ITERATIONS).is_ok());
        assert!(matches!(
            budget.spend(1),
            Err(Pkcs12Error::TooMuchWork { .. })
        ));
    }
}
