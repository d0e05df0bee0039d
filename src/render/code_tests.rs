//! Code blocks in colors: what they become, and that the code itself comes out as it was written.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::code::{MAX_BYTES, MAX_LINE};
use super::language;
use super::tests::render_one;
use crate::diag::Code;
use crate::model::NoteTypeKind;
use crate::model::written::{CodeStyle, CodeTheme, Coloring, Settings};
use crate::template::cloze::{CardSide, ClozeText};

fn styled(coloring: Coloring) -> Settings {
    Settings {
        code: CodeStyle {
            coloring,
            ..CodeStyle::default()
        },
        ..Settings::default()
    }
}

#[track_caller]
fn check(kind: NoteTypeKind, settings: Settings, source: &str, expect: &str) {
    let (html, found) = render_one(kind, source, settings);
    assert_eq!(html, expect, "source: {source}");
    assert_eq!(found, [], "source: {source}");
}

#[test]
fn code_has_classes() {
    let plain = |source: &str, expect: &str| {
        check(NoteTypeKind::Normal, Settings::default(), source, expect);
    };
    plain(
        "```rust\npub fn f(x: u32) -> String { \"a\\n\" } // b\n```",
        "<pre><code class=\"language-rust\"><span class=\"hl-k\">pub fn</span> <span class=\"hl-f\">f</span>(\
         <span class=\"hl-v\">x</span>: <span class=\"hl-k\">u32</span>) -&gt; String { \
         <span class=\"hl-s\">\"a</span><span class=\"hl-e\">\\n</span><span class=\"hl-s\">\"</span> } \
         <span class=\"hl-c\">// b</span></code></pre>",
    );
    plain(
        "```{.py}\nif x: # a\n    pass\n```",
        "<pre><code class=\"language-python\"><span class=\"hl-k\">if</span> x: <span class=\"hl-c\"># a</span>\n    \
         <span class=\"hl-k\">pass</span></code></pre>",
    );
    plain(
        "```json,ignore\n{\"a\": [1, true]}\n```",
        "<pre><code class=\"language-json\">{<span class=\"hl-s\">\"a\"</span>: [<span class=\"hl-n\">1</span>, \
         <span class=\"hl-l\">true</span>]}</code></pre>",
    );
    plain(
        "~~~diff\n-a\n+b\n c\n~~~",
        "<pre><code class=\"language-diff\"><span class=\"hl-d\">-a</span>\n<span class=\"hl-i\">+b</span>\n c</code></pre>",
    );
    // A tag that would begin PHP in a file may be there or not.
    plain(
        "```php\necho 1;\n```",
        "<pre><code class=\"language-php\"><span class=\"hl-f\">echo</span> <span class=\"hl-n\">1</span>;</code></pre>",
    );
    plain(
        "```rust\n```",
        "<pre><code class=\"language-rust\"></code></pre>",
    );
    for plain_code in [
        "```\nlet x = 1;\n```",
        "```text\nlet x = 1;\n```",
        "    let x = 1;",
    ] {
        plain(plain_code, "<pre><code>let x = 1;</code></pre>");
    }
    plain(
        "```console\n$ ls\n```",
        "<pre><code class=\"language-console\">$ ls</code></pre>",
    );
}

#[test]
fn themes_and_colors_in_the_field() {
    let source = "```rust\nlet x;\n```";
    let inside = "<code class=\"language-rust\"><span class=\"hl-k\">let</span> x;</code></pre>";
    let mut settings = styled(Coloring::Classes);
    check(
        NoteTypeKind::Normal,
        settings.clone(),
        source,
        &format!("<pre>{inside}"),
    );
    settings.code.night = Some(CodeTheme::GithubDark);
    check(
        NoteTypeKind::Normal,
        settings,
        source,
        &format!("<pre class=\"hl-day-github hl-night-github-dark\">{inside}"),
    );
    check(
        NoteTypeKind::Normal,
        styled(Coloring::None),
        source,
        "<pre><code class=\"language-rust\">let x;</code></pre>",
    );
    let mut settings = styled(Coloring::Inline);
    settings.code.day = Some(CodeTheme::Monokai);
    check(
        NoteTypeKind::Normal,
        settings,
        source,
        "<pre style=\"color: #f8f8f2; background-color: #272822\"><code class=\"language-rust\">\
         <span style=\"color: #fb7fac\">let</span> x;</code></pre>",
    );
}

