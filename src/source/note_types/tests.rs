//! Arbitrary definitions are read without a panic.

use proptest::prelude::*;

use super::*;
use crate::files::Memory;
use crate::source::{soup, yaml};

/// Reads each document of the text as a note type; how many of them are one.
fn read(source: &str) -> usize {
    let mut sources = Sources::new();
    let mut sink = Diagnostics::new();
    let file = sources.add("types/a/type.yaml", source);
    let files = Memory::new()
        .with("types/a/front.html", "{{Word}}")
        .with("types/a/back.html", "{{#Word}}{{/Wrd}}")
        .with("types/a/part.html", "{{=a}}{{> part.html}}")
        .with("types/a/latin.css", vec![0xE9]);
    let context = TypeContext {
        uid: "u",
        project: "P",
        folder: "types/a",
        base_css: "",
        origins: &[],
        matrix: None,
    };
    let documents = yaml::parse(file, source, 0, &mut sink);
    let read = documents
        .iter()
        .filter_map(|it| read_type(it, context, &files, &mut sources, &mut sink))
        .count();
    // Who gets no type is told why, unless there was nothing at all.
    assert!(read == documents.len() || !sink.is_empty(), "{source}");
    read
}

const WORD: &str = "key: word\nfields: [Word]\ncard-templates:\n  \
    - {name: A, front: front.html, back: {html: '{{Word}}'}}\n";

#[test]
fn a_small_type_is_read() {
    assert_eq!(read(WORD), 1);
    assert_eq!(read(&WORD.replace("front.html", "back.html")), 0);
}

const WORDS: &[&str] = &[
    "0",
    "Word",
    "{html: ",
    "{css: ",
    "'{{Word}}'",
    "'{{#Word}}'",
    "'{{'",
    "vars",
    "tts",
    "a",
    "en_US",
    "{{=a}}",
    "{{> part.html}}",
    "{{> {{=a}}.html}}",
    "<!--",
    "front.html",
    "back.html",
    "latin.css",
    "../x.css",
    "/",
    "cloze",
    "image",
];

/// What a template may be made of, ours and Anki's.
const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{",
    "}",
    "{{=",
    "{{>",
    "=",
    ">",
    "<",
    "a",
    "b",
    "Word",
    " ",
    "\n",
    "é",
    "<!--",
    "-->",
    "{{=a}}",
    "{{= a }}",
    "{{> back.html}}",
    "{{> {{=b}}}}",
    "{{#Word}}",
    "{{/Word}}",
    "{{Word}}",
    "{{tts en_US:Word}}",
    "{{=<% %>=}}",
    "<%",
    "%>",
];

proptest! {
    #[test]
    fn no_text_makes_it_panic(
        text in any::<String>(),
        soup in soup::yaml(&[KEYS, FIELD_KEYS, TEMPLATE_KEYS, LATEX_KEYS, WORDS]),
    ) {
        read(&text);
        read(&soup);
        read(&format!("{WORD}{soup}"));
    }

    #[test]
    fn no_template_makes_it_panic(
        words in proptest::collection::vec(proptest::sample::select(PIECES), 0..30),
    ) {
        let front = words.concat();
        let definition = WORD.replace(
            "front.html",
            &format!("{{html: '{}'}}", front.replace('\'', "''")),
        );
        read(&format!("{definition}vars: {{a: Word, b: part.html}}\ntts: {{Word: de_DE}}\n"));
    }
}
