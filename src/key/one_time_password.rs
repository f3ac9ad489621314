//! A password that is made here, used once, and typed by a person.

use zeroize::Zeroizing;

use super::{KeyError, Passphrase};

/// Letters and digits that nobody takes for another: no `0` and `o`, no `1`, `i` and `l`.
const ALPHABET: [u8; 31] = *b"23456789abcdefghjkmnpqrstuvwxyz";
/// Five groups of four: 20 characters of 31 are 99 bits, more than anybody can search.
const GROUPS: usize = 5;
const GROUP: usize = 4;

impl Passphrase {
    /// A new password of 20 random characters in groups of four, `k7pm-…`: 99 bits from the random
    /// number generator of AWS-LC, all on one keyboard layer, none that is mistaken for another.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn one_time() -> Result<Self, KeyError> {
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP + 1)));
        let mut octets = Zeroizing::new([0_u8; 64]);
        let mut count = 0;
        while count < GROUPS * GROUP {
            aws_lc_rs::rand::fill(octets.as_mut()).map_err(|_| KeyError::NoRandomness)?;
            for octet in octets.iter() {
                // Five bits, so that each of the 31 is as likely; the one that is left over is not
                // used.
                let Some(&letter) = ALPHABET.get(usize::from(octet & 31)) else {
                    continue;
                };
                if count == GROUPS * GROUP {
                    break;
                }
                if count > 0 && count.is_multiple_of(GROUP) {
                    text.push('-');
                }
                text.push(char::from(letter));
                count += 1;
            }
        }
        Ok(Self::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_readable_and_all_letters_come_up() {
        let mut seen = [false; 256];
        for _ in 0..200 {
            let password = Passphrase::one_time().unwrap();
            let octets = password.as_bytes();
            assert_eq!(octets.len(), 24);
            for (position, octet) in octets.iter().enumerate() {
                if position % 5 == 4 {
                    assert_eq!(*octet, b'-');
                } else {
                    assert!(ALPHABET.contains(octet));
                    seen[usize::from(*octet)] = true;
                }
            }
        }
        assert!(ALPHABET.iter().all(|letter| seen[usize::from(*letter)]));
    }
}
