//! Pictures as dvisvgm writes them, made the same whatever document they came from, and refused
//! where they hold more than a picture.

use std::collections::BTreeMap;

/// The picture without comments, its ids by the order in which they come: dvisvgm names them after
/// page and font numbers, which depend on the other formulas of a document.
///
/// # Errors
/// In the grammar of diagnostics, why it cannot go into a package.
pub(super) fn tidy(svg: &str) -> Result<String, String> {
    let begin = svg.find("<svg").ok_or("dvisvgm wrote no picture")?;
    let body = svg.get(begin..).unwrap_or_default();
    let body = without_comments(body);
    check(&body)?;
    Ok(renamed(&without_page(&body)))
}

fn without_comments(svg: &str) -> String {
    let mut text = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((before, behind)) = rest.split_once("<!--") {
        text.push_str(before);
        rest = behind.split_once("-->").map_or("", |(_, it)| it);
    }
    text.push_str(rest);
    text
}

/// What a picture has no use for, and what could load or run something on a learner's device. TeX
/// can put any text into the picture.
fn check(svg: &str) -> Result<(), String> {
    let lower = svg.to_ascii_lowercase();
    const REFUSED: &[&str] = &[
        "<script",
        "<foreignobject",
        "<iframe",
        "<!doctype",
        "<!entity",
        "javascript:",
        "@import",
        "<?xml-stylesheet",
        "<animate",
        "<set ",
        "<handler",
    ];
    if let Some(found) = REFUSED.iter().find(|it| lower.contains(**it)) {
        return Err(format!(
            "the picture holds `{found}`, which no formula needs"
        ));
    }
    for name in ["href=", "src="] {
        let mut rest = lower.as_str();
        while let Some((_, behind)) = rest.split_once(name) {
            rest = behind;
            let value = behind.trim_start_matches(['"', '\'']);
            let is_inner = value.starts_with('#') || value.starts_with("data:image/");
            if !is_inner {
                return Err("the picture refers to something outside of it".to_owned());
            }
        }
    }
    // `onload=` and the like; an attribute stands behind white space.
    let mut rest = lower.as_str();
    while let Some((_, behind)) = rest.split_once("on") {
        let letters = behind.bytes().take_while(u8::is_ascii_lowercase).count();
        let before = rest
            .get(..rest.len() - behind.len() - 2)
            .and_then(|it| it.bytes().next_back());
        let is_event = letters > 2
            && before.is_some_and(|it| it.is_ascii_whitespace() || matches!(it, b'"' | b'\''))
            && behind
                .get(letters..)
                .is_some_and(|it| it.trim_start().starts_with('='));
        if is_event {
            return Err("the picture holds code that would run on a card".to_owned());
        }
        rest = behind;
    }
    Ok(())
}

/// Without the number of the page: the group of the whole picture bears it.
fn without_page(svg: &str) -> String {
    let Some(at) = svg.find("<g id='page") else {
        return svg.to_owned();
    };
    let (before, behind) = svg.split_at(at);
    let end = behind.find('>').unwrap_or(behind.len());
    let tag = behind.get(..end).unwrap_or_default();
    let id = tag
        .get(3..)
        .and_then(|it| it.split_once('\'')?.1.split_once('\''));
    let rest = id.map_or("", |(_, rest)| rest);
    let behind = behind.get(end..).unwrap_or_default();
    format!("{before}<g{rest}{behind}")
}

fn renamed(svg: &str) -> String {
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for (at, _) in svg.match_indices(" id=") {
        let value = svg.get(at + 4..).unwrap_or_default();
        let Some(id) = quoted(value) else { continue };
        let next = name(names.len());
        names.entry(id).or_insert(next);
    }
    let mut text = String::with_capacity(svg.len());
    let mut rest = svg;
    loop {
        let places = [" id=", "='#", "=\"#", "url(#"];
        let next = places
            .iter()
            .filter_map(|it| rest.find(it).map(|at| (at, at + it.len())))
            .min();
        let Some((_, end)) = next else { break };
        let (before, behind) = rest.split_at(end);
        text.push_str(before);
        let quote = before.ends_with(" id=");
        let behind = if quote && behind.starts_with(['\'', '"']) {
            let (mark, behind) = behind.split_at(1);
            text.push_str(mark);
            behind
        } else {
            behind
        };
        let length = behind
            .find(['\'', '"', ')', '>', ' '])
            .unwrap_or(behind.len());
        let (id, behind) = behind.split_at(length);
        text.push_str(names.get(id).map_or(id, String::as_str));
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn quoted(value: &str) -> Option<&str> {
    let mark = value.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let (id, _) = value.get(1..)?.split_once(mark)?;
    Some(id)
}

/// `a` to `z`, then `a1` and so on.
fn name(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or_default());
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_picture_does_not_know_its_document() {
        let picture = |font: u8, page: u8| {
            format!(
                "<?xml version='1.0'?>\n<!-- dvisvgm -->\n<svg xmlns:xlink='x'>\n<defs>\n<path id='g{font}-40' d='M0'/>\n\
                 <clipPath id='clip{page}'/></defs>\n<g id='page{page}' clip-path='url(#clip{page})'>\n\
                 <use x='1' xlink:href='#g{font}-40'/>\n</g></svg>"
            )
        };
        let expect = "<svg xmlns:xlink='x'>\n<defs>\n<path id='a' d='M0'/>\n<clipPath id='b'/></defs>\n\
                      <g clip-path='url(#b)'>\n<use x='1' xlink:href='#a'/>\n</g></svg>";
        assert_eq!(tidy(&picture(1, 1)).unwrap(), expect);
        assert_eq!(tidy(&picture(9, 7)).unwrap(), expect);
    }

    #[test]
    fn more_than_a_picture_is_refused() {
        for inside in [
            "<script>x</script>",
            "<image href='http://x/y.png'/>",
            "<image xlink:href='file:///etc/passwd'/>",
            "<g onload='x()'/>",
            "<g a='b'onclick ='x()'/>",
            "<foreignObject/>",
        ] {
            assert!(tidy(&format!("<svg>{inside}</svg>")).is_err(), "{inside}");
        }
        for inside in ["<image href='data:image/png;base64,AA'/>", "<g only='x'/>"] {
            let svg = format!("<svg>{inside}</svg>");
            assert!(tidy(&svg).is_ok(), "{inside}");
        }
        assert!(tidy("").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(<svg|<!--|-->|id='|url\\(#|<g id='page|on|=|'|>|\\PC){0,40}") {
            let _ = tidy(&text);
        }
    }
}