#[test]
fn clozes_in_code_hold_whole_elements() {
    let cloze = |source: &str, expect: &str| {
        let fence = format!("```rust\n{source}\n```");
        let block = format!("<pre><code class=\"language-rust\">{expect}</code></pre>");
        check(NoteTypeKind::Cloze, Settings::default(), &fence, &block);
    };
    cloze(
        "fn f() -> {{c1::io::Result<String>}} {}",
        "<span class=\"hl-k\">fn</span> <span class=\"hl-f\">f</span>() -&gt; \
         {{c1::io:<!-- -->:<span class=\"hl-t\">Result</span>&lt;<span class=\"hl-t\">String</span>&gt;}} {}",
    );
    // Within one stretch, over several, nested.
    cloze(
        "// {{c1::one}} two",
        "<span class=\"hl-c\">// </span>{{c1::<span class=\"hl-c\">one</span>}}<span class=\"hl-c\"> two</span>",
    );
    cloze(
        "let x = {{c1::a{{c2::bc}}::hint}};",
        "<span class=\"hl-k\">let</span> x <span class=\"hl-o\">=</span> {{c1::a{{c2::bc}}:<!-- -->:hint}};",
    );
    cloze(
        "{{c1::let x = 1;\nlet y}} = 2;",
        "{{c1::<span class=\"hl-k\">let</span> x <span class=\"hl-o\">=</span> <span class=\"hl-n\">1</span>;\n\
         <span class=\"hl-k\">let</span> y}} <span class=\"hl-o\">=</span> <span class=\"hl-n\">2</span>;",
    );
    // Braces at the end and before it, in and out of a color.
    cloze(
        "{{c1::if a { {b} }}}",
        "{{c1::<span class=\"hl-k\">if</span> a { {b} }<!-- -->}}",
    );
    cloze(
        "{{c1::f({{a}})}}",
        "{{c1::<span class=\"hl-f\">f</span>({{a}<!-- -->})}}",
    );
    cloze(
        "{{c1::x}} == y ==z==",
        "{{c1::x}} <span class=\"hl-o\">==</span> y <span class=\"hl-o\">==</span>z<span class=\"hl-o\">==</span>",
    );
}

#[test]
fn long_code_stays_plain_and_is_told() {
    let check = |code: &str, told: bool| {
        let (html, found) = render_one(
            NoteTypeKind::Normal,
            &format!("```rust\n{code}\n```"),
            Settings::default(),
        );
        assert_eq!(found == [Code::CodeTooLong], told);
        assert_eq!(html.contains("<span"), !told);
    };
    let line = "let x = 1;\n";
    check(&line.repeat(1000), false);
    check(&line.repeat(MAX_BYTES / line.len() + 1), true);
    check(&line.repeat(100_000), true);
    check(&format!("let {};", "x".repeat(MAX_LINE - 10)), false);
    check(&format!("let {};", "x".repeat(MAX_LINE)), true);
    // Where there are no colors, nothing is missed.
    let (_, found) = render_one(
        NoteTypeKind::Normal,
        &format!("```text\n{}\n```", line.repeat(2000)),
        Settings::default(),
    );
    assert_eq!(found, []);
}

fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The text of a field: without tags and comments, decoded.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Pieces that open and close something in one language or another.
const PIECES: &[&str] = &[
    "fn", "class", "let", "if", "def", "end", "{", "}", "(", ")", "[", "]", "<", ">", "</", "/*",
    "*/", "//", "#", "--", "\"", "'", "`", "\\", "\\n", "$", "${", "%", "@", "&", "=", "=>", "->",
    "::", ":", ";", ",", ".", "1", "0x1f", "foo", "Bar", "\t", " ", " ", " ", "\n", "\n", "é",
    "日本", "<<EOF", "EOF", "<%", "%>", "<?php", "?>", "{%", "%}", "r#\"", "\"\"\"", "'''",
    "import", "select", "<script>", "<style>", "!", "^", "*", "+", "-", "?", "|", "&amp;",
    "\u{301}", "\u{0}", "\u{2028}", "𝒜", "[sound:",
];

fn code() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(0..PIECES.len(), 0..40);
    let pieces = pieces.prop_map(|indexes| {
        indexes
            .iter()
            .map(|index| PIECES[*index])
            .collect::<String>()
    });
    prop_oneof![pieces, "\\PC{0,60}", "[ -~\\n\\t]{0,120}"]
}

fn language() -> impl Strategy<Value = &'static str> {
    let mut names: Vec<&str> = language::classes().filter(|it| !it.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    prop::sample::select(names)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn code_comes_out_as_it_was_written(language in language(), code in code()) {
        let source = format!("`````{language}\n{code}\n`````");
        let (plain, _) = render_one(NoteTypeKind::Normal, &source, styled(Coloring::None));
        for coloring in [Coloring::Classes, Coloring::Inline] {
            let (html, _) = render_one(NoteTypeKind::Normal, &source, styled(coloring));
            prop_assert_eq!(text_of(&html), text_of(&plain), "{}", &html);
            let (again, _) = render_one(NoteTypeKind::Normal, &source, styled(coloring));
            prop_assert_eq!(html, again);
        }
    }

    #[test]
    fn cards_show_the_code_that_they_would_show_without_colors(
        language in language(),
        before in code(),
        hidden in code(),
        behind in code(),
    ) {
        let source =
            format!("`````{language}\n{before}{{{{c1::{hidden}}}}}{behind}{{{{c2::x}}}}\n`````");
        let (plain, _) = render_one(NoteTypeKind::Cloze, &source, styled(Coloring::None));
        let (html, _) = render_one(NoteTypeKind::Cloze, &source, styled(Coloring::Classes));
        let (plain, html) = (ClozeText::parse(&plain), ClozeText::parse(&html));
        prop_assert_eq!(html.numbers(), plain.numbers());
        for number in plain.numbers() {
            for side in [CardSide::Question, CardSide::Answer] {
                let (shown, expect) = (html.reveal(number, side), plain.reveal(number, side));
                // Anki composes letters and marks where no tag stands between them.
                let (one, other) = (composed(&text_of(&shown)), composed(&text_of(&expect)));
                prop_assert_eq!(one, other, "{}", &source);
                let opened = shown.matches("<span").count();
                prop_assert_eq!(opened, shown.matches("</span>").count(), "{}", &shown);
            }
        }
    }
}
