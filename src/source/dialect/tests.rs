//! What every reader of another tool's files holds to. The formats themselves are tested by the
//! folders in `tests/dialects`.

use proptest::prelude::*;

use super::*;
use crate::diag::{Sources, Span};
use crate::model::DeckName;
use crate::source::shipped;

fn defaults() -> Defaults {
    Defaults::in_deck(&DeckName::new("D").unwrap())
}

fn read_all(source: &str) {
    let types = TypeSet::new(shipped::types().to_vec());
    for (_, tool) in FrontEnd::ALL {
        let mut sources = Sources::new();
        let file = sources.add("a.md", source);
        let mut sink = Diagnostics::new();
        let notes = read(
            *tool,
            (file, "a.md"),
            source,
            &defaults(),
            &types,
            &mut sink,
        );
        for note in notes {
            let inside = |span: Span| {
                let range = span.range();
                assert!(source.get(range.clone()).is_some(), "{tool:?} {range:?}");
            };
            inside(note.span);
            for content in note.fields.iter().flatten() {
                inside(content.span());
            }
        }
        let _ = types_named(*tool, source);
    }
    let _ = guess([("a.md", source), ("a.txt", source)]);
}

/// Pieces that mean something to one of the tools.
const PIECES: &str = r"Q: |A: |C: |\[|\]|!\[|\\\[|\n|\n\n|---\n|# |## |### |%|\[#a\]\(\)|\\\\\(|model: |guid: x|```\n|tags: a b|::|:::|\?\n|\?\?\n|==|==\^\[h\]|\[\^1\]|\[\^ah\]|<!--SR:!1-->|#card|#card-reverse|#flashcards/a|\^1234567890123|\{|\}|\{2:|START\n|Basic\n|END\n|STARTI \[Basic\] |ENDI|Back: |ID: 1|FROZEN - Basic:\n|TARGET DECK\n|x|é| |\r\n|\$|`|\u{feff}";

proptest! {
    #[test]
    fn no_text_stops_a_reader(text in any::<String>()) {
        read_all(&text);
    }

    #[test]
    fn no_order_of_signs_stops_a_reader(pieces in prop::collection::vec(PIECES, 0..30)) {
        read_all(&pieces.concat());
    }
}

#[test]
fn tools_are_known_by_their_signs() {
    let check = |text: &str, expect: &[&str]| {
        let found = guess([("a.md", text)]);
        let found: Vec<&str> = found.iter().map(|it| it.tool.name()).collect();
        assert_eq!(found, expect, "{text}");
    };
    check("Q: a\nA: b\n", &["hashcards"]);
    check("## a\n\nb\n", &["mdanki", "markdown-anki-decks"]);
    check("## a\n\nb\n%\nc\n", &["mdanki"]);
    check("## a \\\\(x\\\\)\n\nb\n", &["markdown-anki-decks"]);
    check("model: Basic\n\n# Note\n", &["apy"]);
    check("# Note\n```\nguid: x\n```\n", &["ki"]);
    check("#flashcards\n\na::b\n", &["obsidian-spaced-repetition"]);
    check("a #card\nb\n", &["flashcards-obsidian"]);
    check("START\nBasic\nEND\n", &["obsidian-to-anki"]);
    check("text\n", &[]);
    check(
        "a #card\nSTART\n",
        &["flashcards-obsidian", "obsidian-to-anki"],
    );
}
