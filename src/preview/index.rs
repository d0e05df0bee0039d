//! The pages that lead to cards: of a package, and of several packages.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::fill::fill;
use super::html::Escaped;
use super::order::Order;

const INDEX: &str = include_str!("../../templates/preview/index.html");
const SEVERAL: &str = include_str!("../../templates/preview/several.html");

/// What the page of a package says.
pub(super) struct Index<'a> {
    pub(super) title: &'a str,
    /// The way to the folder that has the stamps.
    pub(super) root: &'a str,
    /// The page's own path below that folder.
    pub(super) path: &'a str,
    pub(super) order: &'a Order<'a>,
    /// How many cards each note type has, by its name.
    pub(super) types: &'a [(String, usize)],
    /// What is wrong with the package.
    pub(super) remarks: &'a [String],
    pub(super) media: usize,
}

impl Index<'_> {
    /// The page, and what it is known by.
    pub(super) fn page(&self) -> (String, String) {
        let order = self.order;
        let counts = format!(
            "{} of {} in {}, {}",
            counted(order.cards, "card"),
            counted(order.notes_with_cards, "note"),
            counted(order.decks.len(), "deck"),
            counted(self.media, "media file")
        );
        let mut remarks = String::new();
        if !self.remarks.is_empty() {
            remarks.push_str("<ul class=\"problems\">");
            for remark in self.remarks {
                // Writing to a string cannot fail.
                let _ = write!(remarks, "<li>{}</li>", Escaped(remark));
            }
            remarks.push_str("</ul>");
        }
        let mut types = String::from("<ul class=\"types\">");
        for (name, cards) in self.types {
            let _ = writeln!(
                types,
                "<li>{}<span class=\"count\">{}</span></li>",
                Escaped(name),
                counted(*cards, "card")
            );
        }
        types.push_str("</ul>");
        let above = match self.root {
            "" => String::new(),
            root => format!("<a class=\"home\" href=\"{root}index.html\">All packages</a>\n"),
        };
        let parts = [
            ("root", self.root),
            ("page", &Escaped(self.path).to_string()),
            ("title", &Escaped(self.title).to_string()),
            ("above", &above),
            ("counts", &counts),
            ("remarks", &remarks),
            ("decks", &self.decks()),
            ("types", &types),
        ];
        fill(INDEX, &parts)
    }

    /// The decks, those below others in lists of their own.
    fn decks(&self) -> String {
        let mut list = String::from("<ul class=\"decks\">");
        let mut level = 0;
        for (index, deck) in self.order.decks.iter().enumerate() {
            if index > 0 {
                // A deck is at most one level below the one before it.
                match deck.level.checked_sub(level) {
                    Some(0) => list.push_str("</li>\n"),
                    Some(_) => list.push_str("\n<ul>\n"),
                    None => {
                        list.push_str("</li>");
                        (deck.level..level).for_each(|_| list.push_str("</ul></li>\n"));
                    }
                }
            }
            level = deck.level;
            let name = Escaped(deck.last_name());
            // Writing to a string cannot fail.
            let _ = match deck.cards.is_empty() {
                true => write!(list, "<li>{name}"),
                false => write!(
                    list,
                    "<li><a href=\"cards/{}\">{name}</a>",
                    deck.page_name(0)
                ),
            };
            let own = match deck.cards.len() == deck.all || deck.cards.is_empty() {
                true => String::new(),
                false => format!(", {} of its own", deck.cards.len()),
            };
            let _ = write!(
                list,
                "<span class=\"count\">{}{own}</span>",
                counted(deck.all, "card")
            );
        }
        if !self.order.decks.is_empty() {
            list.push_str("</li>");
            (0..level).for_each(|_| list.push_str("</ul></li>"));
        }
        list.push_str("</ul>");
        list
    }
}

/// The page of several packages: name, folder, cards.
pub(super) fn several(
    title: &str,
    path: &str,
    packages: &[(String, String, usize)],
) -> (String, String) {
    let mut list = String::from("<ul>");
    for (name, folder, cards) in packages {
        // Writing to a string cannot fail.
        let _ = writeln!(
            list,
            "<li><a href=\"{folder}index.html\">{}</a> <span class=\"count\">{}</span></li>",
            Escaped(name),
            counted(*cards, "card")
        );
    }
    list.push_str("</ul>");
    let parts = [
        ("title", &*Escaped(title).to_string()),
        ("page", path),
        ("packages", &list),
    ];
    fill(SEVERAL, &parts)
}

/// The script that says what pages there are: a page that is open asks for it again while `live`, and loads
/// itself again if it is another one now.
pub(super) fn stamps(stamps: &BTreeMap<String, String>, live: bool) -> String {
    let stamps = serde_json::json!({"live": live, "pages": stamps});
    format!("deckleStamp({stamps});\n")
}

pub(super) fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}
