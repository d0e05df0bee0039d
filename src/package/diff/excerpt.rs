//! The part of two texts in which they differ, short enough for a line.

use crate::template::strip::strip_html;

/// How many characters an excerpt has at most.
const LONGEST: usize = 60;
/// How many of them stand before the place where the texts part.
const BEFORE: usize = 16;

/// The part of two fields' HTML in which they differ, without tags where the text differs too.
/// What is left out is shown as `..`.
#[must_use]
pub fn excerpts(old: &str, new: &str) -> (String, String) {
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = (line(&strip_html(old)), line(&strip_html(new)));
    let (old, new) = match plain.0 == plain.1 {
        true => (line(old), line(new)),
        false => plain,
    };
    let common = old.chars().zip(new.chars());
    let common = common.take_while(|(one, other)| one == other).count();
    let fits = |text: &str| text.chars().count() <= LONGEST;
    let start = match fits(&old) && fits(&new) {
        true => 0,
        false => common.saturating_sub(BEFORE),
    };
    (cut(&old, start), cut(&new, start))
}

fn cut(text: &str, start: usize) -> String {
    let mut shown: String = text.chars().skip(start).take(LONGEST).collect();
    if start > 0 {
        shown.insert_str(0, "..");
    }
    if text.chars().count() > start + LONGEST {
        shown.push_str("..");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_where_they_part() {
        let check = |old: &str, new: &str, expect: (&str, &str)| {
            let (old, new) = excerpts(old, new);
            assert_eq!((old.as_str(), new.as_str()), expect);
        };
        check("<b>a</b>\n b", "a c", ("a b", "a c"));
        check("<b>a</b>", "a", ("<b>a</b>", "a"));
        check("", "x", ("", "x"));
        let long = format!("{}é", "1234567890".repeat(7));
        check(
            &long,
            &format!("{long}!"),
            (
                "..67890123456789 0é".replace(' ', "").as_str(),
                "..678901234567890é!",
            ),
        );
    }
}
