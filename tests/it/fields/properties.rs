//! What Markdown must not touch comes out character for character, whatever stands around it.

use deckle::model::written::Settings;
use proptest::prelude::*;

use super::{Kind, render};

/// Surroundings with which Markdown could do something.
#[rustfmt::skip]
const AROUND: &[&str] = &[
    "",
    "a ",
    " b",
    "*",
    "**",
    "_",
    "~~c~~",
    "- ",
    "1. ",
    "> ",
    "# ",
    "\n",
    "\n\n",
    "| a |\n|---|\n| ",
    " |",
    "`x`",
    "[",
    "](b)",
    "(",
    ")",
    "!",
    "<b>",
    "</b>",
    "<T>",
    "&",
    "==",
    "::",
    "é",
    "東",
    ".",
    "\\\\",
    "https://a.b/c_d ",
    "    ",
    "\t",
    "[^1]",
    "[x]: y\n",
    "> [!note] ",
];

/// What may stand right beside a formula.
#[rustfmt::skip]
const BESIDE: &[&str] = &[
    "", "*", "**", "_", "~~", "(", ")", "[", "é", "東", "==", "!", "<b>", ".", "\"", "::", ", ", "www.a.b ",
];

/// What stands in a formula: nothing that ends it, comments or braces.
fn formula() -> impl Strategy<Value = String> {
    let parts = [
        "x",
        "_1",
        "*b*",
        "^2",
        "\\\\ ",
        "\\alpha ",
        "<",
        "&",
        "|",
        "[a]",
        "(b)",
        "`",
        "**",
        "__c__",
        "::",
        "==",
        "é",
        "東",
        "~~d~~",
        "!",
        "#",
        "> ",
        "- ",
        "'",
        "\"",
        "https://a.b",
    ];
    prop::collection::vec(prop::sample::select(parts.to_vec()), 1..8)
        .prop_map(|parts| format!("y{}z", parts.concat()))
}

fn around() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(prop::sample::select(AROUND.to_vec()), 0..6);
    parts.prop_map(|parts| parts.concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn field(source: &str) -> String {
    render(Kind::Normal, source, Settings::default())
        .fields
        .concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn formulas_come_out_as_they_are(
        before in around(),
        left in prop::sample::select(BESIDE.to_vec()),
        tex in formula(),
        right in prop::sample::select(BESIDE.to_vec()),
        after in around(),
    ) {
        // A backtick would begin code that ends outside.
        let tex = tex.replace('`', "");
        let written = escaped(&tex);
        for (open, close, starts, ends) in [
            ("$", "$", "\\(", "\\)"),
            ("$$", "$$", "\\[", "\\]"),
            ("\\(", "\\)", "\\(", "\\)"),
            ("\\[", "\\]", "\\[", "\\]"),
            ("[$]", "[/$]", "[$]", "[/$]"),
            ("[$$]", "[/$$]", "[$$]", "[/$$]"),
        ] {
            let source = format!("{before}\n\nq {left}{open}{tex}{close}{right} r\n\n{after}");
            let html = field(&source);
            let expect = format!("{starts}{written}{ends}");
            prop_assert!(html.contains(&expect), "{source:?}\n{html}\n{expect}");
        }
    }

    #[test]
    fn code_sounds_and_speech_come_out_as_they_are(before in around(), text in formula(), after in around()) {
        let code = text.replace('`', "'");
        let html = field(&format!("{before}\n\nq ``{code}`` r\n\n{after}"));
        let expect = format!("<code>{}</code>", escaped(&code));
        prop_assert!(html.contains(&expect), "{code:?}\n{html}");

        let html = field(&format!("{before}\n\n~~~~\n{code}\n~~~~\n\n{after}"));
        let expect = format!("<pre><code>{}</code></pre>", escaped(&code));
        prop_assert!(html.contains(&expect), "{code:?}\n{html}");

        let spoken = text.replace('`', "");
        let html = field(&format!("{before}\n\nq [anki:tts lang=fr_FR]{spoken}[/anki:tts] r\n\n{after}"));
        let expect = format!("[anki:tts lang=fr_FR]{}[/anki:tts]", escaped(&spoken));
        prop_assert!(html.contains(&expect), "{spoken:?}\n{html}");

        let html = field(&format!("{before}\n\n*q* [sound:a_b & c.mp3] _r_\n\n{after}"));
        prop_assert!(html.contains("<em>q</em> [sound:a_b_c-#.mp3] <em>r</em>"), "{html}");
    }
}
