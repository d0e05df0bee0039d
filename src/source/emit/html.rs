//! HTML as a tree, for fields that are as tidy as those that Anki's editor and deckle write.
//!
//! Strict on purpose: what is not well nested is left as HTML, since nothing is gained by
//! guessing what a browser would make of it.

/// How deep elements may lie in one another. Deeper ones are rare, and walking the tree recurses.
const MAX_DEPTH: usize = 32;

/// Elements without an end.
const VOID: [&str; 5] = ["br", "hr", "img", "input", "wbr"];

/// A piece of HTML.
#[derive(Debug)]
pub(super) enum Node<'h> {
    /// Text as it is written, entities included.
    Text(&'h str),
    Element(Element<'h>),
}

#[derive(Debug)]
pub(super) struct Element<'h> {
    /// The name in lower case.
    pub(super) name: String,
    /// The start tag as it is written.
    pub(super) start: &'h str,
    /// The end tag as it is written; empty where there is none.
    pub(super) end: &'h str,
    /// Names in lower case, and values as they are written, without their quotes.
    pub(super) attributes: Vec<(String, &'h str)>,
    pub(super) children: Vec<Node<'h>>,
}

impl Element<'_> {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| *value)
    }
}

/// The tree of a field; `None` where it is not well formed, or holds a comment that says
/// something. Empty comments, with which deckle keeps braces apart, are left out.
pub(super) fn parse(html: &str) -> Option<Vec<Node<'_>>> {
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut top: Vec<Node<'_>> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let siblings = match open.last_mut() {
            Some(element) => &mut element.children,
            None => &mut top,
        };
        let text_end = rest.find('<').unwrap_or(rest.len());
        if text_end > 0 {
            let (text, behind) = rest.split_at_checked(text_end)?;
            siblings.push(Node::Text(text));
            rest = behind;
            continue;
        }
        if let Some(behind) = rest.strip_prefix("<!-- -->") {
            rest = behind;
            continue;
        }
        if rest.starts_with("</") {
            let (tag, behind) = rest.split_at_checked(rest.find('>')? + 1)?;
            let name = tag.get(2..tag.len() - 1)?.trim_end().to_ascii_lowercase();
            let mut element = open.pop().filter(|it| it.name == name)?;
            element.end = tag;
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(element)),
                None => top.push(Node::Element(element)),
            }
            rest = behind;
            continue;
        }
        let (element, closed, behind) = start_tag(rest)?;
        if closed || VOID.contains(&element.name.as_str()) {
            siblings.push(Node::Element(element));
        } else {
            open.push(element);
            if open.len() > MAX_DEPTH {
                return None;
            }
        }
        rest = behind;
    }
    open.is_empty().then_some(top)
}

/// The start tag at the beginning of `html`, whether it closes itself, and what is behind.
fn start_tag(html: &str) -> Option<(Element<'_>, bool, &str)> {
    let inside = html.strip_prefix('<')?;
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | ':' | '_');
    let length = inside.find(|it| !is_name(it))?;
    let (name, mut rest) = inside.split_at_checked(length)?;
    if !name.starts_with(|it: char| it.is_ascii_alphabetic()) {
        return None;
    }
    let mut attributes = Vec::new();
    let closed = loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("/>") {
            rest = behind;
            break true;
        }
        if let Some(behind) = rest.strip_prefix('>') {
            rest = behind;
            break false;
        }
        let length = rest.find(|it| !is_name(it))?;
        let (name, behind) = rest.split_at_checked(length)?;
        if name.is_empty() {
            return None;
        }
        let Some(behind) = behind.strip_prefix('=') else {
            attributes.push((name.to_ascii_lowercase(), ""));
            rest = behind;
            continue;
        };
        let (value, behind) = match behind.chars().next()? {
            quote @ ('"' | '\'') => behind.get(1..)?.split_once(quote)?,
            _ => {
                let end = behind.find(|it: char| it.is_whitespace() || it == '>')?;
                behind.split_at_checked(end)?
            }
        };
        attributes.push((name.to_ascii_lowercase(), value));
        rest = behind;
    };
    let element = Element {
        name: name.to_ascii_lowercase(),
        start: html.get(..html.len() - rest.len())?,
        end: "",
        attributes,
        children: Vec::new(),
    };
    Some((element, closed, rest))
}

/// The text with the three entities decoded that stand for Markdown's own characters. `None` where
/// there is another one, or a bare `&`: rendering would not write it again.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        decoded.push_str(before);
        let known = [("lt;", '<'), ("gt;", '>'), ("amp;", '&')];
        let (entity, character) = known.iter().find(|(name, _)| behind.starts_with(name))?;
        decoded.push(*character);
        rest = behind.get(entity.len()..)?;
    }
    decoded.push_str(rest);
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tidy_html_has_a_tree() {
        let check = |html: &str, expect: bool| assert_eq!(parse(html).is_some(), expect, "{html}");
        check("a<b>c<i>d</i></b><br>e", true);
        check("<img src=\"a b.png\" alt=''><a href=x>y</a>", true);
        check("<B>x</b ><br/>", true);
        check("a<!-- -->b", true);
        check("a<!-- b -->", false);
        check("<b>a", false);
        check("a</b>", false);
        check("<b><i>a</b></i>", false);
        check("a < b", false);
        check("<b", false);
        check("<a b=\"c>d</a>", false);
        check(&"<b>".repeat(100), false);
    }

    #[test]
    fn entities_that_rendering_writes_are_decoded() {
        assert_eq!(decoded("a &lt;b&gt; &amp;c").as_deref(), Some("a <b> &c"));
        assert_eq!(decoded("a&nbsp;b"), None);
        assert_eq!(decoded("a & b"), None);
    }
}
