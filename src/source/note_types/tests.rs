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
        .with("types/a/latin.css", vec![0xE9]);
    let context = TypeContext {
        uid: "u",
        project: "P",
        folder: "types/a",
        base_css: "",
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
    "front.html",
    "back.html",
    "latin.css",
    "../x.css",
    "/",
    "cloze",
    "image",
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
}
