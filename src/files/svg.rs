//! What in an SVG file cannot be shown on a card, or should not travel with one.
//!
//! Read event by event: there is no tree, nothing is ever unfolded, and what is kept of a file is
//! one place for each kind of finding. Browsers show an SVG in `<img>` without running its scripts
//! and without fetching anything, and show nothing of one that is no well-formed XML.

use std::collections::BTreeSet;

use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// The namespace without which an `<svg>` is no picture.
const NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// Something found in an SVG file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SvgFlaw {
    /// What it is.
    pub kind: SvgFlawKind,
    /// The first such thing, as it is to be named: an attribute, an address, what a parser says.
    pub what: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// How many there are.
    pub count: usize,
}

/// A kind of [`SvgFlaw`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SvgFlawKind {
    /// It is not well-formed.
    Broken,
    /// Its root says no namespace, so nothing shows it as a picture.
    NoNamespace,
    /// A `<script>`, an attribute such as `onload`, or a `javascript:` link.
    Active,
    /// It refers to another file or an address.
    External,
    /// It holds HTML in a `<foreignObject>`.
    Foreign,
    /// It declares entities made of entities.
    Entities,
}

/// What is found in an SVG file: each kind once, in the order of the kinds.
#[must_use]
pub fn svg_flaws(text: &str) -> Vec<SvgFlaw> {
    let mut inspection = Inspection {
        text,
        flaws: Vec::new(),
        entities: BTreeSet::new(),
        outer_entities: false,
        declared: BTreeSet::from(["xml".to_owned(), "xmlns".to_owned()]),
        used: Vec::new(),
    };
    inspection.run();
    inspection.flaws.sort_by_key(|it| it.kind);
    inspection.flaws
}

struct Inspection<'t> {
    text: &'t str,
    flaws: Vec<SvgFlaw>,
    /// The names of entities that the document declares.
    entities: BTreeSet<String>,
    /// Whether more of them may be declared in another file.
    outer_entities: bool,
    /// Prefixes of namespaces.
    declared: BTreeSet<String>,
    /// Prefixes that are used, each with its first place.
    used: Vec<(String, usize)>,
}

