//! Hashes as ids and records use them: BLAKE3 of all that counts, which for texts as short as a
//! note's takes a fifth of the time of SHA-256 where processors have no instructions for that.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
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

    /// That of this number.
    pub(crate) const fn of_number(number: u64) -> Self {
        Self(number)
    }

    /// The number that it is.
    pub(crate) const fn as_number(self) -> u64 {
        self.0
    }

    pub(super) fn number(self) -> i64 {
        self.0.cast_signed()
    }

    /// Writes it behind a text: as [`fmt::Display`], in a tenth of the time, and a lock holds
    /// four of them a note.
    pub(super) fn push_to(self, text: &mut String) {
        push_hexadecimal(text, self.0);
    }
}

/// The 16 hexadecimal digits of a number.
pub(super) fn push_hexadecimal(text: &mut String, number: u64) {
    let mut digits = [0; 16];
    for (place, digit) in digits.iter_mut().rev().enumerate() {
        *digit = HEXADECIMAL[(number >> (4 * place) & 15) as usize];
    }
    text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// Hashes a sequence of texts so that no two sequences come out as one.
///
/// It gathers what it is given first: one look at a few hundred bytes costs less than a look at
/// each of a dozen pieces.
#[derive(Debug)]
pub(super) struct Hasher(Vec<u8>);

impl Default for Hasher {
    fn default() -> Self {
        Self(Vec::with_capacity(256))
    }
}

impl Hasher {
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend((text.len() as u64).to_be_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    pub(super) fn number(&mut self, number: i64) -> &mut Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(super) fn digest(self) -> Digest {
        Digest(self.first_eight())
    }

    /// The first 60 bits in base 32 behind `before`: what ids are made of.
    pub(super) fn base32(self, before: &str) -> String {
        let number = self.first_eight() >> 4;
        let mut text = String::with_capacity(before.len() + BASE32_DIGITS);
        text.push_str(before);
        text.extend((0..BASE32_DIGITS).map(|index| {
            let digit = DIGITS[(number >> (55 - 5 * index) & 31) as usize];
            char::from(digit)
        }));
        text
    }

    /// Whether [`Hasher::base32`] may have given it.
    pub(super) fn is_base32(text: &str) -> bool {
        text.len() == BASE32_DIGITS && text.bytes().all(|digit| DIGITS.contains(&digit))
    }

    fn first_eight(self) -> u64 {
        let hash = blake3::hash(&self.0);
        let bytes = hash.as_bytes().iter().take(8);
        bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
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
