//! Fonts cut down to the characters that cards show: a font of Chinese has megabytes, a deck uses a
//! hundredth of it.
//!
//! What is kept beside the characters themselves: the glyphs that they turn into (ligatures,
//! contextual forms, marks), all variation axes, hinting. A font that cannot be cut is shipped as it
//! is, and that is told.

mod characters;
#[cfg(feature = "fonts")]
mod sound;
#[cfg(feature = "fonts")]
mod subset;

pub(crate) use characters::Characters;

use super::media::extension;
use crate::files::Cache;

/// Fonts are at most this large, in bytes, also when they are unpacked.
#[cfg(feature = "fonts")]
const LARGEST: usize = 64 << 20;

/// Whether a file of this name is a font.
pub(crate) fn is_font(name: &str) -> bool {
    ["ttf", "otf", "ttc", "otc", "woff", "woff2", "eot"]
        .iter()
        .any(|it| extension(name).eq_ignore_ascii_case(it))
}

/// The font with these characters alone, in the format that it has; from the cache where an earlier
/// build made it.
///
/// # Errors
/// Why it cannot be cut, in the grammar of diagnostics.
#[cfg(feature = "fonts")]
pub(super) fn cut(font: &[u8], characters: &Characters, cache: &Cache) -> Result<Vec<u8>, String> {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(subset::MADE_WITH.as_bytes())
        .update(blake3::hash(font).as_bytes());
    for character in characters.iter() {
        hasher.update(&u32::from(character).to_le_bytes());
    }
    let key = hasher.finalize().into();
    if let Some(known) = cache.get("font", &key) {
        return Ok(known);
    }
    let mut made = subset::cut(font, characters)?;
    // Of a small font that is packed well, or is used as a whole, there is nothing to gain.
    if made.len() >= font.len() {
        made = font.to_vec();
    }
    cache.put("font", &key, &made);
    Ok(made)
}

/// Nothing is cut in a build without the feature `fonts`.
#[cfg(not(feature = "fonts"))]
pub(super) fn cut(
    _font: &[u8],
    _characters: &Characters,
    _cache: &Cache,
) -> Result<Vec<u8>, String> {
    Err("this deckle was built without the feature `fonts`".to_owned())
}

#[cfg(test)]
#[cfg(feature = "fonts")]
mod tests;