impl Inspection<'_> {
    fn run(&mut self) {
        let text = self.text.trim_start_matches('\u{feff}');
        let mut reader = Reader::from_str(text);
        let skipped = self.text.len() - text.len();
        let place = |at: u64| skipped + usize::try_from(at).unwrap_or(usize::MAX);
        let (mut depth, mut roots) = (0_usize, 0_usize);
        let mut in_style = false;
        loop {
            let at = place(reader.buffer_position());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = place(reader.error_position());
                    return self.tell(SvgFlawKind::Broken, &error.to_string(), at);
                }
            };
            match event {
                Event::Start(ref start) | Event::Empty(ref start) => {
                    if depth == 0 {
                        roots += 1;
                        self.root(start, at);
                    }
                    if roots > 1 {
                        let what = "there is a second outermost element";
                        return self.tell(SvgFlawKind::Broken, what, at);
                    }
                    self.element(start, at);
                    if matches!(event, Event::Start(_)) {
                        depth += 1;
                        in_style = start.local_name().as_ref() == "style";
                    }
                }
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    in_style = false;
                }
                Event::Text(text) if in_style => self.css(&text, at),
                Event::CData(text) if in_style => self.css(&text, at),
                Event::GeneralRef(name) => self.reference(&name, at),
                Event::DocType(text) => self.document_type(&text, at),
                Event::PI(text) if text.starts_with("xml-stylesheet") => {
                    self.tell(SvgFlawKind::External, "<?xml-stylesheet?>", at);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if depth > 0 || roots == 0 {
            let what = "the file ends before its elements do";
            return self.tell(SvgFlawKind::Broken, what, self.text.len());
        }
        let unbound = self.used.iter().find(|(it, _)| !self.declared.contains(it));
        if let Some((prefix, at)) = unbound.cloned() {
            let what = format!("the prefix `{prefix}:` is not declared (`xmlns:{prefix}=\"..\"`)");
            self.tell(SvgFlawKind::Broken, &what, at);
        }
    }

    fn tell(&mut self, kind: SvgFlawKind, what: &str, at: usize) {
        if let Some(flaw) = self.flaws.iter_mut().find(|it| it.kind == kind) {
            flaw.count += 1;
            return;
        }
        let before = (0..=at.min(self.text.len()))
            .rev()
            .find_map(|at| self.text.get(..at))
            .unwrap_or_default();
        let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        // An address may be a picture's whole content.
        let what: String = what.chars().take(120).collect();
        self.flaws.push(SvgFlaw {
            kind,
            what,
            line,
            column: last.chars().count() + 1,
            count: 1,
        });
    }

    fn root(&mut self, start: &BytesStart<'_>, at: usize) {
        let name = start.name();
        let key = match name.as_ref().split_once(':') {
            Some((prefix, _)) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let namespace = start
            .attributes()
            .flatten()
            .find(|it| it.key.as_ref() == key)
            .map(|it| it.value.into_owned());
        // One that is an entity is whatever that says.
        let is_right = namespace.is_some_and(|it| it == NAMESPACE || it.contains('&'));
        if !is_right {
            self.tell(SvgFlawKind::NoNamespace, NAMESPACE, at);
        }
    }

    fn element(&mut self, start: &BytesStart<'_>, at: usize) {
        let local = start.local_name();
        let element = local.as_ref();
        self.uses(start.name().as_ref(), at);
        if element == "script" {
            self.tell(SvgFlawKind::Active, "<script>", at);
        } else if element == "foreignObject" {
            self.tell(SvgFlawKind::Foreign, "<foreignObject>", at);
        }
        for attribute in start.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => {
                    self.tell(SvgFlawKind::Broken, &error.to_string(), at);
                    continue;
                }
            };
            let key = attribute.key.as_ref();
            if let Some(prefix) = key.strip_prefix("xmlns:") {
                self.declared.insert(prefix.to_owned());
                continue;
            }
            self.uses(key, at);
            for name in entity_names(&attribute.value) {
                self.reference(name, at);
            }
            // With entities of its own in it, what stands there has to do.
            let value = unescape(&attribute.value).unwrap_or((&*attribute.value).into());
            self.attribute(element, key, &value, at);
        }
    }

    fn attribute(&mut self, element: &str, key: &str, value: &str, at: usize) {
        let is_handler = key.len() > 2
            && key.get(..2).is_some_and(|it| it.eq_ignore_ascii_case("on"))
            && key.chars().all(|it| it.is_ascii_alphabetic());
        if is_handler {
            return self.tell(SvgFlawKind::Active, key, at);
        }
        if key == "href" || key.ends_with(":href") {
            // As browsers do, which pass over line breaks and the like in addresses.
            let address: String = value.chars().filter(|it| *it > ' ').collect();
            if begins(&address, "javascript:") {
                self.tell(SvgFlawKind::Active, &address, at);
            } else if element != "a" && is_elsewhere(&address) {
                self.tell(SvgFlawKind::External, value.trim(), at);
            }
        } else {
            self.css(value, at);
        }
    }

    /// Addresses in a style sheet, or in an attribute such as `fill`.
    fn css(&mut self, css: &str, at: usize) {
        if css.contains("@import") {
            self.tell(SvgFlawKind::External, "@import", at);
        }
        for (index, _) in css.match_indices("url(") {
            let inside = css.get(index + 4..).unwrap_or_default();
            let inside = inside.split(')').next().unwrap_or_default();
            let address = inside.trim().trim_matches(['"', '\'']).trim();
            if is_elsewhere(address) {
                self.tell(SvgFlawKind::External, address, at);
            }
        }
    }

    /// An entity that the text refers to.
    fn reference(&mut self, name: &str, at: usize) {
        let is_known = name.starts_with('#')
            || resolve_predefined_entity(name).is_some()
            || self.entities.contains(name);
        if !is_known && !self.outer_entities {
            let what = format!("the entity `&{name};` is not declared");
            self.tell(SvgFlawKind::Broken, &what, at);
        }
    }

    fn document_type(&mut self, text: &str, at: usize) {
        let (head, inside) = text.split_once('[').unwrap_or((text, ""));
        self.outer_entities = head.contains("PUBLIC") || head.contains("SYSTEM");
        for declaration in inside.split("<!ENTITY").skip(1) {
            let declaration = declaration.trim_start();
            let name = declaration.split_whitespace().next().unwrap_or_default();
            let value = declaration
                .get(name.len()..)
                .unwrap_or_default()
                .trim_start();
            if name == "%" || value.starts_with("SYSTEM") || value.starts_with("PUBLIC") {
                self.outer_entities = true;
                self.tell(SvgFlawKind::External, "<!ENTITY>", at);
                continue;
            }
            self.entities.insert(name.to_owned());
            let quote = value.chars().next().unwrap_or('"');
            let value = value.get(1..).and_then(|it| it.split(quote).next());
            if entity_names(value.unwrap_or_default()).any(|it| !it.starts_with('#')) {
                self.tell(SvgFlawKind::Entities, name, at);
            }
        }
    }

    fn uses(&mut self, name: &str, at: usize) {
        if let Some((prefix, _)) = name.split_once(':')
            && !self.used.iter().any(|(it, _)| it == prefix)
            // A picture has a few; one with thousands is made to waste time.
            && self.used.len() < 100
        {
            self.used.push((prefix.to_owned(), at));
        }
    }
}

/// The names between `&` and `;`.
fn entity_names(text: &str) -> impl Iterator<Item = &str> {
    text.split('&')
        .skip(1)
        .filter_map(|it| Some(it.split_once(';')?.0))
}

/// Whether an address leads out of the file.
fn is_elsewhere(address: &str) -> bool {
    !(address.is_empty()
        || address.starts_with(['#', '&'])
        || begins(address, "data:")
        || begins(address, "about:"))
}

