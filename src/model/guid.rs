//! The identity of a note in Anki: importing matches notes by their guid and nothing else.

use std::fmt;

use sha2::{Digest, Sha256};

/// A note's guid: any text without control characters, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(Box<str>);

impl Guid {
    /// This very text, such as a guid of a note that exists in Anki already. `None` where it is
    /// empty or holds a control character, which would not survive the way through Anki.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let usable = !text.is_empty() && !text.chars().any(char::is_control);
        usable.then(|| Self(text.into()))
    }

    /// The guid of the note `id` in the name space `uid`, such as a project's. No text, deck,
    /// path or tag goes in, so that none of them changes it.
    #[must_use]
    pub fn derive(uid: &str, id: &str) -> Self {
        // The separator cannot be part of an id, so no two pairs come out as one text.
        Self(base91(first_eight_bytes(&[uid, id], "\u{1f}")).into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The guid that the Python library genanki derives from these values (the first eight bytes of
/// the SHA-256 of the values joined by two underscores, in base 91). By default genanki takes all
/// fields of a note; with the same values a deck made by it keeps its learners' progress.
///
/// ```
/// assert_eq!(deckle::guid_for(["a", "b"]).as_str(), "q/([o$8RAO");
/// ```
#[must_use]
pub fn guid_for<'a>(values: impl IntoIterator<Item = &'a str>) -> Guid {
    let values: Vec<&str> = values.into_iter().collect();
    Guid(base91(first_eight_bytes(&values, "__")).into())
}

fn first_eight_bytes(values: &[&str], separator: &str) -> u64 {
    let mut hash = Sha256::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            hash.update(separator.as_bytes());
        }
        hash.update(value.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Anki's own digits: letters, figures and the punctuation that needs no escaping in quotes.
const DIGITS: &[u8; 91] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&()*+,-./:;<=>?@[]^_`{|}~";

fn base91(mut number: u64) -> String {
    // Ten digits hold any number; the first ones come last.
    let mut digits = [0; 10];
    let mut begin = digits.len();
    for (index, digit) in digits.iter_mut().enumerate().rev() {
        *digit = DIGITS[(number % 91) as usize];
        number /= 91;
        begin = index;
        // Zero keeps its one digit: an empty guid would be none.
        if number == 0 {
            break;
        }
    }
    let digits = digits.get(begin..).unwrap_or_default();
    std::str::from_utf8(digits).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base91_writes_the_greatest_digit_first() {
        assert_eq!(base91(0), "a");
        assert_eq!(base91(90), "~");
        assert_eq!(base91(91), "ba");
        assert_eq!(base91(u64::MAX).len(), 10);
    }

    #[test]
    fn guids_keep_name_spaces_apart() {
        assert_ne!(Guid::derive("a", "q1"), Guid::derive("b", "q1"));
        assert_ne!(Guid::derive("a", "bq"), Guid::derive("ab", "q"));
        assert_eq!(Guid::derive("a", "q1"), Guid::derive("a", "q1"));
        assert_eq!(Guid::new(""), None);
        assert_eq!(Guid::new("a\u{1f}b"), None);
    }
}
