//! PEM of objects that are longer than one wants to hold in memory.

use std::io::{self, Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Octets in a line of 64 characters (RFC 7468 §2).
const LINE: usize = 48;

/// Writes what it is given as one PEM block, as [`pem_block`](super::pem_block) would. The block is
/// complete after [`finish`](Self::finish) only.
pub struct PemWriter<W: Write> {
    to: W,
    label: &'static str,
    /// What does not fill a line yet.
    started: Vec<u8>,
}

impl<W: Write> PemWriter<W> {
    /// Starts a block.
    ///
    /// # Errors
    /// What the writer refuses.
    pub fn new(mut to: W, label: &'static str) -> io::Result<Self> {
        writeln!(to, "-----BEGIN {label}-----")?;
        Ok(Self {
            to,
            label,
            started: Vec::with_capacity(LINE),
        })
    }

    /// Ends the block and gives the writer back, everything written to it.
    ///
    /// # Errors
    /// What the writer refuses.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.started.is_empty() {
            writeln!(self.to, "{}", STANDARD.encode(&self.started))?;
        }
        writeln!(self.to, "-----END {}-----", self.label)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for PemWriter<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let taken = octets.len().min(LINE - self.started.len());
        let (now, _) = octets.split_at(taken);
        self.started.extend_from_slice(now);
        if self.started.len() == LINE {
            let line = STANDARD.encode(&self.started);
            self.started.clear();
            writeln!(self.to, "{line}")?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::pem_block;

    #[test]
    fn the_same_block_as_in_one_piece() {
        for length in [0, 1, 2, 47, 48, 49, 96, 1000] {
            let octets: Vec<u8> = (0..length).map(|number: u32| number as u8).collect();
            for pieces in [1, 7, 48, 100] {
                let mut writer = PemWriter::new(Vec::new(), "X509 CRL").unwrap();
                for piece in octets.chunks(pieces) {
                    writer.write_all(piece).unwrap();
                }
                let written = String::from_utf8(writer.finish().unwrap()).unwrap();
                assert_eq!(written, pem_block("X509 CRL", &octets), "{length} {pieces}");
            }
        }
    }
}
