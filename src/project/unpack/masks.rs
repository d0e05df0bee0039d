//! Masks on pictures, from the text that Anki keeps them in back to what an author would write.
//!
//! Only what deckle has words for is read; whether a build makes the same text of it is for rendering
//! to say (`fields`). A mask keeps the number of its card, and has no label: Anki knows none.

use crate::diag::{Span, Spanned};
use crate::model::NoteType;
use crate::model::written::{
    Length, MaskMode, MaskShape, OcclusionFields, WrittenMask, WrittenMasks,
};
use crate::source::masks::KEYS;

/// Which field of the notes of a type holds masks; `None` where there is none, and where a field
/// has a name that would be taken for something else.
pub(super) fn field_of(note_type: &NoteType) -> Option<usize> {
    let clashes = |name: &str| KEYS.iter().any(|it| it.eq_ignore_ascii_case(name));
    let mut names = note_type.fields().iter().map(|it| it.name.as_str());
    OcclusionFields::of(note_type)
        .map(|it| it.occlusion)
        .filter(|_| !names.any(clashes))
}

/// The masks that a field holds; `None` for anything else in it.
pub(super) fn read(field: &str) -> Option<WrittenMasks> {
    let mut masks = Vec::new();
    // How many of them hide when another one is asked for.
    let mut hidden = 0;
    for cloze in field.strip_suffix("}}<br>")?.split("}}<br>") {
        let (number, shape) = cloze
            .strip_prefix("{{c")?
            .split_once("::image-occlusion:")?;
        let (mask, hides) = mask(number.parse().ok()?, shape)?;
        hidden += usize::from(hides);
        masks.push(mask);
    }
    let mode = match hidden {
        0 => MaskMode::HideOne,
        _ if hidden == masks.len() => MaskMode::HideAll,
        _ => return None,
    };
    Some(WrittenMasks {
        mode,
        masks,
        overlay: None,
        span: Span::NONE,
    })
}

fn mask(number: u16, text: &str) -> Option<(WrittenMask, bool)> {
    let mut parts = parts(text).into_iter();
    let word = parts.next()?;
    let mut values: Vec<(String, String)> = Vec::new();
    for part in parts {
        let (key, value) = part.split_once('=')?;
        values.push((key.to_owned(), value.to_owned()));
    }
    let mut take = |name: &str| {
        let at = values.iter().position(|(key, _)| key == name)?;
        Some(values.remove(at).1)
    };
    let mut length = |name: &str| parts_of(&take(name)?).map(percent);
    let [left, top] = [length("left")?, length("top")?];
    let shape = match word.as_str() {
        "rect" => MaskShape::Rectangle([left, top, length("width")?, length("height")?]),
        "ellipse" => {
            let [rx, ry] = [length("rx")?, length("ry")?];
            MaskShape::Ellipse([sum(left, rx)?, sum(top, ry)?, rx, ry])
        }
        "polygon" => {
            let corners = take("points")?;
            let corners: Option<Vec<[Length; 2]>> = corners.split(' ').map(corner).collect();
            let corners = corners?;
            let least = |side: usize| {
                let all = corners.iter().filter_map(|it| it.get(side));
                all.map(|it| it.fraction(None)).min_by(|one, other| {
                    one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal)
                })
            };
            let at = [left, top];
            let is_there = at.map(|it| Some(it.fraction(None))) == [least(0), least(1)];
            MaskShape::Polygon {
                at: (!is_there).then_some(at),
                corners,
            }
        }
        "text" => {
            let text = take("text")?;
            let size = parts_of(&take("fs")?).map(percent)?;
            let scale = u32::try_from(parts_of(&take("scale")?)?).ok()?;
            MaskShape::Label {
                at: [left, top],
                text,
                size: Some(size),
                scale: Some(scale).filter(|it| *it != 10_000),
            }
        }
        _ => return None,
    };
    // A text has no card of its own, and everything else has one.
    if matches!(shape, MaskShape::Label { .. }) != (number == 0) || number > 500 {
        return None;
    }
    let angle = match take("angle") {
        None => None,
        Some(angle) => Some(angle.parse().ok().filter(|it| *it < 10_000)?),
    };
    let fill = take("fill");
    let hides = match take("oi").as_deref() {
        None => false,
        Some("1") => true,
        Some(_) => return None,
    };
    let mask = WrittenMask {
        label: None,
        group: None,
        number: (number > 0).then(|| Spanned::new(number, Span::NONE)),
        shape,
        angle,
        fill,
        span: Span::NONE,
    };
    values.is_empty().then_some((mask, hides))
}

/// What stands between colons; a backslash takes their meaning from them.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            ':' => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

