//! What the lock keeps of a note's text, so that an edited note is found again: two hashes that
//! come out alike for texts that are alike.
//!
//! They are `SimHashes` (Charikar 2002): each piece of the text votes on each of 64 bits, and the
//! majority decides. Texts that share most pieces agree in most bits, and two that share none
//! differ in about 32. The first field has one and all others together have one, since an edit
//! mostly leaves one of the two alone, and that it did is the best sign there is.

/// The hashes of a note's text.
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

    /// The sketch of a note, given the texts of its first and of its other fields.
    #[must_use]
    pub fn new<'a>(
        first: impl Iterator<Item = &'a str>,
        rest: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self {
            first: similarity_hash(first),
            rest: similarity_hash(rest),
        }
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

/// How far two hashes are apart; `None` where both texts are empty, which says nothing.
fn difference(one: u64, other: u64) -> Option<u32> {
    match (one, other) {
        (0, 0) => None,
        (0, _) | (_, 0) => Some(UNRELATED),
        _ => Some((one ^ other).count_ones().min(UNRELATED)),
    }
}

/// The hash of a text given in parts. Letter case, white space and the bounds between the parts
/// make no difference.
fn similarity_hash<'a>(parts: impl Iterator<Item = &'a str>) -> u64 {
    let mut votes = Votes::default();
    let mut window = [' '; PIECE];
    let mut push = |character: char| {
        let last = window[PIECE - 1];
        if character == ' ' && last == ' ' {
            return;
        }
        window.rotate_left(1);
        window[PIECE - 1] = character;
        votes.add(piece_hash(&window));
    };
    for part in parts {
        for character in part.chars() {
            if character.is_whitespace() {
                push(' ');
            } else if character.is_ascii() {
                push(character.to_ascii_lowercase());
            } else {
                character.to_lowercase().for_each(&mut push);
            }
        }
        push(' ');
    }
    votes.decide()
}

/// How many characters a piece has.
const PIECE: usize = 3;

/// FNV-1a over the characters, then the finisher of `SplitMix64`, since each bit of it is a vote.
fn piece_hash(piece: &[char]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for character in piece {
        hash = (hash ^ u64::from(u32::from(*character))).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// The votes on 64 bits.
///
/// Counted in bit planes: `planes[0]` holds the lowest bit of all 64 counters and so on, so that
/// a piece is added to all of them with a few operations on whole words. A note has hundreds of
/// pieces and a project 100,000 notes.
struct Votes {
    planes: [u64; Self::PLANES],
    total: u64,
}

impl Default for Votes {
    fn default() -> Self {
        Self {
            planes: [0; Self::PLANES],
            total: 0,
        }
    }
}

impl Votes {
    /// Enough for 2^32 pieces, more than a text can have here.
    const PLANES: usize = 32;

    fn add(&mut self, votes: u64) {
        self.total += 1;
        let mut carry = votes;
        for plane in &mut self.planes {
            let next = *plane & carry;
            *plane ^= carry;
            carry = next;
            if carry == 0 {
                break;
            }
        }
    }

    /// The majority, never zero but for no votes at all.
    fn decide(&self) -> u64 {
        if self.total == 0 {
            return 0;
        }
        let count = |bit: usize| {
            let digit = |(weight, plane): (usize, &u64)| (plane >> bit & 1) << weight;
            self.planes.iter().enumerate().map(digit).sum::<u64>()
        };
        let hash = (0..64).fold(0, |hash, bit| {
            hash | u64::from(2 * count(bit) > self.total) << bit
        });
        hash.max(1)
    }
}
