//! Fonts that were made for these tests (`tests/fonts/make.py`), cut, and damaged ones.

use read_fonts::types::GlyphId;
use read_fonts::{FontRef, TableProvider};

use super::*;

const TRUETYPE: &[u8] = include_bytes!("../../../tests/fonts/tiny.ttf");
const PACKED: &[u8] = include_bytes!("../../../tests/fonts/tiny.woff2");
const POSTSCRIPT: &[u8] = include_bytes!("../../../tests/fonts/tiny.otf");

fn characters(text: &str) -> Characters {
    let mut characters = Characters::default();
    characters.read(text);
    characters
}

fn cut_to(font: &[u8], text: &str) -> Result<Vec<u8>, String> {
    cut(font, &characters(text), &Cache::none())
}

/// Which of these characters a font has, and how many glyphs.
fn held(font: &[u8], text: &str) -> (String, u16) {
    let font = FontRef::new(font).unwrap();
    // A font without characters has no table of them.
    let known = font.cmap().ok();
    let glyph = |it: char| known.as_ref()?.map_codepoint(it);
    let has = |it: &char| glyph(*it).is_some_and(|it| it.to_u32() > 0);
    let glyphs = font.maxp().unwrap().num_glyphs();
    (text.chars().filter(has).collect(), glyphs)
}

#[test]
fn what_is_asked_for_stays() {
    let all = "abcXYZ09日本語人";
    let check = |text: &str, expect: &str, glyphs: u16| {
        let made = cut_to(TRUETYPE, text).unwrap();
        assert_eq!(held(&made, all), (expect.to_owned(), glyphs), "{text}");
        assert!(made.len() < TRUETYPE.len());
        assert_eq!(cut_to(TRUETYPE, text).unwrap(), made);
    };
    // The glyph of what is missing is always there.
    check("", "", 1);
    check("é", "", 1);
    check("b日", "b日", 3);
    // The small capital of `a`, and the ligature of `f` and `i`.
    check("a", "a", 3);
    check("f", "", 2);
    check("fi", "", 4);
}

#[test]
fn rules_and_axes_stay() {
    let made = cut_to(TRUETYPE, "fiXYZ日").unwrap();
    let font = FontRef::new(&made).unwrap();
    let axes = font.fvar().unwrap();
    assert_eq!(axes.axes().unwrap().len(), 1);
    let rules = font.gsub().unwrap();
    assert_eq!(rules.feature_list().unwrap().feature_records().len(), 1);
    let bolder = font.gvar().unwrap();
    let moved = bolder.glyph_variation_data(GlyphId::new(1)).unwrap();
    assert!(moved.is_some());
}

#[test]
fn packed_fonts_are_packed_again() {
    let made = cut_to(PACKED, "fi日").unwrap();
    assert!(made.starts_with(b"wOF2") && made.len() < PACKED.len());
    let unpacked = wuff::decompress_woff2(&made).unwrap();
    assert_eq!(held(&unpacked, "fi日a").0, "fi日");
    assert_eq!(cut_to(PACKED, "fi日").unwrap(), made);
}

#[test]
fn what_cannot_be_cut_is_told() {
    let check = |font: &[u8], expect: &str| {
        assert_eq!(cut_to(font, "a").unwrap_err(), expect);
    };
    check(POSTSCRIPT, "its outlines are not those of TrueType");
    check(b"ttcf", "it is a collection of several fonts");
    check(
        b"wOFF",
        "it is a WOFF file of the first version; its `.ttf` or `.woff2` can be cut",
    );
    check(b"wOF2", "it is a WOFF2 file that cannot be unpacked");
    for font in [&b""[..], b"font", b"\0\x01\0\0\0\xff"] {
        let why = cut_to(font, "a").unwrap_err();
        assert!(why.starts_with("it is no font: "), "{why}");
    }
}

#[test]
fn what_was_cut_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::of(folder.path());
    let wanted = characters("fi日");
    let first = cut(TRUETYPE, &wanted, &cache).unwrap();
    assert_eq!(cut(TRUETYPE, &wanted, &cache).unwrap(), first);
    let other = cut(TRUETYPE, &characters("fi"), &cache).unwrap();
    assert_ne!(other, first);
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

#[test]
fn damaged_fonts_do_no_harm() {
    let wanted = characters("abfi日本 09");
    let mut numbers = Numbers(88_172_645_463_325_252);
    let (mut cut_all, mut refused) = (0, 0);
    for font in [TRUETYPE, PACKED] {
        for length in (0..font.len()).step_by(23) {
            let _ = cut(&font[..length], &wanted, &Cache::none());
        }
        // Packed fonts show the least of what is behind them.
        let rounds = if font == PACKED { 60 } else { 800 };
        for _ in 0..rounds {
            let mut damaged = font.to_vec();
            for _ in 0..=numbers.below(8) {
                let at = numbers.below(damaged.len());
                damaged[at] = match numbers.below(3) {
                    0 => damaged[at] ^ (1 << numbers.below(8)),
                    1 => [0, 1, 0x7F, 0x80, 0xFF][numbers.below(5)],
                    _ => u8::try_from(numbers.below(256)).unwrap(),
                };
            }
            match cut(&damaged, &wanted, &Cache::none()) {
                Ok(_) => cut_all += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(cut_all > 50 && refused > 50, "{cut_all} {refused}");
}
