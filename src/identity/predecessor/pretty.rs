//! A heading as Beautiful Soup prints it: each tag and each text on a line of its own, indented by
//! its depth, with names for all characters that HTML has one for. (Measured on 4.9.3, 4.12.3 and
//! 4.15.0; the last one leaves a lone `&` as it is.)

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::template::strip::decode_entities;

/// Deeper than this no heading is: the indentation alone would fill the memory.
const MAX_DEPTH: usize = 100;

/// Elements that have no end.
const VOID: [&str; 6] = ["br", "img", "hr", "wbr", "input", "source"];

/// The names of characters, as a code in hexadecimal digits and a name a line.
static NAMES: LazyLock<BTreeMap<char, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("entities.txt").lines();
    lines
        .filter_map(|line| {
            let (code, name) = line.split_once(' ')?;
            let code = u32::from_str_radix(code, 16).ok()?;
            Some((char::from_u32(code)?, name))
        })
        .collect()
});

/// The HTML inside of this element; `None` where it is nested too deeply.
pub(super) fn pretty(element: &str, html: &str) -> Option<String> {
    let mut printed = format!("<{element}>\n");
    let mut depth = 1;
    let mut rest = html;
    while !rest.is_empty() {
        let tag = rest.strip_prefix('<').and_then(|it| it.split_once('>'));
        let Some((tag, behind)) = tag else {
            // The first character is text even if it opens a tag that has no end.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest.get(first..).and_then(|it| it.find('<'));
            let end = end.map_or(rest.len(), |it| first + it);
            let (text, behind) = rest.split_at(end);
            push(&mut printed, depth, &named(text));
            rest = behind;
            continue;
        };
        rest = behind;
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1).max(1);
            push(&mut printed, depth, &format!("<{tag}>"));
            continue;
        }
        let tag = tag.trim_end_matches('/').trim_end();
        push(&mut printed, depth, &format!("<{tag}>"));
        let name = tag.split_whitespace().next().unwrap_or_default();
        if !VOID.contains(&name) {
            depth += 1;
            if depth > MAX_DEPTH {
                return None;
            }
        }
    }
    printed.push_str("</");
    printed.push_str(element);
    printed.push_str(">\n");
    Some(printed)
}

fn push(printed: &mut String, depth: usize, line: &str) {
    if line.is_empty() {
        return;
    }
    printed.extend(std::iter::repeat_n(' ', depth));
    printed.push_str(line);
    printed.push('\n');
}

/// A text without white space around it, with names for what has one.
fn named(html: &str) -> String {
    let text = decoded(html);
    let mut named = String::with_capacity(text.len());
    for character in text.trim().chars() {
        let name = match character {
            '&' => Some("amp"),
            '<' => Some("lt"),
            '>' => Some("gt"),
            _ if character.is_ascii() => None,
            _ => NAMES.get(&character).copied(),
        };
        match name {
            Some(name) => {
                named.push('&');
                named.push_str(name);
                named.push(';');
            }
            None => named.push(character),
        }
    }
    named
}

/// The text with its entities decoded; unlike in Anki a space that does not break stays one.
fn decoded(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('&') {
        let (before, entity) = rest.split_at(start);
        text.push_str(before);
        let end = entity.find(';').map_or(1, |it| it + 1);
        let (entity, behind) = entity.split_at(end);
        if entity == "&nbsp;" {
            text.push('\u{a0}');
        } else {
            text.push_str(&decode_entities(entity));
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_names_are_there() {
        assert_eq!(NAMES.len(), 1416);
        assert_eq!(NAMES.get(&'é'), Some(&"eacute"));
    }

    proptest! {
        #[test]
        fn any_html_is_printed(html in "[<>/a-c&;é ]{0,60}") {
            let _ = pretty("h2", &html);
        }
    }
}
