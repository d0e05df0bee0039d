//! `deckle.media`: what was fetched from the network or made by a program, and lies in the project
//! since then.
//!
//! A line a file, with tabs between its parts, sorted, so that a change touches its own lines. It
//! says where a file came from, and by its hash that it is still the one that came from there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The name of the list, in the root of a project.
pub const PINS: &str = "deckle.media";

const FIRST_LINE: &str = "deckle-media 1";
const REMARK: &str = "# What `deckle fetch` and `deckle audio` wrote; commit it with these files.";

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a line of the list, part by part"
)]
pub struct FetchedFile {
    /// Its path in the project.
    pub path: String,
    /// The BLAKE3 hash of its content, in hexadecimal.
    pub hash: String,
    /// How many bytes it has.
    pub size: u64,
}

/// A sound that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a line of the list, part by part"
)]
pub struct MadeFile {
    /// The BLAKE3 hash of its content, in hexadecimal. A file with another one was put in its
    /// place by somebody.
    pub hash: String,
    /// The voice.
    pub voice: String,
    /// What the programs call their version.
    pub version: String,
    /// What is spoken.
    pub text: String,
}

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the two kinds of lines there are"
)]
pub struct Pins {
    /// Files that were fetched, by their addresses.
    pub fetched: BTreeMap<String, FetchedFile>,
    /// Sounds that were made, by their paths.
    pub made: BTreeMap<String, MadeFile>,
}

/// A line that cannot be read: its number from 0, and what is wrong with it.
pub type BadLine = (usize, &'static str);

impl Pins {
    /// Reads the list, and what of it cannot be read. Of two lines for one file, which a merge may
    /// leave, the later counts.
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<BadLine>) {
        let mut pins = Self::default();
        let mut bad = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if index == 0 {
                if line.trim_end() != FIRST_LINE {
                    return (pins, vec![(0, "the first line is not `deckle-media 1`")]);
                }
                continue;
            }
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(problem) = pins.take(line) {
                bad.push((index, problem));
            }
        }
        (pins, bad)
    }

    fn take(&mut self, line: &str) -> Result<(), &'static str> {
        const PARTS: &str = "the line has too few or too many parts";
        let mut parts = line.split('\t');
        let kind = parts.next().unwrap_or_default();
        let parts: Option<Vec<String>> = parts.map(unescape).collect();
        let parts = parts.ok_or("`%` is not followed by two hexadecimal digits")?;
        let checked = |hash: &str| {
            let is_hash = hash.len() == 64 && hash.bytes().all(|it| it.is_ascii_hexdigit());
            is_hash.then(|| hash.to_owned())
        };
        const HASH: &str = "the hash is not one of 64 hexadecimal digits";
        match (kind, parts.as_slice()) {
            ("fetched", [path, hash, size, address]) => {
                let file = FetchedFile {
                    path: path.clone(),
                    hash: checked(hash).ok_or(HASH)?,
                    size: size.parse().map_err(|_| "the size is not a number")?,
                };
                self.fetched.insert(address.clone(), file);
            }
            ("made", [path, hash, voice, version, text]) => {
                let file = MadeFile {
                    hash: checked(hash).ok_or(HASH)?,
                    voice: voice.clone(),
                    version: version.clone(),
                    text: text.clone(),
                };
                self.made.insert(path.clone(), file);
            }
            ("fetched" | "made", _) => return Err(PARTS),
            _ => return Err("a line begins with `fetched` or `made`"),
        }
        Ok(())
    }

    /// The list as text; the same for the same content.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n{REMARK}\n");
        let mut line = |kind: &str, parts: &[&str]| {
            text.push_str(kind);
            for part in parts {
                text.push('\t');
                escape(part, &mut text);
            }
            text.push('\n');
        };
        for (address, it) in &self.fetched {
            let size = it.size.to_string();
            line("fetched", &[&it.path, &it.hash, &size, address]);
        }
        for (path, it) in &self.made {
            line("made", &[path, &it.hash, &it.voice, &it.version, &it.text]);
        }
        text
    }

    /// Whether nothing stands in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fetched.is_empty() && self.made.is_empty()
    }
}

fn escape(part: &str, text: &mut String) {
    for character in part.chars() {
        if character.is_control() || matches!(character, '%' | '\u{2028}' | '\u{2029}') {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let written = write!(text, "%{byte:02X}");
                debug_assert!(written.is_ok(), "writing to a string can't fail");
            }
        } else {
            text.push(character);
        }
    }
}

fn unescape(part: &str) -> Option<String> {
    if !part.contains('%') {
        return Some(part.to_owned());
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |it: Option<u8>| char::from(it?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_by_its_line() {
        let hash = "ab".repeat(32);
        let check = |line: &str, expect: Option<&str>| {
            let (_, bad) = Pins::read(&format!("{FIRST_LINE}\n{line}\n"));
            let told = bad.first().map(|(index, text)| {
                assert_eq!(*index, 1);
                *text
            });
            assert_eq!(told.is_some(), expect.is_some(), "{line}: {told:?}");
            assert!(
                told.unwrap_or_default()
                    .contains(expect.unwrap_or_default())
            );
        };
        check(
            &format!("fetched\ta.png\t{hash}\t12\thttps://x.org/a"),
            None,
        );
        check(&format!("made\ta.mp3\t{hash}\tes\t\thola"), None);
        check("", None);
        check("# remark", None);
        check(
            &format!("fetched\ta.png\t{hash}\tmany\thttps://x.org/a"),
            Some("size"),
        );
        check("fetched\ta.png\tabc\t1\thttps://x.org/a", Some("hash"));
        check(&format!("made\ta.mp3\t{hash}"), Some("parts"));
        check("<<<<<<< HEAD", Some("begins with"));
        check(&format!("made\ta%zz\t{hash}\tes\t\thola"), Some("%"));
        assert_eq!(Pins::read("deckle-media 2\n").1.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text: String) {
            let _ = Pins::read(&format!("{FIRST_LINE}\n{text}"));
        }

        #[test]
        fn what_is_written_is_read_again(
            path: String, voice: String, version: String, text: String, address: String
        ) {
            let hash = "0f".repeat(32);
            let mut pins = Pins::default();
            let fetched = FetchedFile { path: path.clone(), hash: hash.clone(), size: 7 };
            pins.fetched.insert(address, fetched);
            pins.made.insert(path, MadeFile { hash, voice, version, text });
            let (read, bad) = Pins::read(&pins.text());
            prop_assert_eq!(bad, Vec::new());
            prop_assert_eq!(read, pins);
        }
    }
}
