//! HTML in a field's text: which tags are tags, and which are text such as `vector<int>`.

/// The elements that pass. Anything else in angle brackets is text: a type parameter, a
/// placeholder, a math sign.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big",
    "blockquote", "br", "button", "canvas", "caption", "center", "circle", "cite", "clippath",
    "code", "col", "colgroup", "data", "datalist", "dd", "defs", "del", "desc", "details", "dfn",
    "div", "dl", "dt", "ellipse", "em", "embed", "fieldset", "figcaption", "figure", "filter",
    "font", "footer", "foreignobject", "form", "g", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "line",
    "lineargradient", "main", "map", "mark", "marker", "mask", "math", "menu", "meter", "nav",
    "object", "ol", "optgroup", "option", "output", "p", "path", "pattern", "picture", "polygon",
    "polyline", "pre", "progress", "q", "radialgradient", "rb", "rect", "rp", "rt", "rtc", "ruby",
    "s", "samp", "script", "section", "select", "small", "source", "span", "stop", "strike",
    "strong", "style", "sub", "summary", "sup", "svg", "symbol", "table", "tbody", "td",
    "template", "text", "textarea", "textpath", "tfoot", "th", "thead", "time", "title", "tr",
    "track", "tspan", "tt", "u", "ul", "use", "var", "video", "wbr",
];

/// Whether the tag at `at` is of an element that passes.
pub(super) fn has_allowed_name(text: &str, at: usize) -> bool {
    let name = tag_name(text, at).to_ascii_lowercase();
    ELEMENTS.binary_search(&name.as_str()).is_ok()
}

/// The name of the tag at `at`, as it is written.
pub(super) fn tag_name(text: &str, at: usize) -> &str {
    let inside = text.get(at + 1..).unwrap_or_default();
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let length = inside.find(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    length.map_or(inside, |length| inside.get(..length).unwrap_or_default())
}

/// The end of the tag at `at`, if there is one by the rules of CommonMark.
pub(super) fn tag_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    if byte(at) != Some(b'<') {
        return None;
    }
    let closing = byte(at + 1) == Some(b'/');
    let name_start = at + 1 + usize::from(closing);
    if !byte(name_start)?.is_ascii_alphabetic() {
        return None;
    }
    let mut end = name_start;
    while byte(end).is_some_and(|it| it.is_ascii_alphanumeric() || it == b'-') {
        end += 1;
    }
    let skip_space = |mut end: usize| {
        while byte(end).is_some_and(|it| it.is_ascii_whitespace()) {
            end += 1;
        }
        end
    };
    loop {
        let next = skip_space(end);
        match byte(next)? {
            b'>' => return Some(next + 1),
            b'/' if !closing && byte(next + 1) == Some(b'>') => return Some(next + 2),
            first if !closing && next > end => {
                if !first.is_ascii_alphabetic() && first != b'_' && first != b':' {
                    return None;
                }
                end = attribute_end(bytes, next, skip_space)?;
            }
            _ => return None,
        }
    }
}

/// The end of the attribute that begins at `at`, with its value.
fn attribute_end(bytes: &[u8], at: usize, skip_space: impl Fn(usize) -> usize) -> Option<usize> {
    let byte = |at: usize| bytes.get(at).copied();
    let mut end = at;
    while byte(end).is_some_and(|it| it.is_ascii_alphanumeric() || b"_.:-".contains(&it)) {
        end += 1;
    }
    let equals = skip_space(end);
    if byte(equals) != Some(b'=') {
        return Some(end);
    }
    let start = skip_space(equals + 1);
    match byte(start)? {
        quote @ (b'"' | b'\'') => {
            let length = bytes.get(start + 1..)?.iter().position(|it| *it == quote)?;
            Some(start + 1 + length + 1)
        }
        b'=' | b'<' | b'>' | b'`' => None,
        _ => {
            let ends = |it: &u8| it.is_ascii_whitespace() || b"\"'=<>`".contains(it);
            let length = bytes.get(start..)?.iter().position(ends)?;
            Some(start + length)
        }
    }
}

/// The end of the autolink (`<https://..>`) at `at`.
pub(super) fn autolink_end(text: &str, at: usize) -> Option<usize> {
    let inside = text.get(at + 1..)?;
    let end = inside.find(|it: char| it.is_whitespace() || it == '<' || it == '>')?;
    let address = inside.get(..end)?;
    (inside.get(end..)?.starts_with('>') && is_web_address(address)).then_some(at + 1 + end + 1)
}

/// Whether the address is one of those that Anki opens outside.
pub(super) fn is_web_address(address: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| {
        address
            .as_bytes()
            .get(..scheme.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// The length of the entity at the start of `text`: `&amp;`, `&#38;`, `&#x26;`.
pub(super) fn entity_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('&')?;
    let end = inside.find(';').filter(|end| (1..=32).contains(end))?;
    let name = inside.get(..end)?;
    let valid = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|it| it.is_ascii_hexdigit()),
            None => !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()),
        },
        None => name.bytes().all(|it| it.is_ascii_alphanumeric()),
    };
    valid.then_some(1 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_text() {
        assert!(ELEMENTS.is_sorted());
        let check = |text: &str, end: Option<usize>| assert_eq!(tag_end(text, 0), end, "{text}");
        check("<b>", Some(3));
        check("</b >", Some(5));
        check("<br/>x", Some(5));
        check("<a href='>' b=c d>", Some(18));
        check("<a b=>", None);
        check("< b>", None);
        check("<b", None);
        check("<T, U>", None);
        check("<int>", Some(5));
        assert!(has_allowed_name("</DIV>", 0));
        assert!(!has_allowed_name("<int>", 0));
    }

    #[test]
    fn only_web_addresses_are_autolinks() {
        assert_eq!(autolink_end("<https://e.com> x", 0), Some(15));
        assert_eq!(autolink_end("<std::string>", 0), None);
        assert_eq!(entity_length("&amp;x"), Some(5));
        assert_eq!(entity_length("&#x1F;"), Some(6));
        assert_eq!(entity_length("& x;"), None);
        assert_eq!(entity_length("&#x;"), None);
    }
}