/// A number in parts of 1/10000; `None` where it has more decimals or is none.
fn parts_of(text: &str) -> Option<i64> {
    let (digits, sign) = match text.strip_prefix('-') {
        Some(digits) => (digits, -1),
        None => (text, 1),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.len() + part.len() == 0
        || whole.len() > 5
        || part.len() > 4
        || !all_digits(whole)
        || !all_digits(part)
    {
        return None;
    }
    format!("{whole}{part:0<4}")
        .parse::<i64>()
        .ok()
        .map(|it| it * sign)
}

/// Parts of 1/10000 as percents.
fn percent(parts: i64) -> Length {
    Length::Percent(parts.saturating_mul(10_000))
}

fn sum(one: Length, other: Length) -> Option<Length> {
    match (one, other) {
        (Length::Percent(one), Length::Percent(other)) => Some(Length::Percent(one + other)),
        _ => None,
    }
}

fn corner(text: &str) -> Option<[Length; 2]> {
    let (x, y) = text.split_once(',')?;
    Some([percent(parts_of(x)?), percent(parts_of(y)?)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `inside`: shapes, each with its number, as `1 rect:..`. `expect`: mode and masks, a line each.
    fn check(inside: &[&str], expect: Option<&[&str]>) {
        let cloze = |it: &&str| {
            let (number, shape) = it.split_once(' ').unwrap();
            format!("{{{{c{number}::image-occlusion:{shape}}}}}<br>")
        };
        let field: String = inside.iter().map(cloze).collect();
        let found = read(&field).map(|it| {
            let masks = it.masks.iter().map(ToString::to_string);
            let mode = format!("{:?}", it.mode);
            std::iter::once(mode).chain(masks).collect::<Vec<String>>()
        });
        let expect = expect.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(found, expect, "{field}");
    }

    #[test]
    fn what_the_editor_writes_is_read() {
        check(
            &["1 rect:left=.0997:top=.0000:width=1.:height=.2"],
            Some(&["HideOne", "rect 9.97% 0% 100% 20%, number 1"]),
        );
        check(
            &[
                "2 ellipse:left=.5005:top=.501:angle=500:rx=.1:ry=.2:fill=#000000:oi=1",
                "0 text:left=.1:top=.8:angle=20:text=A\\:b:scale=1.5:fs=.1:fill=#00ff00:oi=1",
                "0 text:left=.1:top=.8:text=x:scale=1.:fs=.0839:oi=1",
            ],
            Some(&[
                "HideAll",
                "ellipse 60.05% 70.1% 10% 20%, number 2, angle 500/10000, fill #000000",
                "text 10% 80% 10% A:b, scale 15000/10000, angle 20/10000, fill #00ff00",
                "text 10% 80% 8.39% x",
            ]),
        );
        check(
            &[
                "4 polygon:left=.7:top=.0000:points=.7,.1 1.,.0000 .8,.4",
                "4 polygon:left=.6995:top=.1:points=.7,.1 .9,.1 .8,.4",
                "4 rect:left=-0.0504:top=.9:width=.3:height=.3",
            ],
            Some(&[
                "HideOne",
                "polygon 70% 10% 100% 0% 80% 40%, number 4",
                "polygon 70% 10% 90% 10% 80% 40% 69.95% 10%, at, number 4",
                "rect -5.04% 90% 30% 30%, number 4",
            ]),
        );
    }

    #[test]
    fn what_deckle_has_no_words_for_stays_as_it_is() {
        for shape in [
            "1 star:left=.1:top=.1",
            "1 rect:left=.1:top=.1:width=.1",
            "1 rect:left=.1:top=.1:width=.1:height=.1:opacity=.5",
            "1 rect:left=.1:top=.1:width=.1:height=.12345",
            "1 rect:left=.1:top=.1:width=:height=.1",
            "1 rect:left=.1:top=.1:width=.1:height=.1:oi=2",
            "1 rect:left=.1:top=.1:width=.1:height=.1:angle=-5",
            "0 rect:left=.1:top=.1:width=.1:height=.1",
            "501 rect:left=.1:top=.1:width=.1:height=.1",
            "1,2 rect:left=.1:top=.1:width=.1:height=.1",
            "7 text:left=.1:top=.8:text=x:scale=1.:fs=.1",
            "0 text:left=.1:top=.8:text=x",
            "1 polygon:left=.7:top=.1:points=.7",
        ] {
            check(&[shape], None);
        }
        // Some of them hidden, some not.
        check(
            &[
                "1 rect:left=.1:top=.1:width=.1:height=.1:oi=1",
                "2 rect:left=.1:top=.1:width=.1:height=.1",
            ],
            None,
        );
        for field in [
            "",
            "<br>",
            "}}<br>",
            "{{c1::a}}<br>",
            "x{{c1::image-occlusion:rect}}",
        ] {
            assert_eq!(read(field), None, "{field}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in r"(\{\{c[0-9]{1,3}::image-occlusion:(rect|text|polygon)(:(left|top|points|text|fs|scale)=[-.,0-9é\\ ]{0,8}){0,5}\}\}<br>|[{}c:=\\<>é]){0,6}") {
            let _ = read(&text);
        }
    }
}