fn begins(text: &str, with: &str) -> bool {
    let start = text.as_bytes().get(..with.len());
    start.is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::SvgFlawKind::*;
    use super::*;

    fn check(inside: &str, expect: &[(SvgFlawKind, &str)]) {
        let text = format!(
            "<svg xmlns=\"{NAMESPACE}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n{inside}</svg>"
        );
        check_whole(&text, expect);
    }

    fn check_whole(text: &str, expect: &[(SvgFlawKind, &str)]) {
        let flaws = svg_flaws(text);
        let kinds: Vec<_> = flaws.iter().map(|it| it.kind).collect();
        let wanted: Vec<_> = expect.iter().map(|it| it.0).collect();
        assert_eq!(kinds, wanted, "{text}\n{flaws:?}");
        for (flaw, (_, word)) in flaws.iter().zip(expect) {
            assert!(flaw.what.contains(word), "{flaw:?}");
        }
    }

    #[test]
    fn what_no_card_shows_is_found() {
        check(
            "<path d='M0 0'/><use href='#a'/><a href='https://x.org'><text>x</text></a>",
            &[],
        );
        check("<rect fill='url(#g)' style=\"fill: url('#g')\"/>", &[]);
        check("<image href='data:image/png;base64,aGk='/>", &[]);
        check(
            "<style>.a{fill:url(#g)}</style><text>&amp; &#160;</text>",
            &[],
        );
        check("<script>alert(1)</script>", &[(Active, "<script>")]);
        check(
            "<g onclick='x()'/><g ONLOAD='x()'/>",
            &[(Active, "onclick")],
        );
        check(
            "<a xlink:href=' java&#x73;cri\npt:x()'/>",
            &[(Active, "javascript:x()")],
        );
        check(
            "<image xlink:href='http://x.org/a.png'/>",
            &[(External, "http://x.org/a.png")],
        );
        check(
            "<image href='photo.jpg'/><use href='b.svg#a'/>",
            &[(External, "photo.jpg")],
        );
        check("<style>@import 'a.css';</style>", &[(External, "@import")]);
        check(
            "<style><![CDATA[a{src:url( 'f.woff' )}]]></style>",
            &[(External, "f.woff")],
        );
        check(
            "<rect style='fill:url(b.svg#g)'/>",
            &[(External, "b.svg#g")],
        );
        check(
            "<foreignObject><p/></foreignObject>",
            &[(Foreign, "<foreignObject>")],
        );
        check("<text>a&nbsp;b</text>", &[(Broken, "&nbsp;")]);
        check("<g>", &[(Broken, "")]);
        check("</g>", &[(Broken, "")]);
        check("<g a='1' a='2'/>", &[(Broken, "")]);
        check("<inkscape:grid/>", &[(Broken, "`inkscape:`")]);
        check("<g xmlns:inkscape='x'><inkscape:grid/></g>", &[]);
        check_whole("<svg width='1'/>", &[(NoNamespace, NAMESPACE)]);
        check_whole(&format!("<s:svg xmlns:s='{NAMESPACE}'/>"), &[]);
        check_whole("", &[(Broken, "ends")]);
        check_whole(
            &format!("<?xml-stylesheet href='a.css'?><svg xmlns='{NAMESPACE}'/>"),
            &[(External, "xml-stylesheet")],
        );
        check_whole(
            &format!(
                "<!DOCTYPE svg PUBLIC 'a' 'b' [<!ENTITY ns 'http://x'>]><svg xmlns='{NAMESPACE}' xmlns:x='&ns;'/>"
            ),
            &[],
        );
        check_whole(
            &format!(
                "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='{NAMESPACE}'>&x;</svg>"
            ),
            &[(External, "ENTITY")],
        );
    }

    #[test]
    fn entities_that_would_explode_take_no_time() {
        let mut text = String::from("<!DOCTYPE svg [<!ENTITY a0 'ha'>");
        for level in 1..200 {
            let before = format!("&a{};", level - 1).repeat(100);
            write!(text, "<!ENTITY a{level} '{before}'>").unwrap();
        }
        write!(text, "]><svg xmlns='{NAMESPACE}'><text>&a199;</text></svg>").unwrap();
        check_whole(&text, &[(Entities, "a1")]);
        let deep = format!("<svg xmlns='{NAMESPACE}'>{}", "<g>".repeat(100_000));
        check_whole(&deep, &[(Broken, "ends")]);
    }

    #[test]
    fn places_are_lines_and_columns() {
        let text = format!("\u{feff}<svg xmlns='{NAMESPACE}'>\n<g/>é<script/></svg>");
        let flaw = &svg_flaws(&text)[0];
        assert_eq!((flaw.line, flaw.column), (2, 6));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[ -~\n]{0,80}", inside in "[<>/!?&;a-c:='\"\\[\\] -]{0,80}") {
            let _ = svg_flaws(&text);
            let _ = svg_flaws(&format!("<!DOCTYPE {inside}><svg {text}>{inside}</svg>"));
            let _ = svg_flaws(&format!("<svg xmlns='{NAMESPACE}'>{inside}</svg>"));
        }
    }
}
