//! Sound and speech in a rendered side: Anki takes them out and puts play buttons there.

use std::borrow::Cow;

use super::{cloze::CardSide, scan::find_from, strip::decode_entities};

/// Something that a side of a card plays.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AvTag {
    /// `[sound:name]`: the file's name, entities decoded.
    Sound(String),
    /// `[anki:tts ..]text[/anki:tts]`: the options as they are written, and the text as it
    /// stands in the HTML.
    Speech {
        /// What stands behind `anki:tts`, trimmed.
        options: String,
        /// What is to be spoken.
        text: String,
    },
}

/// Takes sounds and speech out of a side: the text with `[anki:play:q:0]` in their places
/// (`a` on the answer), and what is to be played, in order.
#[must_use]
pub fn extract_av(text: &str, side: CardSide) -> (Cow<'_, str>, Vec<AvTag>) {
    let side = match side {
        CardSide::Question => 'q',
        CardSide::Answer => 'a',
    };
    let mut shown = String::new();
    let mut tags = Vec::new();
    let (mut at, mut from) = (0, 0);
    let mut speech = true;
    while let Some(start) = find_from(text, "[", from) {
        let found = sound(text, start).or_else(|| {
            if !speech || !text.get(start..)?.starts_with("[anki:tts") {
                return None;
            }
            let found = spoken(text, start);
            speech = found.is_some();
            found
        });
        let Some((tag, end)) = found else {
            from = start + 1;
            continue;
        };
        shown.push_str(text.get(at..start).unwrap_or_default());
        shown.push_str(&format!("[anki:play:{side}:{}]", tags.len()));
        tags.push(tag);
        (at, from) = (end, end);
    }
    if tags.is_empty() {
        return (Cow::Borrowed(text), tags);
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    (Cow::Owned(shown), tags)
}

fn sound(text: &str, start: usize) -> Option<(AvTag, usize)> {
    let rest = text.get(start..)?.strip_prefix("[sound:")?;
    let length = rest.find(']').filter(|&length| length > 0)?;
    let name = decode_entities(rest.get(..length)?).into_owned();
    Some((AvTag::Sound(name), start + 7 + length + 1))
}

fn spoken(text: &str, start: usize) -> Option<(AvTag, usize)> {
    let options = start + "[anki:tts".len();
    let bracket = find_from(text, "]", options)?;
    let end = find_from(text, "[/anki:tts]", bracket + 1)?;
    let options = text.get(options..bracket)?.trim().to_owned();
    let text = text.get(bracket + 1..end)?.to_owned();
    Some((AvTag::Speech { options, text }, end + "[/anki:tts]".len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons() {
        let (text, tags) = extract_av(
            "a[sound:x&amp;y.mp3] [anki:tts lang=en_US]b c[/anki:tts] [sound:] [anki:tts x]",
            CardSide::Answer,
        );
        assert_eq!(
            text,
            "a[anki:play:a:0] [anki:play:a:1] [sound:] [anki:tts x]"
        );
        let speech = AvTag::Speech {
            options: "lang=en_US".to_owned(),
            text: "b c".to_owned(),
        };
        assert_eq!(tags, [AvTag::Sound("x&y.mp3".to_owned()), speech]);
    }
}
