//! Whether a sound or film ends before it should: by the lengths that it says itself.
//!
//! Nothing is decoded. A file is seen once from its first byte to its last, piece by piece as it is
//! hashed, and what is kept of it is the header of one piece, or the last page that an Ogg can have.
//! What has no lengths, or lengths that were never filled in, is taken to be whole.

use super::container::{self, Container};

/// How a file says that there should be more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EarlyEnd {
    /// It says that it has at least so many bytes.
    Shorter(u64),
    /// Its last piece, a frame or page, is not whole.
    Piece,
    /// Its last page does not say that it is the last one.
    NoLastPage,
    /// The index without which an MP4 cannot be played is missing.
    NoIndex,
}

/// Follows a file to its end.
pub(super) struct Ending(Kind);

enum Kind {
    /// It says at its beginning how long it is.
    Said(u64),
    Boxes(Walk, Boxes),
    Frames(Walk, Frames),
    Flac(Walk, Flac),
    Ogg(Vec<u8>),
}

/// More than the longest page of an Ogg, in bytes.
const PAGE: usize = 27 + 255 + 255 * 255;
/// Lengths from here on stand for one that nobody filled in: no sound is as long.
const UNKNOWN: u32 = 0x7fff_0000;

impl Ending {
    /// For a file that begins with `head`; `None` for what says nothing of its length.
    pub(super) fn of(container: Option<Container>, head: &[u8]) -> Option<Self> {
        use Container::{
            Aac, Aiff, Avi, Avif, Flac as FlacFile, Heic, M4a, Mp3, Mp4, QuickTime, Wav,
        };
        let tag = container::id3_length(head).unwrap_or_default() as u64;
        let frames = |frame: fn(&[u8]) -> Option<usize>, header: usize| {
            Kind::Frames(Walk::new(tag, header), Frames::new(frame))
        };
        Some(Self(match container? {
            Wav => Kind::Said(wave(head)?),
            Avi => Kind::Said(8 + length(head, 4, u32::from_le_bytes)?),
            Aiff => Kind::Said(8 + length(head, 4, u32::from_be_bytes)?),
            Mp4 | M4a | QuickTime => Kind::Boxes(Walk::new(0, 8), Boxes::new(true)),
            Avif | Heic => Kind::Boxes(Walk::new(0, 8), Boxes::new(false)),
            Mp3 => frames(container::mp3_frame, MP3_HEADER),
            Aac => frames(container::adts_frame, ADTS_HEADER),
            FlacFile => Kind::Flac(Walk::new(tag, 4), Flac::default()),
            it if it.is_ogg() => Kind::Ogg(Vec::new()),
            _ => return None,
        }))
    }

    /// Takes the next bytes of the file, from its first one on.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Kind::Said(_) => {}
            Kind::Boxes(walk, boxes) => walk.update(bytes, |header| boxes.step(header)),
            Kind::Frames(walk, frames) => walk.update(bytes, |header| frames.step(header)),
            Kind::Flac(walk, flac) => walk.update(bytes, |header| flac.step(header)),
            Kind::Ogg(tail) => {
                if bytes.len() > 2 * PAGE {
                    tail.clear();
                }
                let bytes = bytes.get(bytes.len().saturating_sub(2 * PAGE)..);
                tail.extend_from_slice(bytes.unwrap_or_default());
                if tail.len() > 4 * PAGE {
                    tail.drain(..tail.len() - 2 * PAGE);
                }
            }
        }
    }

    /// What there is to say of a file of `size` bytes, all of which were seen.
    pub(super) fn finish(self, size: u64) -> Option<EarlyEnd> {
        let shorter = |said: u64| (said > size).then_some(EarlyEnd::Shorter(said));
        match self.0 {
            Kind::Said(said) => shorter(said),
            Kind::Boxes(walk, boxes) => {
                let lacks_index = boxes.needs_index && boxes.has_data && !boxes.has_index;
                shorter(walk.start)
                    .filter(|_| !walk.is_over)
                    .or_else(|| lacks_index.then_some(EarlyEnd::NoIndex))
            }
            Kind::Frames(walk, frames) => match frames.said {
                Some(said) => shorter(walk.start + said),
                None => (!walk.is_over && walk.start > size).then_some(EarlyEnd::Piece),
            },
            Kind::Flac(walk, flac) => shorter(walk.start + flac.least),
            Kind::Ogg(tail) => last_page(&tail),
        }
    }
}

