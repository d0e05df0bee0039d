//! Hashes as ids and records use them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;

const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// How many digits [`Hasher::base32`] gives.
const BASE32_DIGITS: usize = 12;

/// The first eight bytes of a hash: what records compare. It is written as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(u64);

impl Digest {
    /// The digest of these 16 hexadecimal digits, in lower case; `None` where they are not.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 16 || !digits.bytes().all(is_digit) {
            return None;
        }
        u64::from_str_radix(digits, 16).ok().map(Self)
    }

    pub(super) fn number(self) -> i64 {
        self.0.cast_signed()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
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

    pub(super) fn digest(self) -> Digest {
        Digest(self.first_eight())
    }

    /// The first 60 bits in base 32: what ids are made of.
    pub(super) fn base32(self) -> String {
        let number = self.first_eight() >> 4;
        let digit = |index: u64| char::from(DIGITS[(number >> (55 - 5 * index) & 31) as usize]);
        (0..BASE32_DIGITS as u64).map(digit).collect()
    }

    /// Whether [`Hasher::base32`] may have given it.
    pub(super) fn is_base32(text: &str) -> bool {
        text.len() == BASE32_DIGITS && text.bytes().all(|digit| DIGITS.contains(&digit))
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
