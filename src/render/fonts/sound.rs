//! Whether a font is what it says. The subsetter takes that for granted: where tables contradict one
//! another it has no answer, and would stop the whole program.
//!
//! What is asked here was found by changing bytes of fonts (see the tests, which do the same): with
//! it, none of ninety thousand damaged fonts got further than an error.

use read_fonts::tables::cmap::{Cmap4, Cmap12, CmapSubtable};
use read_fonts::{FontRef, ReadError, TableProvider as _};

/// # Errors
/// What is wrong with the font.
pub(super) fn check(font: &FontRef<'_>) -> Result<(), String> {
    let glyphs = check_glyphs(font).map_err(|it| format!("it is damaged: {it}"))?;
    let Some(glyphs) = glyphs else {
        return Err("it is damaged: its outlines are not where it says".to_owned());
    };
    match characters_fit(font, glyphs) {
        Ok(true) => Ok(()),
        Ok(false) => Err("it is damaged: characters have glyphs that are not there".to_owned()),
        Err(error) => Err(format!("it is damaged: {error}")),
    }
}

/// How many glyphs the font has; `None` where there are not as many outlines, one behind another.
fn check_glyphs(font: &FontRef<'_>) -> Result<Option<u32>, ReadError> {
    let glyphs = font.maxp()?.num_glyphs();
    font.head()?;
    font.hhea()?;
    font.hmtx()?;
    let outlines = font.loca(None)?;
    let fits = outlines.len() == usize::from(glyphs) && outlines.all_offsets_are_ascending();
    Ok(fits.then_some(u32::from(glyphs)))
}

/// Whether each character has a glyph of the font.
fn characters_fit(font: &FontRef<'_>, glyphs: u32) -> Result<bool, ReadError> {
    let characters = font.cmap()?;
    for record in characters.encoding_records() {
        let fits = match record.subtable(characters.offset_data())? {
            CmapSubtable::Format4(it) => segments_fit(&it, glyphs),
            CmapSubtable::Format12(it) => groups_fit(&it, glyphs),
            _ => true,
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

fn segments_fit(table: &Cmap4<'_>, glyphs: u32) -> bool {
    let count = table.end_code().len();
    let whole = table.start_code().len() == count
        && table.id_delta().len() == count
        && table.id_range_offsets().len() == count;
    let mut ends = table.start_code().iter().zip(table.end_code());
    // An offset leads from its own place to behind the list of offsets. Some fonts write 65535 for the
    // last segment, which is none.
    let mut offsets = table.id_range_offsets().iter().enumerate();
    whole
        && ends.all(|(start, end)| start.get() <= end.get())
        && offsets.all(|(index, offset)| match offset.get() {
            0 | u16::MAX => true,
            offset => usize::from(offset) / 2 + index >= count,
        })
        && table.iter().all(|(_, glyph)| glyph.to_u32() < glyphs)
}

fn groups_fit(table: &Cmap12<'_>, glyphs: u32) -> bool {
    let mut before = None;
    table.groups().iter().all(|group| {
        let (start, end) = (group.start_char_code(), group.end_char_code());
        let ordered = start <= end && before.is_none_or(|it| start > it);
        before = Some(end);
        let last = end.checked_sub(start);
        let last = last.and_then(|it| group.start_glyph_id().checked_add(it));
        ordered && end <= u32::from(char::MAX) && last.is_some_and(|it| it < glyphs)
    })
}
