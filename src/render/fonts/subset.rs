//! Cuts a font, whatever format it comes packed in.

use read_fonts::FontRef;
use read_fonts::collections::IntSet;
use read_fonts::types::{NameId, Tag};
use skera::{Plan, SubsetFlags, subset_font};
use ttf2woff2::BrotliQuality;

use super::{Characters, LARGEST, sound};

/// How hard WOFF2 is packed, of 11: the last two take ten times as long for a twentieth less.
const QUALITY: u8 = 9;

/// Behind what the entries of the cache count from; to be changed with the crates, and with what
/// they are asked for.
pub(super) const MADE_WITH: &str = "skera 0.9.0, wuff 0.2.9, ttf2woff2 0.14.1, fonts 1";

/// Tables that no browser asks for beside OpenType's own, or that would not fit what is left of the
/// font: layout of Apple's and of Graphite, signatures, bitmaps in place of outlines. `HVAR` and
/// `VVAR` say what the outlines of `gvar` say, too, and the subsetter trusts their numbers.
const DROPPED: [&[u8; 4]; 19] = [
    b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"Feat", b"Glat", b"Gloc", b"HVAR", b"JSTF", b"LTSH",
    b"PCLT", b"Silf", b"Sill", b"VVAR", b"feat", b"kern", b"kerx", b"mort", b"morx",
];

/// The font with these characters, and what they turn into, alone; in the format that it has.
///
/// # Errors
/// Why it cannot be cut.
pub(super) fn cut(font: &[u8], characters: &Characters) -> Result<Vec<u8>, String> {
    if font.len() > LARGEST {
        return Err("it is larger than 64 MB".to_owned());
    }
    match font.get(..4) {
        Some(b"wOF2") => {
            let whole = wuff::decompress_woff2(font)
                .map_err(|_| "it is a WOFF2 file that cannot be unpacked".to_owned())?;
            let made = outlines(&whole, characters)?;
            ttf2woff2::encode(&made, BrotliQuality::from(QUALITY)).map_err(|it| it.to_string())
        }
        Some(b"wOFF") => Err(
            "it is a WOFF file of the first version; its `.ttf` or `.woff2` can be cut".to_owned(),
        ),
        Some(b"ttcf") => Err("it is a collection of several fonts".to_owned()),
        _ => outlines(font, characters),
    }
}

/// The same of a font that is not packed.
fn outlines(font: &[u8], characters: &Characters) -> Result<Vec<u8>, String> {
    if font.len() > LARGEST {
        return Err("it is larger than 64 MB when it is unpacked".to_owned());
    }
    let font = FontRef::new(font).map_err(|it| format!("it is no font: {it}"))?;
    let has = |tag: &[u8; 4]| font.table_data(Tag::new(tag)).is_some();
    // What the subsetter cannot write.
    if has(b"CFF ") || has(b"CFF2") || !has(b"glyf") {
        return Err("its outlines are not those of TrueType".to_owned());
    }
    if has(b"SVG ") {
        return Err("its glyphs are drawings in SVG".to_owned());
    }
    if has(b"morx") && !has(b"GSUB") {
        return Err("its glyphs are joined by Apple's rules alone".to_owned());
    }
    sound::check(&font)?;
    let mut wanted = IntSet::<u32>::empty();
    wanted.extend(characters.iter().map(u32::from));
    let dropped: IntSet<Tag> = DROPPED.iter().map(|it| Tag::new(it)).collect();
    let mut features = all::<Tag>();
    // All alternates of all glyphs, for menus of programs.
    features.remove(Tag::new(b"aalt"));
    let plan = Plan::new(
        &IntSet::empty(),
        &wanted,
        &font,
        SubsetFlags::SUBSET_FLAGS_NOTDEF_OUTLINE,
        &dropped,
        &all::<Tag>(),
        &features,
        &all::<NameId>(),
        &all::<u16>(),
    );
    subset_font(&font, &plan).map_err(|it| format!("its tables do not fit one another: {it}"))
}

fn all<T: read_fonts::collections::int_set::Domain>() -> IntSet<T> {
    let mut set = IntSet::empty();
    set.invert();
    set
}