/// What comes behind the header of a piece.
enum Step {
    /// The header has this many bytes.
    Longer(usize),
    /// The next piece begins so many bytes behind the start of this one.
    Next(u64),
    /// No more pieces, or none that can be told.
    Over,
}

/// Goes from piece to piece, and looks at their headers alone.
struct Walk {
    /// How many bytes went by.
    seen: u64,
    /// Where the piece begins.
    start: u64,
    header: Vec<u8>,
    wanted: usize,
    /// How many bytes of a header say how long the piece is.
    shortest: usize,
    is_over: bool,
}

impl Walk {
    fn new(start: u64, header: usize) -> Self {
        Self {
            seen: 0,
            start,
            header: Vec::new(),
            wanted: header,
            shortest: header,
            is_over: false,
        }
    }

    fn update(&mut self, mut bytes: &[u8], mut step: impl FnMut(&[u8]) -> Step) {
        while !self.is_over {
            let next = self.start + self.header.len() as u64;
            let skipped = next.saturating_sub(self.seen);
            let rest = usize::try_from(skipped).ok().and_then(|it| bytes.get(it..));
            let Some(rest) = rest.filter(|it| !it.is_empty()) else {
                break;
            };
            let take = (self.wanted - self.header.len()).min(rest.len());
            let (taken, rest) = rest.split_at(take);
            self.header.extend_from_slice(taken);
            self.seen += skipped + take as u64;
            bytes = rest;
            if self.header.len() < self.wanted {
                break;
            }
            match step(&self.header) {
                Step::Longer(wanted) if wanted > self.wanted => self.wanted = wanted,
                // Whoever is shorter than what was read of it is no piece.
                Step::Next(length) if length >= self.header.len() as u64 => {
                    self.start = self.start.saturating_add(length);
                    self.header.clear();
                    self.wanted = self.shortest;
                }
                _ => self.is_over = true,
            }
        }
        self.seen += bytes.len() as u64;
    }
}

/// The boxes of an MP4.
struct Boxes {
    needs_index: bool,
    has_index: bool,
    has_data: bool,
}

impl Boxes {
    fn new(needs_index: bool) -> Self {
        Self {
            needs_index,
            has_index: false,
            has_data: false,
        }
    }

    fn step(&mut self, header: &[u8]) -> Step {
        let (Some(length), Some(name)) = (number(header, 0), header.get(4..8)) else {
            return Step::Over;
        };
        // Behind the last box anything may stand.
        if !name
            .iter()
            .all(|it| it.is_ascii_alphanumeric() || *it == b' ')
        {
            return Step::Over;
        }
        self.has_index |= name == b"moov";
        self.has_data |= name == b"mdat";
        match (length, header.get(8..)) {
            // It goes on to the end of the file.
            (0, _) => Step::Over,
            (1, Some([])) => Step::Longer(16),
            (1, Some(long)) => long
                .try_into()
                .map_or(Step::Over, |it| Step::Next(u64::from_be_bytes(it))),
            (length, _) => Step::Next(length.into()),
        }
    }
}

/// So much of an MP3 frame holds its length.
const MP3_HEADER: usize = 4;
/// So much of an ADTS frame does.
const ADTS_HEADER: usize = 6;
/// So much of the first MP3 frame holds what an encoder says of the whole.
const SUMMARY: usize = 60;

/// The frames of an MP3, or of AAC in its own stream.
struct Frames {
    frame: fn(&[u8]) -> Option<usize>,
    /// How many bytes there are from the first frame on, where it says that.
    said: Option<u64>,
    is_begun: bool,
}

