//! Clozes as the real Anki shows them: the text that a learner sees is the one that was written.

use std::sync::Arc;

use deckle::NoteType;
use deckle::diag::{Span, Text};
use deckle::files::Memory;
use deckle::model::written::{
    Coloring, Content, Settings, WrittenNote, WrittenSuspend, WrittenType,
};
use deckle::model::{DeckName, Flag};
use deckle::render::Renderer;

use crate::judge::{run_script, with_each_backend};

/// The number of a card, its question and its answer without tags.
type Card = (u16, &'static str, &'static str);

/// Sources, and the cards they must make.
const CASES: &[(&str, &[Card])] = &[
    (
        r"{{c1::$\frac{1}{\sqrt{x}}$}} a",
        &[(1, "[...] a", r"\(\frac{1}{\sqrt{x} }\) a")],
    ),
    (
        r"{{c1::\frac{1}{2}}} a",
        &[(1, "[...] a", r"\frac{1}{2} a")],
    ),
    (
        r"\(x = {{c1::\frac{1}{\sqrt{2}}}}\)",
        &[(1, r"\(x = [...]\)", r"\(x = \frac{1}{\sqrt{2} } \)")],
    ),
    (
        "{{c1::set {a, {b}} x::hint}} a",
        &[(1, "[hint] a", "set {a, {b}} x a")],
    ),
    (
        "{{c1::`fn f(){ if a {} }}`}} a",
        &[(1, "[...] a", "fn f(){ if a {} }} a")],
    ),
    (
        r"{{c1::std\::vector::container}}",
        &[(1, "[container]", "std::vector")],
    ),
    ("{{c2::`std::map`}}", &[(2, "[...]", "std::map")]),
    (r"\({{c1::f::g}}\)", &[(1, r"\([...]\)", r"\(f::g\)")]),
    ("{{c1::**b** and _e_}}", &[(1, "[...]", "b and e")]),
    (
        "{{c2::o {{c3::i}} e}}",
        &[(2, "[...]", "o i e"), (3, "o [...] e", "o i e")],
    ),
    ("{{c1::a\n\nb}}", &[(1, "[...]", "ab")]),
    (
        "- a {{c1::x}}\n- b {{c2::y}}",
        &[(1, "a [...]b y", "a xb y"), (2, "a xb [...]", "a xb y")],
    ),
    ("| h |\n|---|\n| {{c1::a\\|b}} |", &[(1, "h[...]", "ha|b")]),
    (
        r"{{c1::a}} {{ user }} \{{c2::x}}",
        &[(1, "[...] {{ user }} {{c2::x}}", "a {{ user }} {{c2::x}}")],
    ),
    (
        "==a== ==3::b::h== {{c1::c}}",
        &[
            (1, "a b [...]", "a b c"),
            (2, "[...] b c", "a b c"),
            (3, "a [h] c", "a b c"),
        ],
    ),
    (
        "```rust\nlet a: {{c1::Vec<std::path::Path>}} = {};\n```",
        &[(1, "let a: [...] = {};", "let a: Vec<std::path::Path> = {};")],
    ),
    (
        "{{c1,2::x::h}} {{c3::y}}",
        &[
            (1, "[h] y", "x y"),
            (2, "[h] y", "x y"),
            (3, "x [...]", "x y"),
        ],
    ),
    ("{{c1::a&#58;::h}}", &[(1, "[h]", "a:")]),
    (r"{{c1::\{{c1::}}", &[(1, "[]", "{{c1")]),
    ("{{c1::a **b}} c** d", &[(1, "[...] c d", "a b c d")]),
    (
        "{{c1::[a](https://e.com/}}::x)}} b",
        &[(1, "[...] b", "a b")],
    ),
    (
        "{{c1::{{c2::b}} {c}}}",
        &[(1, "[...]", "b {c}"), (2, "[...] {c}", "b {c}")],
    ),
];

