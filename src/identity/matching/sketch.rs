//! What the lock keeps of a note's text, so that an edited note is found again: two hashes that
//! come out alike for texts that are alike.
//!
//! They are `SimHashes` (Charikar 2002): each piece of the text votes on each of 64 bits, and the
//! majority decides. Texts that share most pieces agree in most bits, and two that share none
//! differ in about 32. The first field has one and all others together have one, since an edit
//! mostly leaves one of the two alone, and that it did is the best sign there is.

use std::fmt;

use crate::identity::hash::push_hexadecimal;

/// The hashes of a note's text. They are written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sketch {
    /// Of the first field; zero where it is empty.
    pub first: u64,
    /// Of the other fields; zero where they are empty.
    pub rest: u64,
}

/// From here on a difference says no more than that the texts are others: two unrelated texts of
/// one language differ in 32 bits, give or take four, but share endings and short words.
const UNRELATED: u32 = 24;

impl Sketch {
    /// The largest [`distance`](Self::distance).
    pub const FARTHEST: u32 = 2 * UNRELATED;

    /// The sketch of these 32 hexadecimal digits, in lower case; `None` where they are not.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 32 || !digits.bytes().all(is_digit) {
            return None;
        }
        let (first, rest) = digits.split_at_checked(16)?;
        Some(Self {
            first: u64::from_str_radix(first, 16).ok()?,
            rest: u64::from_str_radix(rest, 16).ok()?,
        })
    }

    /// Writes it behind a text, as [`fmt::Display`] would.
    pub(in crate::identity) fn push_to(self, text: &mut String) {
        push_hexadecimal(text, self.first);
        push_hexadecimal(text, self.rest);
    }

    /// How far two notes are apart, from 0 to [`FARTHEST`](Self::FARTHEST).
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        let first = difference(self.first, other.first);
        let rest = difference(self.rest, other.rest);
        match (first, rest) {
            (Some(first), Some(rest)) => first + rest,
            // Where only one of the two says something, it counts for both.
            (Some(one), None) | (None, Some(one)) => 2 * one,
            (None, None) => Self::FARTHEST,
        }
    }
}

impl fmt::Display for Sketch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}{:016x}", self.first, self.rest)
    }
}

/// How far two hashes are apart; `None` where both texts are empty, which says nothing.
fn difference(one: u64, other: u64) -> Option<u32> {
    match (one, other) {
        (0, 0) => None,
        (0, _) | (_, 0) => Some(UNRELATED),
        _ => Some((one ^ other).count_ones().min(UNRELATED)),
    }
}

/// Makes a [`Sketch`] of texts that are handed over one by one.
#[derive(Default)]
pub(in crate::identity) struct Sketcher {
    first: SimilarityHasher,
    rest: SimilarityHasher,
}

impl Sketcher {
    /// Takes a text of the first field.
    pub(in crate::identity) fn first(&mut self, text: &str) {
        self.first.push(text);
    }

    /// Takes a text of another field.
    pub(in crate::identity) fn rest(&mut self, text: &str) {
        self.rest.push(text);
    }

    pub(in crate::identity) fn sketch(&self) -> Sketch {
        Sketch {
            first: self.first.votes.decide(),
            rest: self.rest.votes.decide(),
        }
    }
}

/// Letter case, white space and the bounds between texts make no difference to it.
#[derive(Default)]
struct SimilarityHasher {
    votes: Votes,
    window: Window,
    seen: Seen,
}

impl SimilarityHasher {
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if character.is_ascii() {
                self.piece(character.to_ascii_lowercase());
            } else {
                character.to_lowercase().for_each(|it| self.piece(it));
            }
        }
        self.piece(' ');
    }

    fn piece(&mut self, character: char) {
        if let Some(piece) = self.window.push(character) {
            let piece = mixed(piece);
            if self.seen.insert(piece) {
                self.votes.add(piece);
            }
        }
    }
}

/// Which pieces voted already: a piece counts once, or else long texts of one language would all be
/// alike by what is frequent in it. A few are taken for others, which does no harm.
struct Seen([u64; Self::WORDS]);

impl Default for Seen {
    fn default() -> Self {
        Self([0; Self::WORDS])
    }
}

