//! Every example of CommonMark 0.31.2 and of GFM's extensions, through the whole way of a field.
//!
//! What deckle does otherwise stands in [`deviations`], each with its reason. An example whose
//! source holds HTML, by the Markdown parser's own reading, is left out: HTML in fields has rules
//! of its own (`docs/format.md`), which other tests check.

mod deviations;
mod examples;
mod expect;

use std::collections::BTreeSet;

use deckle::diag::Code;
use deckle::model::written::{Coloring, Missing, Remote, Settings};
use pulldown_cmark::{Event, Options, Parser};

use crate::fields::{Kind, render};
use deviations::{COMMONMARK, GFM, Why};
use examples::Example;

/// What deckle writes for an example, and the addresses that it tells as leading nowhere.
fn written(source: &str) -> expect::Expected {
    let mut settings = Settings::default();
    // The pictures of the examples do not exist, nor does the network.
    (settings.missing, settings.remote) = (Missing::Keep, Remote::Keep);
    // Colors are no matter of Markdown.
    settings.code.coloring = Coloring::None;
    let rendered = render(Kind::Normal, source, settings);
    let told = rendered.diagnostics.iter();
    let told = told.filter(|it| it.code == Code::LinkTarget);
    let addresses = told.filter_map(|it| it.message.split('`').nth(1));
    expect::Expected {
        field: expect::encoded(&rendered.fields.concat()),
        told: addresses.map(expect::address_encoded).collect(),
    }
}

fn holds_html(source: &str) -> bool {
    let mut events = Parser::new_ext(source, Options::empty());
    events.any(|it| matches!(it, Event::Html(_) | Event::InlineHtml(_)))
}

#[track_caller]
fn check(examples: &[Example], deviations: &[(u32, Why)]) {
    let mut failed = Vec::new();
    let mut seen = BTreeSet::new();
    let mut checked = 0;
    for example in examples {
        let why = deviations
            .iter()
            .find(|(number, _)| *number == example.number);
        if holds_html(&example.source) {
            assert!(why.is_none(), "example {} holds HTML", example.number);
            continue;
        }
        checked += 1;
        let (is, should) = (written(&example.source), expect::field(&example.html));
        match why {
            Some((number, _)) => {
                seen.insert(*number);
                if is == should {
                    failed.push(format!("{number} deviates no more"));
                }
            }
            None if is != should => failed.push(format!(
                "{}: {:?}\n  is     {is:?}\n  should {should:?}",
                example.number, example.source
            )),
            None => {}
        }
    }
    assert!(checked > examples.len() / 2, "{checked} checked");
    assert_eq!(seen.len(), deviations.len(), "numbers of no example");
    assert!(
        failed.is_empty(),
        "{} of {checked}\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn commonmark_is_read_as_specified() {
    check(&examples::commonmark(), COMMONMARK);
}

#[test]
fn the_extensions_of_github_are_read_as_specified() {
    check(&examples::gfm(), GFM);
}

#[test]
fn every_kind_of_deviation_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/format.md"));
    let page = page.unwrap();
    for (_, why) in COMMONMARK.iter().chain(GFM) {
        assert!(
            page.contains(why.documented()),
            "{why:?}: {}",
            why.documented()
        );
    }
}