impl Frames {
    fn new(frame: fn(&[u8]) -> Option<usize>) -> Self {
        Self {
            frame,
            said: None,
            is_begun: false,
        }
    }

    fn step(&mut self, header: &[u8]) -> Step {
        let Some(length) = (self.frame)(header) else {
            return Step::Over;
        };
        // Only the first frame can hold a summary.
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        if is_first && header.len() == MP3_HEADER && length >= SUMMARY {
            return Step::Longer(SUMMARY);
        }
        if header.len() == SUMMARY {
            self.said = summary(header);
            if self.said.is_some() {
                return Step::Over;
            }
        }
        Step::Next(length as u64)
    }
}

/// How many bytes the summary of an encoder (`Xing`, `Info`) says that there are.
fn summary(frame: &[u8]) -> Option<u64> {
    let named = |it: &[u8]| it == b"Xing" || it == b"Info";
    let at = frame.windows(4).position(named)?;
    let flags = number(frame, at + 4)?;
    let has_frames = flags & 1 != 0;
    let has_bytes = flags & 2 != 0;
    let at = at + 8 + if has_frames { 4 } else { 0 };
    number(frame, at)
        .filter(|it| has_bytes && (1..UNKNOWN).contains(it))
        .map(u64::from)
}

/// The metadata of a FLAC.
#[derive(Default)]
struct Flac {
    is_begun: bool,
    /// The fewest bytes that its sound takes.
    least: u64,
    /// The same, until it is certain where the sound begins.
    sound: u64,
    is_last: bool,
}

impl Flac {
    fn step(&mut self, header: &[u8]) -> Step {
        const STREAM: usize = 4 + 34;
        if self.is_last {
            self.least = self.sound;
            return Step::Over;
        }
        if !self.is_begun {
            self.is_begun = true;
            return Step::Next(4);
        }
        let Some(head) = number(header, 0) else {
            return Step::Over;
        };
        let (is_last, kind, length) = (head >> 31 == 1, head >> 24 & 0x7f, head & 0xff_ffff);
        if kind == 0 && length == 34 && header.len() < STREAM {
            return Step::Longer(STREAM);
        }
        if header.len() == STREAM {
            self.sound = least_sound(header).unwrap_or_default();
        }
        self.is_last = is_last;
        if is_last {
            self.least = self.sound;
        }
        Step::Next(4 + u64::from(length))
    }
}

/// The fewest bytes of sound behind this description of a stream; 0 where it says nothing of that.
fn least_sound(block: &[u8]) -> Option<u64> {
    let longest_block = number(block, 4)? & 0xffff;
    let shortest_frame = number(block, 8)? >> 8;
    let (high, low) = (number(block, 14)?, number(block, 18)?);
    let samples = u64::from(high & 0xf) << 32 | u64::from(low);
    let frames = samples.checked_div(longest_block.into())?;
    Some(frames.saturating_mul(shortest_frame.into()))
}

/// What the last page of an Ogg says, by the end of the file.
fn last_page(tail: &[u8]) -> Option<EarlyEnd> {
    let mut at = 0;
    let mut found = None;
    while let Some(rest) = tail.get(at..) {
        let begins = |it: &[u8]| it == b"OggS\0";
        let Some(skipped) = rest.windows(5).position(begins) else {
            break;
        };
        let page = rest.get(skipped..).unwrap_or_default();
        let flags = page.get(5).copied().unwrap_or_default();
        let segments = page.get(26).copied().map_or(0, usize::from);
        let table = page.get(27..27 + segments);
        let body = table.map(|it| it.iter().map(|it| usize::from(*it)).sum::<usize>());
        let length = body.map(|it| 27 + segments + it);
        let Some(length) = length.filter(|it| *it <= page.len()) else {
            return Some(EarlyEnd::Piece);
        };
        found = (flags & 4 == 0).then_some(EarlyEnd::NoLastPage);
        at += skipped + length;
    }
    found
}

