//! What holds for any text.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Outcome, defaults, read, read_with};
use crate::diag::Text;
use crate::model::written::Content;

fn texts(outcome: &Outcome) -> Vec<Vec<Option<String>>> {
    let text = |it: &Content| {
        let mut all = String::new();
        it.texts(&mut |_, text| all.push_str(text));
        all
    };
    outcome
        .notes
        .iter()
        .map(|note| note.fields.iter().map(|it| it.as_ref().map(text)).collect())
        .collect()
}

/// Each character of a field is the one that stands at its place in the file.
fn places_are_exact(outcome: &Outcome) -> Result<(), TestCaseError> {
    let check = |text: &Text| -> Result<(), TestCaseError> {
        for (at, character) in text.as_str().char_indices() {
            let span = text.span(at..at + character.len_utf8());
            let source = outcome.sources.snippet(span);
            if character == '\\' && source.is_empty() {
                // It keeps a cell from being a list.
                continue;
            }
            if character == '\n' {
                let blank = source.trim_matches(['\r', '\n', ' ', '\t']).is_empty();
                prop_assert!(blank || !source.is_empty(), "{:?}", source);
            } else {
                let mut buffer = [0; 4];
                prop_assert_eq!(source, &*character.encode_utf8(&mut buffer));
            }
        }
        Ok(())
    };
    for note in &outcome.notes {
        prop_assert_eq!(note.span.file, outcome.file);
        for content in note.fields.iter().flatten() {
            if let Content::Markdown(text) = content {
                check(text)?;
            }
        }
    }
    Ok(())
}

fn line() -> impl Strategy<Value = String> {
    let starts = prop::sample::select(vec![
        "",
        "",
        "# ",
        "## ",
        "## ",
        "### ",
        "#### ",
        "Q: ",
        "Q: ",
        "A: ",
        "A: ",
        "F: ",
        "B: ",
        "C: ",
        "E: ",
        "D: ",
        "\\Q: ",
        "Q:",
        "---",
        "---",
        "***",
        "- ",
        "  - ",
        "1. ",
        "> ",
        "    ",
        "```",
        "~~~",
        "$$",
        "$$ ",
        "\\[",
        "\\]",
        "<!-- ",
        "-->",
        "<!-- cards off -->",
        "<!-- cards on -->",
        "<!-- id: x -->",
        "<!-- {tags: [a], Extra: b} -->",
        "<!-- notes -->",
        "<div>",
        "</div>",
        "| a | b |",
        "| Front | Back |",
        "|---|---|",
        "|a|`|`|$|$|",
        "| id | Front | x |",
        "- a :: b",
        "  - c ::: d",
        "1. e :: f ^g",
        "- ::",
        "%%",
        "<!-- include: b.md -->",
        "<!-- notes: cloze -->",
        "<!-- note -->",
        "q: ",
        "===",
        "[a]: ",
        "...",
        "tags: ",
        "\t",
        "### Extra",
        "### Front",
        "\u{feff}",
    ]);
    let rests = prop::sample::select(vec![
        "",
        "",
        "a",
        "é 漢",
        "{{c1::x}}",
        "{.t}",
        "{#i}",
        "{skip}",
        "{note}",
        "{cloze}",
        "^x",
        "{a=\"b}",
        "{",
        "}",
        "$$",
        "`",
        "``",
        "<!--",
        "-->",
        "<!-- c -->",
        "==x==",
        "\\",
        " ",
        "---",
        "<!-- flag: red -->",
        "{deck=::x",
        "\u{85}",
        "\u{2028}",
        "\r",
        "\0",
        "#t/u",
        "::",
        ":: $ `",
        "|",
        "\\|",
    ]);
    (starts, prop::collection::vec(rests, 0..3))
        .prop_map(|(start, rests)| start.to_owned() + &rests.join(" "))
}

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..24).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_read(source in "(?s).{0,200}") {
        let outcome = read(&source);
        outcome.human();
        places_are_exact(&outcome)?;
    }

    #[test]
    fn any_mixture_of_lines_is_read(source in soup()) {
        let outcome = read(&source);
        outcome.human();
        places_are_exact(&outcome)?;
    }

    #[test]
    fn any_mixture_of_lines_is_read_with_all_forms(source in soup(), tagged in any::<bool>()) {
        let mut defaults = defaults();
        let markdown = &mut defaults.markdown;
        (markdown.inline, markdown.hashtags, markdown.obsidian) = (true, true, true);
        markdown.tagged_only = tagged;
        Arc::make_mut(&mut defaults.settings).percent_comments = true;
        let outcome = read_with(&source, &defaults);
        outcome.human();
        places_are_exact(&outcome)?;
        let crlf = read_with(&source.replace('\r', "").replace('\n', "\r\n"), &defaults);
        let lf = read_with(&source.replace('\r', ""), &defaults);
        prop_assert_eq!(lf.dump(), crlf.dump());
        prop_assert_eq!(texts(&lf), texts(&crlf));
    }

    /// What stands in a cell as code or formula is in the field, character for character.
    #[test]
    fn code_and_formulas_keep_their_characters(inner in "[a-z|*_{}<>é:]{1,12}", kind in 0_usize..4) {
        let (open, close) = [("`", "`"), ("\\(", "\\)"), ("$$", "$$"), ("[$]", "[/$]")][kind];
        let content = format!("{open}x{inner}x{close}");
        let table = read(&format!("<!-- notes -->\n\n| Front | Back |\n|---|---|\n| {content} | b |\n"));
        let all = texts(&table);
        prop_assert_eq!(all[0][0].as_deref(), Some(content.as_str()));
        let mut defaults = defaults();
        defaults.markdown.inline = true;
        let list = read_with(&format!("- q :: {content}\n  - {content}\n"), &defaults);
        let all = texts(&list);
        let expect = format!("{content}\n- {content}");
        prop_assert_eq!(all[0][1].as_deref(), Some(expect.as_str()));
    }

    #[test]
    fn line_ends_do_not_matter(source in soup()) {
        let source = source.replace('\r', "");
        let outcome = read(&source);
        let crlf = read(&source.replace('\n', "\r\n"));
        places_are_exact(&crlf)?;
        prop_assert_eq!(outcome.dump(), crlf.dump());
        prop_assert_eq!(texts(&outcome), texts(&crlf));
        prop_assert_eq!(outcome.sink.iter().count(), crlf.sink.iter().count());
    }

    #[test]
    fn prose_behind_the_last_note_removes_none(source in soup()) {
        let outcome = read(&source);
        // Below a heading: prose may well fill a label that was left empty, a second time.
        let longer = read(&(source + "\n\n# S\n\nprose\n\nand more\n"));
        prop_assert!(longer.notes.len() >= outcome.notes.len());
    }
}

#[test]
fn deep_nesting_and_long_lines_do_no_harm() {
    let parts = [
        "> ",
        "- ",
        "{ ",
        "`",
        "$$ ",
        "\\[ ",
        "a <!-- ",
        "<!-- id: x -->",
        "(a::b ",
        "\\::",
        "a\n?\n",
        "START\nTARGET DECK\n",
        "Question: a\nAnswer: b\n",
        "# a #card/b\n",
    ];
    let vault = "---\nmarkdown: {profile: obsidian}\n---\n- a :: b\n\n";
    for part in parts {
        for front in ["", "## ", "Q: ", vault] {
            read(&format!("{front}{}", part.repeat(5_000)));
        }
    }
}
