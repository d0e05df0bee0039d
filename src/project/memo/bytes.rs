//! Values as bytes, for what one build keeps for the next.
//!
//! Nothing in them says what they are: they are read by the very program that wrote them, which the
//! key of an entry holds for, and an entry comes back whole or not at all. Reading checks all the
//! same, so that no bytes whatever lead to more than `None`.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{FileId, Span, Spanned};

/// A value that can be kept.
pub(super) trait Kept: Sized {
    fn write(&self, to: &mut Writer);
    fn read(from: &mut Reader<'_>) -> Option<Self>;
}

/// Takes values in.
///
/// Numbers of files differ from build to build. So what is written are places in a table of the
/// files that spans lie in, and the reader brings that table along.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    files: Vec<FileId>,
    known: HashMap<FileId, u64>,
}

impl Writer {
    pub(super) fn put<T: Kept>(&mut self, value: &T) {
        value.write(self);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend(text.as_bytes());
    }

    pub(super) fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    /// Seven bits a byte: most numbers are small.
    pub(super) fn number(&mut self, mut number: u64) {
        while let high @ 1.. = number >> 7 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number = high;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    fn file(&mut self, file: FileId) {
        let next = self.files.len() as u64;
        let place = *self.known.entry(file).or_insert_with(|| {
            self.files.push(file);
            next
        });
        self.number(place);
    }

    /// One without bytes yet, whose table goes on with this one's.
    pub(super) fn beside(&self) -> Self {
        Self {
            bytes: Vec::new(),
            files: self.files.clone(),
            known: self.known.clone(),
        }
    }

    /// The bytes, and the files in the order of the table.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<FileId>) {
        (self.bytes, self.files)
    }
}

/// Gives values back, in the order in which they were written.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    files: &'b [FileId],
}

impl<'b> Reader<'b> {
    /// `files` are the files of the table.
    pub(super) fn new(bytes: &'b [u8], files: &'b [FileId]) -> Self {
        Self { bytes, files }
    }

    pub(super) fn get<T: Kept>(&mut self) -> Option<T> {
        T::read(self)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = self.length()?;
        std::str::from_utf8(self.raw(length)?).ok()
    }

    /// How many of something follow: each takes a byte at least.
    pub(super) fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(self.number()?).ok()?;
        (length <= self.bytes.len()).then_some(length)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let &[byte] = self.raw(1)? else { return None };
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn raw(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Numbers, each by way of one that has room for it.
macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Kept for $number {
            fn write(&self, to: &mut Writer) {
                // None is too large: these have at most 64 bits.
                to.number(u64::try_from(*self).unwrap_or(u64::MAX));
            }

            fn read(from: &mut Reader<'_>) -> Option<Self> {
                Self::try_from(from.number()?).ok()
            }
        })*
    };
}

numbers! { u8 u16 u32 u64 usize }

impl Kept for i64 {
    fn write(&self, to: &mut Writer) {
        to.raw(&self.to_le_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let bytes = <[u8; 8]>::try_from(from.raw(8)?).ok()?;
        Some(Self::from_le_bytes(bytes))
    }
}

impl Kept for bool {
    fn write(&self, to: &mut Writer) {
        to.raw(&[u8::from(*self)]);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        match from.raw(1)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }
}

impl<const N: usize> Kept for [u8; N] {
    fn write(&self, to: &mut Writer) {
        to.raw(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Self::try_from(from.raw(N)?).ok()
    }
}

impl Kept for String {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

impl Kept for Arc<str> {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        from.text().map(Self::from)
    }
}

impl<T: Kept> Kept for Option<T> {
    fn write(&self, to: &mut Writer) {
        to.put(&self.is_some());
        if let Some(value) = self {
            to.put(value);
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.get::<bool>()? {
            true => Some(from.get()?),
            false => None,
        })
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.length(self.len());
        self.iter().for_each(|it| to.put(it));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        (0..length).map(|_| from.get()).collect()
    }
}

impl<A: Kept, B: Kept> Kept for (A, B) {
    fn write(&self, to: &mut Writer) {
        to.put(&self.0);
        to.put(&self.1);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some((from.get()?, from.get()?))
    }
}

impl Kept for Range<usize> {
    fn write(&self, to: &mut Writer) {
        to.length(self.start);
        to.length(self.end);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(from.get()?..from.get()?)
    }
}

impl Kept for Span {
    fn write(&self, to: &mut Writer) {
        to.put(&self.is_some());
        if self.is_some() {
            to.file(self.file);
            to.put(&self.range());
        }
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        if !from.get::<bool>()? {
            return Some(Self::NONE);
        }
        let place = usize::try_from(from.number()?).ok()?;
        let file = *from.files.get(place)?;
        Some(Self::new(file, from.get()?))
    }
}

impl<T: Kept> Kept for Spanned<T> {
    fn write(&self, to: &mut Writer) {
        to.put(&self.value);
        to.put(&self.span);
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::new(from.get()?, from.get()?))
    }
}

/// The value of a list that all know, by its place there.
pub(super) fn one_of<T: Copy + Eq + Hash>(all: &[T], from: &mut Reader<'_>) -> Option<T> {
    all.get(from.get::<usize>()?).copied()
}

/// The place of a value in a list that all know. One that is not in it cannot be read.
pub(super) fn put_one_of<T: Copy + Eq + Hash>(all: &[T], value: T, to: &mut Writer) {
    let place = all.iter().position(|it| *it == value);
    to.put(&place.unwrap_or(all.len()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<T: Kept + PartialEq + std::fmt::Debug>(value: &T) {
        let mut writer = Writer::default();
        writer.put(value);
        let (bytes, files) = writer.finish();
        let mut reader = Reader::new(&bytes, &files);
        assert_eq!(reader.get::<T>().as_ref(), Some(value));
        assert!(reader.is_at_end());
        for length in 0..bytes.len() {
            let torn = bytes.get(..length).unwrap_or_default();
            assert_eq!(Reader::new(torn, &files).get::<T>(), None, "{length}");
        }
    }

    #[test]
    fn what_was_written_comes_back() {
        for number in [0, 1, 127, 128, 300, u64::MAX - 1, u64::MAX] {
            check(&number);
        }
        check(&i64::MIN);
        check(&String::from("größe"));
        check(&vec![Some(1_u32), None]);
        check(&[7_u8; 32]);
        check(&Span::NONE);
        let mut sources = crate::diag::Sources::new();
        let _ = sources.add("a", "");
        let file = sources.add("b", "");
        check(&Spanned::new(String::new(), Span::new(file, 3..400)));
    }

    #[test]
    fn a_number_that_has_no_room_is_none() {
        let mut writer = Writer::default();
        writer.number(256);
        let (bytes, _) = writer.finish();
        assert_eq!(Reader::new(&bytes, &[]).get::<u8>(), None);
        assert_eq!(Reader::new(&[0xff; 12], &[]).number(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_lead_to_more_than_none(bytes: Vec<u8>) {
            let _ = Reader::new(&bytes, &[]).get::<Vec<(String, Option<Span>)>>();
            let _ = Reader::new(&bytes, &[]).get::<Vec<Vec<u64>>>();
        }

        #[test]
        fn any_text_and_number_comes_back(text: String, number: u64) {
            check(&(text, number));
        }
    }
}
