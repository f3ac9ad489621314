//! The key derivation of PKCS#12 itself (RFC 7292 appendix B.2).
//!
//! Old, but still what makes the MAC key of nearly every file.

use aws_lc_rs::digest;
use zeroize::{Zeroize, Zeroizing};

/// What the derived bytes are for (RFC 7292 appendix B.3).
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    InitializationVector = 2,
    Mac = 3,
}

/// Derives `length` bytes. `password` is in the BMPString form, with its two zero octets.
///
/// The caller has bounded `iterations`; 0 counts as 1.
pub(super) fn derive(
    algorithm: &'static digest::Algorithm,
    password: &[u8],
    salt: &[u8],
    purpose: Purpose,
    iterations: u64,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = algorithm.block_len();
    let diversifier = vec![purpose as u8; block];
    let mut input = Zeroizing::new(filled(salt, block));
    input.extend_from_slice(&Zeroizing::new(filled(password, block)));

    let mut output = Zeroizing::new(Vec::with_capacity(length + algorithm.output_len()));
    loop {
        let mut context = digest::Context::new(algorithm);
        context.update(&diversifier);
        context.update(&input);
        let mut hash = Zeroizing::new(context.finish().as_ref().to_vec());
        for _ in 1..iterations {
            let next = digest::digest(algorithm, &hash);
            hash.zeroize();
            hash.extend_from_slice(next.as_ref());
        }
        output.extend_from_slice(&hash);
        if output.len() >= length {
            output.truncate(length);
            return output;
        }
        for chunk in input.chunks_exact_mut(block) {
            add_one_more_than(chunk, &hash);
        }
    }
}

/// Copies of `bytes`, cut to the next multiple of `block`; nothing stays nothing.
fn filled(bytes: &[u8], block: usize) -> Vec<u8> {
    let length = bytes.len().div_ceil(block) * block;
    bytes.iter().copied().cycle().take(length).collect()
}

/// `number` += `repeated` (repeated to the same length) + 1, big-endian, modulo its size.
fn add_one_more_than(number: &mut [u8], repeated: &[u8]) {
    let addend: Zeroizing<Vec<u8>> = Zeroizing::new(
        repeated
            .iter()
            .copied()
            .cycle()
            .take(number.len())
            .collect(),
    );
    let mut carry = 1u16;
    for (digit, other) in number.iter_mut().zip(addend.iter()).rev() {
        carry += u16::from(*digit) + u16::from(*other);
        *digit = (carry & 0xff) as u8;
        carry >>= 8;
    }
}
