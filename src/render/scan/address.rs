//! Addresses without brackets: `https://example.com`, `www.example.com`, as GitHub reads them.

/// What an address may begin with, and whether a scheme has to be put before it.
const BEGINNINGS: [(&str, bool); 4] = [
    ("http://", false),
    ("https://", false),
    ("ftp://", false),
    ("www.", true),
];
/// Longer ones are text; it bounds the search at each beginning.
const LONGEST: usize = 2048;

/// The end of the address at `at`, which stops before `stop`, and whether it lacks a scheme.
/// `ends` says of each place whether what stands there ends it.
pub(super) fn address_end(
    text: &str,
    at: usize,
    stop: usize,
    ends: impl Fn(usize) -> bool,
) -> Option<(usize, bool)> {
    let rest = text.get(at..stop)?;
    let (beginning, bare) = BEGINNINGS
        .iter()
        .find(|(beginning, bare)| begins(rest, beginning, *bare))?;
    if !may_precede(text.get(..at)?) {
        return None;
    }
    let mut length = 0;
    let (mut brackets, mut braces) = (0_usize, 0_usize);
    for (offset, character) in rest.char_indices() {
        let place = at + offset;
        let closes = match character {
            '[' => {
                brackets += 1;
                false
            }
            '{' => {
                braces += 1;
                false
            }
            ']' if brackets == 0 => true,
            '}' if braces == 0 => true,
            '}' => {
                braces -= 1;
                false
            }
            ']' => {
                brackets -= 1;
                false
            }
            _ => false,
        };
        if closes || is_border(character) || ends(place) {
            break;
        }
        if offset > LONGEST {
            return None;
        }
        length = offset + character.len_utf8();
    }
    let whole = trimmed(rest.get(..length)?);
    let domain = whole.get(beginning.len()..)?;
    is_domain(domain).then_some((at + whole.len(), *bare))
}

fn begins(rest: &str, beginning: &str, bare: bool) -> bool {
    let start = rest.as_bytes().get(..beginning.len());
    start.is_some_and(|it| {
        if bare {
            it == beginning.as_bytes()
        } else {
            it.eq_ignore_ascii_case(beginning.as_bytes())
        }
    })
}

/// Whether an address may begin behind this text: not within a word or another address.
fn may_precede(before: &str) -> bool {
    before.chars().next_back().is_none_or(|it| {
        it.is_whitespace() || "*_~([{|>\"'".contains(it) || !it.is_ascii() || it == '\u{a0}'
    })
}

/// Whether the character ends an address wherever it stands. Other scripts write no space before
/// their own punctuation.
fn is_border(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '<' | '`' | '|' | '«' | '»' | '“' | '”' | '„' | '\u{3000}'..='\u{303f}'
                | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}'
                | '\u{ff5b}'..='\u{ff65}'
        )
        || super::glyph::is_reserved(character)
}

/// Without what is rather the punctuation of the sentence around it.
fn trimmed(address: &str) -> &str {
    let mut address = address;
    let mut open = address.matches('(').count();
    let mut closed = address.matches(')').count();
    loop {
        let Some(last) = address.chars().next_back() else {
            return address;
        };
        let shorter = address.strip_suffix(last).unwrap_or_default();
        match last {
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"' => address = shorter,
            ')' if closed > open => {
                closed -= 1;
                address = shorter;
            }
            ';' => {
                let word = shorter.trim_end_matches(|it: char| it.is_ascii_alphanumeric());
                let is_entity = word.len() < shorter.len() && word.ends_with('&');
                if !is_entity {
                    return address;
                }
                address = word.strip_suffix('&').unwrap_or_default();
                open = address.matches('(').count();
                closed = address.matches(')').count();
            }
            _ => return address,
        }
    }
}

/// Whether the text begins with the name of a host: parts with periods between them, and no
/// underscore in the last two.
fn is_domain(text: &str) -> bool {
    let inside = |it: char| it.is_alphanumeric() || matches!(it, '-' | '_' | '.');
    let domain = text.split(|it| !inside(it)).next().unwrap_or_default();
    let parts: Vec<&str> = domain.trim_end_matches('.').split('.').collect();
    parts.len() > 1
        && parts.iter().all(|part| !part.is_empty())
        && parts.iter().rev().take(2).all(|part| !part.contains('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_the_sentence_goes_on() {
        let check = |text: &str, expect: &str| {
            let found = text.char_indices().find_map(|(at, _)| {
                let (end, _) = address_end(text, at, text.len(), |_| false)?;
                Some(&text[at..end])
            });
            assert_eq!(found.unwrap_or_default(), expect, "{text}");
        };
        check("see https://a.b/c, and", "https://a.b/c");
        check("(https://a.b/c_(d))", "https://a.b/c_(d)");
        check("HTTPS://a.b.", "HTTPS://a.b");
        check("[https://a.b](x)", "https://a.b");
        check("https://a.b/c[1]x", "https://a.b/c[1]x");
        check("見てhttps://a.b/cを。", "https://a.b/cを");
        check("„https://a.b“", "https://a.b");
        check("**https://a.b**", "https://a.b");
        check("https://a.b/?x=1&amp;", "https://a.b/?x=1");
        check("https://a.b/?x;", "https://a.b/?x;");
        check("{https://a.b/{c}}", "https://a.b/{c}");
        check("www.a.b/c", "www.a.b/c");
        check("www.a", "");
        check("xhttps://a.b", "");
        check("a.www.b.c", "");
        check("http://localhost", "");
        check("http://a_b.c", "");
        check("http://", "");
        check("https://é.fr|x", "https://é.fr");
    }
}