/// Clozes in code: what a card shows must not depend on its colors.
const CODE: &[(&str, &str)] = &[
    ("rust", "let a: {{c1::Vec<std::path::Path>}} = {};"),
    (
        "rust",
        "// {{c1::one}} two {{c2::three}}\nfn f() { {{c1::if a { {b} }}} }",
    ),
    ("rust", "{{c1::let x = \"a}}b{{c2::c\\n\"}};\nlet y;"),
    ("rust", "{{c1::fn f() {\n    {{c2::g({{a}})}}\n}}}"),
    (
        "python",
        "def f({{c1::x: int}}):\n    \"\"\"{{c2::Doc\n    more}}\"\"\"\n\treturn {{c3::{1: {2}}}}",
    ),
    (
        "javascript",
        "const f = {{c1::(x) => `a ${x} b`}}; // {{c2::[sound:a.mp3]}}",
    ),
    (
        "html",
        "<{{c1::div}} class=\"{{c2::a}}\">&amp;</{{c1::div}}>",
    ),
    (
        "latex",
        r"\({{c1::\frac{1}{2}}}\) \[x\] {{c2::\section{A}}}",
    ),
    (
        "c++",
        "{{c1::std::vector<int>}} x = {{c2::{1, {2}}}}; /* [latex]a[/latex] */",
    ),
    (
        "sql",
        "SELECT {{c1::count(*)}} FROM t WHERE a = '{{c2::it''s}}' -- {{c3::b}}",
    ),
    (
        "sh",
        "echo \"${{{c1::HOME}}}\" | {{c2::grep}} -v 'a::b' > {{c3::/dev/null}}",
    ),
    ("diff", "-{{c1::old}}\n+{{c2::new}}\n same"),
    ("json", "{\"a\": {{c1::[1, {\"b\": {}}]}}}"),
    ("php", "echo {{c1::$x->y}} . \"{{c2::a $b}}\";"),
];

#[test]
fn both_backends_show_code_as_without_colors() {
    let sources: Vec<String> = CODE
        .iter()
        .map(|(language, code)| format!("````{language}\n{code}\n````"))
        .collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut settings = Settings::default();
    let mut of_style = |coloring| {
        settings.code.coloring = coloring;
        let fields = fields(&sources, &settings);
        let colored = fields.iter().filter(|it| it.contains("<span")).count();
        assert_eq!(
            colored > 0,
            coloring != Coloring::None && cfg!(feature = "highlight")
        );
        shown(&fields)
    };
    let plain = of_style(Coloring::None);
    assert!(plain.iter().flatten().all(|cards| !cards.is_empty()));
    for coloring in [Coloring::Classes, Coloring::Inline] {
        for (colored, plain) in of_style(coloring).iter().zip(&plain) {
            for ((source, colored), plain) in sources.iter().zip(colored).zip(plain) {
                assert_eq!(colored, plain, "{source}");
            }
        }
    }
}

fn fields(sources: &[&str], settings: &Settings) -> Vec<String> {
    let note_type = NoteType::builder("Judged clozes")
        .cloze()
        .field("Text")
        .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}")
        .build()
        .unwrap();
    let written = Arc::new(WrittenType::of("cloze", note_type));
    let files = Memory::new();
    let renderer = Renderer::new(&files);
    let note = |source: &str| WrittenNote {
        was: None,
        id: None,
        guid: None,
        note_type: Arc::clone(&written),
        deck: DeckName::new("Judged").unwrap(),
        tags: Vec::new(),
        fields: vec![Some(Content::Markdown(Text::detached(source)))],
        suspend: WrittenSuspend::None,
        flag: Flag::None,
        order: None,
        span: Span::NONE,
        headings: Arc::new([]),
        settings: Arc::new(settings.clone()),
    };
    sources
        .iter()
        .map(|source| {
            let rendered = renderer.note(&note(source), "a.md");
            assert!(!rendered.diagnostics.has_errors(), "{source}");
            rendered.fields.concat()
        })
        .collect()
}

type Sides = Vec<(u16, String, String)>;

#[test]
fn both_backends_show_the_clozes_that_were_written() {
    let sources: Vec<&str> = CASES.iter().map(|(source, _)| *source).collect();
    let fields = fields(&sources, &Settings::default());
    for of_backend in shown(&fields) {
        for (((source, expect), field), sides) in CASES.iter().zip(&fields).zip(of_backend) {
            let sides: Vec<(u16, &str, &str)> = sides
                .iter()
                .map(|(number, question, answer)| (*number, question.as_str(), answer.as_str()))
                .collect();
            assert_eq!(&sides, expect, "{source}\n{field}");
        }
    }
}

/// What each backend shows of the fields.
fn shown(fields: &[String]) -> Vec<Vec<Sides>> {
    let input = serde_json::to_vec(fields).unwrap();
    with_each_backend(|backend| {
        let output = run_script(backend, "clozes.py", &[], &input)?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let last = printed.lines().last().unwrap_or_default();
        serde_json::from_str::<Vec<Sides>>(last).map_err(|error| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("{backend}: {error}\n{errors}")
        })
    })
    .unwrap()
}
