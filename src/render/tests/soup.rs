//! Anything at all: nothing panics, and what the author meant stays.

use proptest::prelude::*;

use super::*;

/// Pieces that mean something together.
const PIECES: [&str; 60] = [
    "{{c1::",
    "{{c2::",
    "{{c1,3::",
    "{{c0::",
    "}}",
    "}",
    "{",
    "::",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "==",
    "=",
    "`",
    "```\n",
    "[sound:",
    "]",
    "[",
    "](",
    ")",
    "![",
    "![[",
    "[[",
    "|",
    "<",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "[!note]",
    "[^1]",
    "[^1]: ",
    "*",
    "**",
    "_",
    "\\",
    "&",
    " ",
    "a",
    "é",
    "| a |\n|---|\n",
    "%%",
    "http://a.b",
    "www.a.b/",
    "{東|ひ}",
    "{東|",
    "[[a#b",
    "]]",
    "> [!a]- ",
    "[a]: b\n",
    "[a][b]",
    "[^2]",
    "![](",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(0..PIECES.len(), 0..24)
        .prop_map(|indexes| indexes.iter().map(|index| PIECES[*index]).collect())
}

/// The numbers of the clozes that survived, by the scan's own account.
fn check_soup(source: &str) -> Result<(), TestCaseError> {
    for kind in [NoteTypeKind::Normal, NoteTypeKind::Cloze] {
        for curly in [false, true] {
            let settings = Settings {
                curly,
                percent_comments: curly,
                ruby: curly,
                wiki_links: if curly {
                    WikiLinks::Obsidian
                } else {
                    WikiLinks::Text
                },
                ..Settings::default()
            };
            let (html, codes) = render_one(kind, source, settings.clone());
            let again = render_one(kind, source, settings);
            prop_assert_eq!(&again, &(html.clone(), codes.clone()));
            if kind == NoteTypeKind::Normal {
                continue;
            }
            let clozes = ClozeText::parse(&html);
            for number in clozes.numbers() {
                prop_assert!((1..=500).contains(&number));
                prop_assert!(!clozes.reveal(number, CardSide::Answer).is_empty());
            }
            let unclosed = clozes
                .problems()
                .iter()
                .find(|it| it.kind == crate::template::cloze::ClozeProblemKind::Unclosed);
            prop_assert!(unclosed.is_none(), "{} -> {}", source, html);
        }
    }
    Ok(())
}

/// What Anki reads in the emitted text has to be what was meant: the same clozes in the same
/// order, each with its hint.
fn check_intent(source: &str) -> Result<(), TestCaseError> {
    let text = Text::detached(source);
    let dialect = scan::Dialect {
        markdown: true,
        clozes: true,
        highlight: true,
        curly: false,
        stray: None,
        math: true,
        percent_comments: true,
        autolinks: true,
        ruby: true,
    };
    let mut found = Diagnostics::new();
    let scan = scan::scan(&text, dialect, &mut found);
    let mut used = Vec::new();
    let numbers = markdown::number(&scan, &mut used);
    let field = markdown::Field {
        text: &text,
        scan: &scan,
        numbers: &numbers,
        guards: true,
        footnotes: "n",
    };
    let (files, settings) = (files(), Settings::default());
    let library = media::Library::new(&files);
    let mut sink = sink::Sink::new(&library, &settings, "notes/a.md");
    let mask = mask::Mask::new(source, &scan);
    let mut html = markdown::write(&field, &mask, true, &mut sink);
    place::place(&mut html, &scan, source);
    let emitted = emit::emit(&html, &scan, &numbers, true);

    let kept: Vec<&scan::Token> = html
        .pieces
        .iter()
        .filter_map(|piece| match piece.kind {
            piece::PieceKind::Token(index) => scan.tokens.get(index),
            _ => None,
        })
        .collect();
    let too_deep = found.iter().any(|it| it.code == Code::ClozeNesting);
    if too_deep {
        return Ok(());
    }
    let mut meant: Vec<(u16, bool)> = Vec::new();
    for token in &kept {
        if token.kind == scan::TokenKind::Open {
            let hint = kept
                .iter()
                .any(|it| it.group == token.group && it.kind == scan::TokenKind::Hint);
            meant.extend(numbers[token.group].iter().map(|number| (*number, hint)));
        }
    }
    let clozes = ClozeText::parse(&emitted);
    let read: Vec<(u16, bool)> = clozes
        .nodes()
        .iter()
        .filter_map(|node| match node {
            ClozeNode::Open { numbers, hint, .. } => Some((numbers[0], hint.is_some())),
            _ => None,
        })
        .collect();
    prop_assert_eq!(read, meant, "{} -> {}", source, emitted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn soup_never_panics_and_opens_no_cloze_without_end(source in soup()) {
        check_soup(&source)?;
        check_intent(&source)?;
    }

    #[test]
    fn arbitrary_text_never_panics(source in "\\PC{0,40}") {
        check_soup(&source)?;
    }
}
