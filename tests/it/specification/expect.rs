//! The field that deckle is to write, made of the HTML that a specification gives.
//!
//! The two differ by design: fields have no line breaks between blocks, one paragraph alone stands
//! without `<p>`, quotation marks are no entities, images without a text say none, and links that
//! lead to no address on the network are their text.

/// What is expected of an example.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) field: String,
    /// Where the links lead that become text, as they are told.
    pub(super) told: Vec<String>,
}

const BLOCKS: &[&str] = &[
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// The field for this HTML.
pub(super) fn field(html: &str) -> Expected {
    let mut expected = Expected::default();
    let out = &mut expected.field;
    let mut links: Vec<bool> = Vec::new();
    let (mut in_code, mut behind_block) = (false, true);
    let mut rest = html;
    while !rest.is_empty() {
        if !rest.starts_with('<') {
            let (text, behind) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            rest = behind;
            if in_code {
                out.push_str(&text.replace("&quot;", "\""));
                continue;
            }
            let text = if behind_block {
                text.trim_start_matches('\n')
            } else {
                text
            };
            behind_block = behind_block && text.is_empty();
            out.push_str(&text.replace("&quot;", "\"").replace('\n', " "));
            continue;
        }
        let (tag, behind) = rest.split_at(tag_end(rest));
        rest = behind;
        let name = tag.trim_start_matches(['<', '/']);
        let name = &name[..name.find([' ', '>', '/']).unwrap_or(name.len())];
        if BLOCKS.contains(&name) {
            let ends_code = in_code && name == "pre";
            if out.ends_with(' ') && !ends_code {
                out.pop();
            }
            out.push_str(&tag.replace(" />", ">"));
            behind_block = true;
            in_code = tag == "<pre>";
            continue;
        }
        let was_behind_block = std::mem::take(&mut behind_block);
        match (name, tag.starts_with("</")) {
            ("code", true) => {
                if in_code && out.ends_with('\n') {
                    out.pop();
                }
                out.push_str(tag);
            }
            ("a", false) => {
                let address = attribute(tag, "href");
                let leads_out = leads_out(&address);
                links.push(leads_out);
                if leads_out {
                    out.push_str(tag);
                } else if !is_source(&address) {
                    expected.told.push(address);
                }
            }
            ("a", true) => {
                if links.pop() == Some(true) {
                    out.push_str(tag);
                }
            }
            ("br", _) => {
                out.push_str("<br>");
                rest = rest.trim_start_matches('\n');
            }
            ("img", _) => out.push_str(&tag.replace(" alt=\"\"", "").replace(" />", ">")),
            ("input", _) => {
                let checked = if tag.contains("checked") {
                    " checked"
                } else {
                    ""
                };
                out.push_str(&format!("<input type=\"checkbox\"{checked} disabled>"));
            }
            _ => out.push_str(tag),
        }
        if tag.starts_with("</") && was_behind_block {
            behind_block = false;
        }
    }
    let alone = out
        .strip_prefix("<p>")
        .and_then(|it| it.strip_suffix("</p>"));
    if let Some(alone) = alone.filter(|it| !it.contains("<p>")) {
        *out = alone.to_owned();
    }
    expected
}

/// A field with its addresses encoded as the specifications have them: a browser does that by
/// itself.
pub(super) fn encoded(field: &str) -> String {
    let mut out = String::new();
    let mut rest = field;
    while let Some(at) = ["<a href=\"", "<img src=\""]
        .iter()
        .filter_map(|start| Some(rest.find(start)? + start.len()))
        .min()
    {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let (address, behind) = behind.split_at(behind.find('"').unwrap_or(behind.len()));
        out.push_str(&address_encoded(&address.replace("&quot;", "%22")));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// An address as the specifications write it.
pub(super) fn address_encoded(address: &str) -> String {
    let mut out = String::new();
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.+!*'(),%#@?=;:/,+&$~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Where the tag ends that the text begins with: at a `>` outside of quotation marks.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn attribute(tag: &str, name: &str) -> String {
    let start = format!(" {name}=\"");
    let value = tag.split_once(start.as_str()).map_or("", |(_, it)| it);
    let value = value.split('"').next().unwrap_or_default();
    value.replace("&amp;", "&")
}

/// Whether a link leads to another source, which every project has.
fn is_source(address: &str) -> bool {
    address.is_empty() || address.starts_with(['#', '?']) || address.ends_with(".md")
}

fn leads_out(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|it: char| it.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
    })
}
