//! Anki's template language, and everything that is Anki's own reading of field text.
//!
//! The lowest layer: plain strings in, values with byte ranges out. It knows nothing of
//! notes, files or diagnostics, so that rendering, packages, checks and the preview can all
//! ask it the same questions: which cards does this note have, what do they show, which files
//! do they use, what does Anki compare when it looks for duplicates.
//!
//! The rules are facts about the file format and the language, found by feeding hand-made
//! note types and fields to two versions of the real program: 26.9.3 (desktop) and 25.9.2
//! (the one inside AnkiDroid). Where the two differ, the item that is concerned says so.
//!
//! - [`Template`]: a parsed card template; [`generate`] decides which cards exist,
//!   [`render`] writes their two sides, [`validate`] finds what Anki refuses or misreads.
//! - [`ClozeText`]: the clozes of a field.
//! - [`strip`], [`latex`], [`media`]: text as Anki stores, hashes and searches it.

pub mod av;
pub mod cloze;
mod entities;
pub mod filters;
pub mod generate;
pub mod latex;
pub mod media;
mod message;
mod occlusion;
mod parse;
pub mod render;
mod scan;
pub mod strip;
pub mod validate;

pub use cloze::{ClozeProblem, ClozeProblemKind, ClozeText};
pub use generate::Requirement;
pub use parse::{Node, ParseError, Template, TemplateSyntaxProblem};
pub use render::{Rendered, Situation};
pub use validate::{TemplateProblem, TemplateProblemKind, TemplateSide};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        Situation, Template, av::extract_av, cloze::CardSide, cloze::ClozeText, generate, latex,
        media, render::render_card, strip, validate::validate,
    };

    /// Everything that reads text, on one text in every role.
    fn read_all(text: &str) {
        if let Ok(template) = Template::parse(text) {
            let _ = template.requirement(&["F", "G"]);
        }
        let fields = [("F", text), ("G", "x")];
        for is_cloze in [false, true] {
            let situation = Situation {
                fields: &fields,
                tags: "",
                note_type: "T",
                deck: "D",
                template: "C",
                flag: 0,
                ord: 0,
                card_id: 1,
                is_cloze,
            };
            let _ = render_card(text, text, &situation);
            let filters = "{{F}}{{cloze:F}}{{cloze-only:F}}{{furigana:F}}{{hint:F}}{{text:F}}";
            let _ = render_card(filters, filters, &situation);
            let _ = validate(&[(text, text)], &["F", "G"], is_cloze);
        }
        let _ = generate::is_field_empty(text);
        for problem in ClozeText::parse(text).problems() {
            assert!(text.get(problem.range.clone()).is_some());
        }
        for reference in media::media_references(text) {
            assert!(text.get(reference.range).is_some() && text.get(reference.tag).is_some());
        }
        let _ = (
            media::template_references(text),
            media::css_references(text),
        );
        let _ = (
            strip::sort_field(text),
            strip::checksum(text),
            strip::strip_html(text),
        );
        let _ = (
            latex::replace_latex(text, true),
            extract_av(text, CardSide::Answer),
        );
    }

    fn soup() -> impl Strategy<Value = String> {
        let tokens = prop::sample::select(vec![
            "{{",
            "}}",
            "{{#F}}",
            "{{^G}}",
            "{{/F}}",
            "{{/G}}",
            "{{F}}",
            "{{c1::",
            "{{c2,3::",
            "::",
            "é",
            "<!--",
            "-->",
            "<img src=",
            "\"",
            "'",
            ">",
            "<",
            "&",
            "&amp;",
            ";",
            "[sound:",
            "]",
            "[",
            "\\(",
            "\\)",
            "[$]",
            "[/$]",
            "<br>",
            " ",
            "\n",
            "字",
            "_",
            "url(",
            "@import",
            "{{=<% %>=}}",
            "<%",
            "%>",
            "image-occlusion:rect:",
            "left=",
            "\\",
            "[anki:tts ",
            "[/anki:tts]",
            "<style>",
            "</style>",
            "src=",
        ]);
        prop::collection::vec(tokens, 0..40).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_read(text in ".{0,200}") {
            read_all(&text);
        }

        #[test]
        fn token_soup_is_read(text in soup()) {
            read_all(&text);
        }
    }

    // No clock here: were one of the readers quadratic, this would take minutes.
    #[test]
    fn long_broken_text_is_read_quickly() {
        let tokens = [
            "{{",
            "{{#F}}",
            "{{c1::",
            "<img ",
            "<img src='",
            "<!--",
            "<style>",
            "[sound:",
            "[",
            "a[",
            "\\(",
            "[$]",
            "&",
            "url(",
            "_",
            "\"_",
            "[anki:tts ",
            "}}",
            "<",
            "'\"",
            "{{c1::}}",
            "=_",
        ];
        for token in tokens {
            read_all(&token.repeat(4_000));
        }
    }
}