impl Seen {
    const WORDS: usize = 128;

    fn insert(&mut self, piece: u64) -> bool {
        let place = (piece >> 6) as usize % Self::WORDS;
        let bit = 1 << (piece & 63);
        self.0.get_mut(place).is_some_and(|word| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }
}

/// The last three characters: pieces of words tell more of a note of one line than its words do.
struct Window(u64);

impl Default for Window {
    fn default() -> Self {
        Self(Self::SPACE)
    }
}

impl Window {
    const SPACE: u64 = ' ' as u64;
    /// The bits of a character.
    const WIDTH: u32 = 21;

    /// The piece that ends with this character; `None` for white space behind white space.
    fn push(&mut self, character: char) -> Option<u64> {
        let (character, last) = if character.is_whitespace() {
            (Self::SPACE, self.0 & ((1 << Self::WIDTH) - 1))
        } else {
            (u64::from(u32::from(character)), 0)
        };
        if last == Self::SPACE {
            return None;
        }
        self.0 = (self.0 << Self::WIDTH | character) & ((1 << (3 * Self::WIDTH)) - 1);
        Some(self.0)
    }
}

/// The finisher of `SplitMix64`: each bit of it is a vote.
fn mixed(piece: u64) -> u64 {
    let hash = piece.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// The votes on 64 bits.
///
/// Counted in bit planes: the first one holds the lowest bit of all 64 counters and so on, so that
/// a piece is added to all of them with a few operations on whole words. A note has hundreds of
/// pieces and a project 100,000 notes.
#[derive(Default)]
struct Votes {
    planes: [Plane; Self::PLANES],
    total: u64,
}

/// Every other word that is added to a plane waits for the next one, and both are added at once: a
/// piece meets two planes on average, not as many as a carry goes through.
#[derive(Default, Clone, Copy)]
struct Plane {
    sum: u64,
    waiting: u64,
}

impl Votes {
    /// Enough for 2^32 pieces, more than a text can have here.
    const PLANES: usize = 32;

    fn add(&mut self, votes: u64) {
        let (mut carry, mut before) = (votes, self.total);
        self.total += 1;
        for plane in &mut self.planes {
            if before & 1 == 0 {
                plane.waiting = carry;
                break;
            }
            let differs = plane.sum ^ plane.waiting;
            let next = plane.sum & plane.waiting | differs & carry;
            plane.sum = differs ^ carry;
            carry = next;
            before >>= 1;
        }
    }

    /// The majority, never zero but for no votes at all.
    fn decide(&self) -> u64 {
        if self.total == 0 {
            return 0;
        }
        // What still waits is added to what is above it.
        let mut planes = [0; Self::PLANES];
        let mut carry = 0;
        let used = (u64::BITS - self.total.leading_zeros()) as usize;
        let sums = self.planes.iter().take(used).zip(&mut planes);
        for (weight, (plane, all)) in sums.enumerate() {
            let waiting = plane.waiting * (self.total >> weight & 1);
            let differs = plane.sum ^ waiting;
            *all = differs ^ carry;
            carry = plane.sum & waiting | differs & carry;
        }
        // More than half, for all counters at once: from the highest plane down, a counter is
        // above the half where it has the first bit that differs.
        let half = self.total / 2;
        let (mut above, mut equal) = (0, u64::MAX);
        for (weight, plane) in planes.iter().enumerate().take(used).rev() {
            if half >> weight & 1 == 0 {
                above |= equal & plane;
                equal &= !plane;
            } else {
                equal &= plane;
            }
        }
        above.max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_majority_decides(pieces in prop::collection::vec(any::<u64>(), 1..300)) {
            let mut votes = Votes::default();
            pieces.iter().for_each(|it| votes.add(*it));
            let of_bit = |bit: u32| pieces.iter().filter(|it| **it >> bit & 1 == 1).count();
            let is_above = |bit: &u32| of_bit(*bit) > pieces.len() / 2;
            let expect: u64 = (0..64).filter(is_above).map(|bit| 1 << bit).sum();
            prop_assert_eq!(votes.decide(), expect.max(1));
        }
    }
}