/// The length of a RIFF with sound in it: by its `data`, which is what is played, else by its head.
fn wave(head: &[u8]) -> Option<u64> {
    let mut at = 12_usize;
    loop {
        let Some(size) = length(head, at + 4, u32::from_le_bytes) else {
            return Some(8 + length(head, 4, u32::from_le_bytes)?);
        };
        let end = (at as u64 + 8).saturating_add(size);
        if head.get(at..).is_some_and(|it| it.starts_with(b"data")) {
            return Some(end);
        }
        // Chunks begin at even places.
        at = usize::try_from(end + end % 2).ok()?;
    }
}

/// A length of four bytes; `None` where nobody filled it in.
fn length(bytes: &[u8], at: usize, read: fn([u8; 4]) -> u32) -> Option<u64> {
    let found = read(*bytes.get(at..)?.first_chunk()?);
    (1..UNKNOWN).contains(&found).then_some(found.into())
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::container::container_of;
    use super::*;

    /// What is found in a file that comes in pieces of each of some lengths.
    fn found(bytes: &[u8]) -> Option<EarlyEnd> {
        let all = [1, 7, 4096].map(|piece| {
            let mut ending = Ending::of(container_of(bytes), bytes)?;
            bytes.chunks(piece).for_each(|it| ending.update(it));
            ending.finish(bytes.len() as u64)
        });
        assert!(all.iter().all(|it| *it == all[0]), "{all:?}");
        all[0]
    }

    /// The file is whole; cut off at any length from `from` on, it says so.
    fn check(name: &str, bytes: &[u8], from: usize, expect: impl Fn(usize) -> EarlyEnd) {
        assert_eq!(found(bytes), None, "{name}");
        for length in from..bytes.len() {
            assert_eq!(
                found(&bytes[..length]),
                Some(expect(length)),
                "{name} at {length}"
            );
        }
    }

    fn wav(riff: u32, data: u32) -> Vec<u8> {
        let mut bytes = [
            b"RIFF".as_slice(),
            &riff.to_le_bytes(),
            b"WAVEfmt \x10\0\0\0",
        ]
        .concat();
        bytes.extend([0; 16]);
        bytes.extend([b"data".as_slice(), &data.to_le_bytes(), &[7; 20]].concat());
        bytes
    }

    /// A frame of 64 kbit/s at 22.05 kHz.
    fn mp3() -> Vec<u8> {
        let mut frame = vec![0; 208];
        frame[..4].copy_from_slice(b"\xff\xf3\x80\xc4");
        frame
    }

    fn with_summary(bytes: u32) -> Vec<u8> {
        let mut frame = mp3();
        frame[13..17].copy_from_slice(b"Info");
        frame[17..21].copy_from_slice(&3_u32.to_be_bytes());
        frame[25..29].copy_from_slice(&bytes.to_be_bytes());
        frame
    }

    fn page(flags: u8, body: &[u8]) -> Vec<u8> {
        let mut page = [b"OggS\0".as_slice(), &[flags], &[0; 20], &[1]].concat();
        page.push(u8::try_from(body.len()).unwrap());
        page.extend(body);
        page
    }

    fn part(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(8 + body.len()).unwrap();
        [&length.to_be_bytes(), name.as_slice(), body].concat()
    }

    fn flac(samples: u32) -> Vec<u8> {
        let mut stream = vec![0; 34];
        stream[..4].copy_from_slice(&[0x10, 0, 0x10, 0]);
        stream[4..7].copy_from_slice(&[0, 0, 14]);
        stream[14..18].copy_from_slice(&samples.to_be_bytes());
        let head = b"fLaC\0\0\0\x22";
        [head.as_slice(), &stream, b"\x84\0\0\x03abc"].concat()
    }

    #[test]
    fn a_file_is_whole_or_says_how_it_is_not() {
        let shorter = |said: u64| move |_: usize| EarlyEnd::Shorter(said);
        check("wav", &wav(56, 20), 44, shorter(64));
        check("wav by its head", &wav(28, 20)[..36], 12, shorter(36));
        // A wrong head over the right data, and lengths that were never filled in.
        for (riff, data) in [(99, 20), (u32::MAX, u32::MAX), (0, 0)] {
            assert_eq!(found(&wav(riff, data)), None, "{riff} {data}");
        }
        let aiff = [b"FORM\0\0\0\x0cAIFF".as_slice(), &[0; 8]].concat();
        check("aiff", &aiff, 12, shorter(20));

        check("mp3", &mp3().repeat(3), 2 * 208 + 4, |_| EarlyEnd::Piece);
        let tagged = [b"ID3\x04\0\0\0\0\0\x02ab".as_slice(), &mp3().repeat(2)].concat();
        check("mp3 behind a tag", &tagged, 208 + 12 + 4, |_| {
            EarlyEnd::Piece
        });
        // A tag at the end is no frame.
        assert_eq!(found(&[mp3().repeat(2), b"TAGxx".to_vec()].concat()), None);
        let summed = [with_summary(624), mp3().repeat(2)].concat();
        check("mp3 with a summary", &summed, 208 + 4, shorter(624));
        let aac = b"\xff\xf1\x50\x80\x01\x1f\xfc\x00".repeat(2);
        check("aac", &aac, 8 + 6, |_| EarlyEnd::Piece);

        let ogg = [page(2, b"\x01vorbis"), page(0, b"x"), page(4, b"end")].concat();
        let starts = [0, 35, 64];
        check("ogg", &ogg, 35, move |length| {
            let is_start = |it: &usize| (*it..*it + 5).contains(&length);
            if starts.iter().any(is_start) {
                EarlyEnd::NoLastPage
            } else {
                EarlyEnd::Piece
            }
        });

        let ftyp = part(b"ftyp", b"M4A \0\0\0\0");
        let mp4 = [
            ftyp.clone(),
            part(b"moov", &[0; 9]),
            part(b"mdat", &[0; 30]),
        ]
        .concat();
        check("mp4", &mp4, 16 + 17 + 8, shorter(16 + 17 + 38));
        let streamed = [ftyp.as_slice(), b"\0\0\0\0mdat"].concat();
        assert_eq!(found(&streamed), Some(EarlyEnd::NoIndex));
        let long = [ftyp.as_slice(), b"\0\0\0\x01moov\0\0\0\0\0\0\0\x14abcd"].concat();
        check("mp4 with a long box", &long, 16 + 16, shorter(36));
        let avif = [part(b"ftyp", b"avif\0\0\0\0"), part(b"mdat", b"pixels")].concat();
        check("avif", &avif, 16 + 8, shorter(30));

        // 4 whole blocks of 4096 samples in frames of 14 bytes or more.
        let sound = [flac(4 * 4096 + 1), vec![0; 56]].concat();
        check("flac", &sound, 46, shorter(49 + 56));
        assert_eq!(found(&flac(0)), None);
    }

    #[test]
    fn the_end_of_a_long_ogg_is_seen() {
        let body = page(0, &[0x5a; 255]);
        let mut ogg = page(2, b"\x01vorbis");
        ogg.extend(body.repeat(3000));
        let last = page(4, b"end");
        let whole = [ogg.as_slice(), &last].concat();
        assert_eq!(found(&whole), None);
        assert_eq!(found(&ogg), Some(EarlyEnd::NoLastPage));
        assert_eq!(found(&ogg[..ogg.len() - 9]), Some(EarlyEnd::Piece));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), beginning in 0_usize..8) {
            let beginnings: [&[u8]; 8] = [
                b"RIFF\x10\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80\x01\x1f\xfc",
                b"fLaC\0\0\0\x22", b"OggS\0\x02", b"\0\0\0\x18ftypM4A ", b"ID3\x04\0\0\0\0\0\x02abfLaC",
            ];
            let _ = found(&[beginnings[beginning], &bytes].concat());
        }
    }
}
