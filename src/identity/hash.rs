//! Hashes as ids and records use them.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How many digits [`Hasher::base32`] gives.
pub(super) const BASE32_DIGITS: usize = 12;

/// Whether [`Hasher::base32`] gives such a digit.
pub(super) fn is_base32(digit: u8) -> bool {
    DIGITS.contains(&digit)
}

/// Hashes a sequence of texts so that no two sequences come out as one.
#[derive(Debug, Default)]
pub(super) struct Hasher(Sha256);

impl Hasher {
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.0.update(number.to_be_bytes());
        self
    }

    /// The first eight bytes as 16 hexadecimal digits: what records compare.
    pub(super) fn hex(self) -> String {
        format!("{:016x}", self.first_eight())
    }

    /// The first 60 bits in base 32: what ids are made of.
    pub(super) fn base32(self) -> String {
        let number = self.first_eight() >> 4;
        let digit = |index: u64| char::from(DIGITS[(number >> (55 - 5 * index) & 31) as usize]);
        (0..BASE32_DIGITS as u64).map(digit).collect()
    }

    fn first_eight(self) -> u64 {
        let digest: [u8; 32] = self.0.finalize().into();
        digest
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// A text without the differences that are none to its author: NFC, white space folded.
pub(super) fn folded(text: &str) -> String {
    let plain = text.is_ascii() && !text.contains(['\n', '\t', '\r']) && !text.contains("  ");
    if plain {
        return text.trim().to_owned();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").nfc().collect()
}
