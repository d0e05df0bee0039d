//! Links: those that lead out of the collection stay, the others are text.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::LinkType;

use super::{Link, OpenLink, Writer, push_attribute};
use crate::diag::{Code, Diagnostic};
use crate::render::html::is_web_address;
use crate::render::piece::{Element, PieceKind};

impl Writer<'_, '_> {
    pub(super) fn link(&mut self, kind: LinkType, target: &str, title: &str, range: &Range<usize>) {
        let target = self.mask.unmasked(target);
        let is_autolink = matches!(kind, LinkType::Autolink | LinkType::Email);
        let address = match kind {
            LinkType::Email => Cow::Owned(format!("mailto:{target}")),
            _ => Cow::Borrowed(target.as_ref()),
        };
        if is_autolink && !is_web_address(&address) {
            self.text("<", " ");
            self.begin_link(Link::Bracket);
            return;
        }
        if leads_out(&address) {
            let mut tag = String::from("<a href=\"");
            push_attribute(&mut tag, &address);
            if !title.is_empty() {
                tag.push_str("\" title=\"");
                push_attribute(&mut tag, &self.mask.unmasked(title));
            }
            tag.push_str("\">");
            self.open(Element::Inline, &tag);
            self.begin_link(Link::Tag);
            return;
        }
        if !is_source(&address) && !address.is_empty() {
            let span = self.span(range);
            self.sink.push(
                Diagnostic::new(
                    Code::LinkTarget,
                    format!("a link to `{address}` leads nowhere on a card"),
                )
                .at(span, "written as its text")
                .help("link to an address such as `https://..`, or show the file as an image"),
            );
        }
        if address.is_empty() {
            let span = self.span(range);
            self.sink.push(
                Diagnostic::new(Code::EmptyLink, "the link has no address")
                    .at(span, "written as its text")
                    .help("write the address between the parentheses, or the text alone"),
            );
        }
        self.begin_link(Link::Text);
    }

    fn begin_link(&mut self, ends: Link) {
        let from = self.html.text.len();
        self.links.push(OpenLink { ends, from });
    }

    pub(super) fn end_link(&mut self, range: &Range<usize>) {
        let Some(link) = self.links.pop() else {
            return;
        };
        if self.html.text.len() == link.from {
            let span = self.span(range);
            self.sink.push(
                Diagnostic::new(Code::EmptyLink, "the link has no text")
                    .at(span, "shows nothing")
                    .help("write between the brackets what is to be seen"),
            );
        }
        match link.ends {
            Link::Tag => self.close(Element::Inline, "</a>"),
            Link::Bracket => self.text(">", " "),
            Link::Text => {}
        }
    }
}

impl Writer<'_, '_> {
    /// An address without brackets; `bare` where it has no scheme.
    pub(super) fn address(&mut self, address: &str, bare: bool) {
        if self.is_in_link() {
            self.html.escaped(PieceKind::Text, address, " ");
            return;
        }
        let scheme = if bare { "http://" } else { "" };
        let mut tag = String::from("<a href=\"");
        push_attribute(&mut tag, &format!("{scheme}{address}"));
        tag.push_str("\">");
        self.open(Element::Inline, &tag);
        self.html.escaped(PieceKind::Text, address, " ");
        self.close(Element::Inline, "</a>");
    }

    /// Whether a link would stand in another one, or in HTML that is the author's own.
    pub(in crate::render) fn is_in_link(&self) -> bool {
        self.in_html_block || !self.links.is_empty() || self.tags.is_open("a")
    }

    pub(in crate::render) fn open_inline(&mut self, tag: &str) {
        self.open(Element::Inline, tag);
    }

    pub(in crate::render) fn close_inline(&mut self, tag: &str) {
        self.close(Element::Inline, tag);
    }
}

/// Whether a link leaves the collection by an address that a device can open.
fn leads_out(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'));
    let runs = ["javascript", "vbscript", "data", "file"];
    is_scheme && !runs.iter().any(|it| scheme.eq_ignore_ascii_case(it))
}

/// Whether a link leads to another source file, or to a place in this one.
fn is_source(address: &str) -> bool {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    let extension = path.rsplit_once('.').map_or("", |(_, it)| it);
    path.is_empty()
        || ["md", "markdown", "yaml", "yml", "csv", "tsv", "txt"]
            .iter()
            .any(|it| extension.eq_ignore_ascii_case(it))
}
