//! A page of cards.

use std::fmt::Write as _;

use super::card::ShownCard;
use super::fill::fill;
use super::html::{Document, Escaped, cut};
use super::order::OrderedDeck;
use super::types::TypeFiles;
use super::{FLAGS, STATES, state_number};

const PAGE: &str = include_str!("../../templates/preview/page.html");

/// So many characters of a question are a card's heading.
const MOST_HEADING: usize = 90;

/// Where a page stands.
pub(super) struct Place<'a> {
    /// The title of the index above.
    pub(super) home: &'a str,
    /// The way to the folder that has the stamps.
    pub(super) root: &'a str,
    /// The page's own path below that folder.
    pub(super) path: &'a str,
    pub(super) deck: &'a OrderedDeck<'a>,
    /// Which page of its deck it is, from 0.
    pub(super) number: usize,
    pub(super) of: usize,
}

/// The page, and what it is known by.
pub(super) fn page(
    place: &Place<'_>,
    cards: &[ShownCard<'_>],
    types: &TypeFiles,
) -> (String, String) {
    let mut articles = String::new();
    for card in cards {
        article(&mut articles, card, types);
    }
    let deck = place.deck;
    let mut title = deck.name.clone();
    let mut heading = deck
        .name
        .split("::")
        .map(|it| Escaped(it).to_string())
        .collect::<Vec<_>>()
        .join(" › ");
    if place.of > 1 {
        // Writing to a string cannot fail.
        let _ = write!(title, ", page {} of {}", place.number + 1, place.of);
        let _ = write!(
            heading,
            " <small>page {} of {}</small>",
            place.number + 1,
            place.of
        );
    }
    let pages = links(place);
    let parts = [
        ("root", place.root),
        ("page", &Escaped(place.path).to_string()),
        ("title", &Escaped(&title).to_string()),
        ("home", &Escaped(place.home).to_string()),
        ("heading", &heading),
        ("pages", &pages),
        ("cards", &articles),
    ];
    fill(PAGE, &parts)
}

/// The other pages of the deck.
fn links(place: &Place<'_>) -> String {
    let mut links = String::new();
    if place.of < 2 {
        return links;
    }
    let mut link = |to: usize, rel: &str, text: &str| {
        let name = place.deck.page_name(to);
        let _ = write!(links, "<a rel=\"{rel}\" href=\"{name}\">{text}</a> ");
    };
    if let Some(before) = place.number.checked_sub(1) {
        link(before, "prev", "← before");
    }
    // A deck of a thousand pages lists those around, and the ends.
    let is_near = |it: usize| it == 0 || it + 1 == place.of || it.abs_diff(place.number) <= 4;
    let mut left_out = false;
    for to in 0..place.of {
        if !is_near(to) {
            left_out = true;
            continue;
        }
        let gap = if std::mem::take(&mut left_out) {
            "… "
        } else {
            ""
        };
        let number = to + 1;
        let name = place.deck.page_name(to);
        let _ = match to == place.number {
            true => write!(links, "{gap}<span aria-current=\"page\">{number}</span> "),
            false => write!(links, "{gap}<a href=\"{name}\">{number}</a> "),
        };
    }
    if place.number + 1 < place.of {
        let name = place.deck.page_name(place.number + 1);
        let _ = write!(links, "<a rel=\"next\" href=\"{name}\">next →</a>");
    }
    links
}

fn article(out: &mut String, card: &ShownCard<'_>, types: &TypeFiles) {
    let anchor = card.anchor();
    let question = match card.text.0.as_str() {
        "" => "(no text)",
        text => cut(text, MOST_HEADING),
    };
    let more = if question.len() < card.text.0.len() {
        "…"
    } else {
        ""
    };
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<article id=\"{anchor}\" tabindex=\"-1\" aria-labelledby=\"{anchor}-title\">\n<h2 id=\"{anchor}-title\"><a href=\"#{anchor}\">{}{more}</a></h2>\n<ul class=\"facts\">",
        Escaped(question)
    );
    let mut fact = |class: &str, text: &str| {
        let _ = write!(out, "<li class=\"{class}\">{}</li>", Escaped(text));
    };
    if let Some(place) = card
        .origin
        .map(|it| it.place.as_str())
        .filter(|it| !it.is_empty())
    {
        fact("place", place);
    }
    fact("type", &card.note_type.name);
    fact("template", &card.template);
    for tag in card.note.tags() {
        fact("tag", tag);
    }
    if let Some(name) = FLAGS.get(usize::from(card.flag)).filter(|_| card.flag > 0) {
        fact(&format!("flag flag-{}", card.flag), &format!("{name} flag"));
    }
    let state = state_number(card.state);
    if let Some(name) = STATES.get(state).filter(|_| state > 0) {
        fact("state", name);
    }
    fact("guid", &format!("guid {}", card.note.guid));
    out.push_str("</ul>\n");
    let remarks = card.origin.map_or(&[][..], |it| &it.remarks);
    if !card.problems.is_empty() || !remarks.is_empty() {
        out.push_str("<ul class=\"problems\">");
        for problem in card.problems.iter().chain(remarks) {
            let _ = write!(out, "<li>{}</li>", Escaped(problem));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<button type=\"button\" class=\"turn\">Answer</button>\n<div class=\"sides\">");
    side(out, card, "Front", "side", &card.question, types);
    side(out, card, "Back", "side back", &card.answer, types);
    out.push_str("</div>\n</article>\n");
}

/// A side in a frame: for browsers without scripts as it is, and a script puts it into another one.
fn side(
    out: &mut String,
    card: &ShownCard<'_>,
    name: &str,
    class: &str,
    html: &str,
    types: &TypeFiles,
) {
    let style = types.style(card.note_type.id);
    let problem;
    let html = match card.problems.first() {
        Some(text) if card.question.is_empty() && card.answer.is_empty() => {
            problem = format!("<div class=\"deckle-problem\">{}</div>", Escaped(text));
            &problem
        }
        _ => html,
    };
    let document = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><base href=\"../media/\"><link rel=\"stylesheet\" href=\"../look/card.css\"><link rel=\"stylesheet\" href=\"{style}\"></head><body class=\"card card{}\"><script src=\"../look/card.js\"></script><div id=\"qa\">{html}</div></body></html>",
        u32::from(card.ordinal) + 1,
    );
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<section class=\"{class}\"><h3>{name}</h3><noscript><iframe title=\"{name}\" sandbox=\"allow-scripts\" srcdoc='{}'></iframe></noscript></section>",
        Document(&document)
    );
}
