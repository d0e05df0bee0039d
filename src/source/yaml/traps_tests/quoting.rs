//! Quotes that are needed, too many, or forgotten.

use snapbox::str;

use super::{check, parse};
use crate::diag::{Code, Diagnostics, Severity, Sources};

#[test]
fn clozes_need_quotes() {
    check(
        "front: {{c1::x}}\n",
        str![[r#"
error[E0102]: a value that begins with `{{` must be quoted
  ╭▸ a.yaml:1:8
  │
1 │ front: {{c1::x}}
  │        ━━━━━━━━━ YAML reads `{` as the beginning of a mapping
  ╰╴
help: quote the value
  ╭╴
1 - front: {{c1::x}}
1 + front: '{{c1::x}}'
  ╰╴

"#]],
    );
    check(
        "- {q: {{c1::x}}, a: 4}\n",
        str![[r#"
error[E0102]: a value that begins with `{{` must be quoted
  ╭▸ a.yaml:1:7
  │
1 │ - {q: {{c1::x}}, a: 4}
  │       ━━━━━━━━━ YAML reads `{` as the beginning of a mapping
  ╰╴
help: quote the value
  ╭╴
1 - - {q: {{c1::x}}, a: 4}
1 + - {q: '{{c1::x}}', a: 4}
  ╰╴

"#]],
    );
    check(
        "- front: {{c1::x}} and {{c2::y}}: z # c\n  back: b\n",
        str![[r#"
error[E0102]: a value that begins with `{{` must be quoted
  ╭▸ a.yaml:1:10
  │
1 │ - front: {{c1::x}} and {{c2::y}}: z # c
  │          ━━━━━━━━━━━━━━━━━━━━━━━━━━ YAML reads `{` as the beginning of a mapping
  ╰╴
help: quote the value
  ╭╴
1 - - front: {{c1::x}} and {{c2::y}}: z # c
1 + - front: '{{c1::x}} and {{c2::y}}: z' # c
  ╰╴

"#]],
    );
}

#[test]
fn quotes() {
    check(
        "a: \"x\" y\n",
        str![[r#"
error[E0101]: text stands behind the closing quote
  ╭▸ a.yaml:1:8
  │
1 │ a: "x" y
  │        ━ no part of the quoted text
  ╰╴
help: quote the whole value
  ╭╴
1 - a: "x" y
1 + a: '"x" y'
  ╰╴

"#]],
    );
    check(
        "a: \"say \"hi\" now\"\n",
        str![[r#"
error[E0101]: text stands behind the closing quote
  ╭▸ a.yaml:1:10
  │
1 │ a: "say "hi" now"
  │          ━━━━━━━━ no part of the quoted text
  ╰╴
help: use single quotes around the text
  ╭╴
1 - a: "say "hi" now"
1 + a: 'say "hi" now'
  ╰╴

"#]],
    );
    check(
        "a: 'it's'\n",
        str![[r#"
error[E0101]: text stands behind the closing quote
  ╭▸ a.yaml:1:8
  │
1 │ a: 'it's'
  │        ━━ no part of the quoted text
  ╰╴
help: double the quotes that belong to the text
  ╭╴
1 │ a: 'it''s'
  ╰╴       +

"#]],
    );
    check(
        "a: \"x\nb: 1\n",
        str![[r#"
error[E0101]: the quote `"` has no end
  ╭▸ a.yaml:1:4
  │
1 │ a: "x
  │    ━ opened here
  ╰╴
help: close it
  ╭╴
1 │ a: "x"
  ╰╴     +

"#]],
    );
    check(
        "a: 'tis the season\nb: c\n",
        str![[r#"
error[E0101]: the quote `'` has no end
  ╭▸ a.yaml:1:4
  │
1 │ a: 'tis the season
  │    ━ opened here
  ╰╴
help: quote the value
  ╭╴
1 - a: 'tis the season
1 + a: '''tis the season'
  ╰╴

"#]],
    );
}

#[test]
fn backslashes_in_double_quotes() {
    check(
        "a: \"\\frac{1}{2} it's\"\n",
        str![[r#"
error[E0105]: `\frac` in double quotes is no TeX command to YAML
  ╭▸ a.yaml:1:5
  │
1 │ a: "\frac{1}{2} it's"
  │     ━━ this becomes the control character U+000C
  │
  ╰ note: in double quotes YAML reads a backslash as the beginning of an escape
help: use single quotes, in which a backslash is a backslash
  ╭╴
1 - a: "\frac{1}{2} it's"
1 + a: '\frac{1}{2} it''s'
  ╰╴

"#]],
    );
    check(
        "a: \"x\\n \\beta\"\n",
        str![[r#"
error[E0105]: `\beta` in double quotes is no TeX command to YAML
  ╭▸ a.yaml:1:9
  │
1 │ a: "x\n \beta"
  │         ━━ this becomes the control character U+0008
  │
  ╰ note: in double quotes YAML reads a backslash as the beginning of an escape
help: double the backslash, or put the text below `|`, where it needs no quotes
  ╭╴
1 │ a: "x\n \\beta"
  ╰╴        +

"#]],
    );
    check(
        "a: \"\\sqrt{2}\"\n",
        str![[r#"
error[E0105]: `\sqrt` is no escape that YAML knows
  ╭▸ a.yaml:1:5
  │
1 │ a: "\sqrt{2}"
  │     ━━ a backslash in double quotes
  │
  ╰ note: in double quotes YAML reads a backslash as the beginning of an escape
help: use single quotes, in which a backslash is a backslash
  ╭╴
1 - a: "\sqrt{2}"
1 + a: '\sqrt{2}'
  ╰╴

"#]],
    );
    check(
        "a: \"\\nabla \\text{x}\"\n",
        str![[r#"
error[E0105]: `\nabla` in double quotes is no TeX command to YAML
  ╭▸ a.yaml:1:5
  │
1 │ a: "\nabla \text{x}"
  │     ━━ this becomes a line break
  │
  ╰ note: in double quotes YAML reads a backslash as the beginning of an escape
help: use single quotes, in which a backslash is a backslash
  ╭╴
1 - a: "\nabla \text{x}"
1 + a: '\nabla \text{x}'
  ╰╴

"#]],
    );
}

#[test]
fn a_path_in_double_quotes_is_told_and_mended() {
    let check = |source: &str, lost: &str, mended: &str| {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", source);
        let mut sink = Diagnostics::new();
        let _ = parse(file, source, 0, &mut sink);
        let found: Vec<_> = sink.iter().collect();
        let [found] = found.as_slice() else {
            panic!("{source}: {found:?}");
        };
        assert_eq!(
            (found.code, found.severity),
            (Code::YamlEscape, Severity::Warning)
        );
        assert_eq!(sources.snippet(found.span()), lost, "{source}");
        let (span, text) = &found.fix.as_ref().unwrap().edits[0];
        let mut after = source.to_owned();
        after.replace_range(span.range(), text);
        assert_eq!(after, mended);
    };
    check(r#"a: "C:\temp""#, r"\t", r"a: 'C:\temp'");
    check(
        r#"a: "in C:\new\text.txt""#,
        r"\n",
        r"a: 'in C:\new\text.txt'",
    );
    check(r#"a: "D:\new""#, r"\n", r"a: 'D:\new'");
    check(r#"a: "é (c:\\x\nul)""#, r"\n", r"a: 'é (c:\x\nul)'");
}

#[test]
fn ordinary_escapes_are_no_finding() {
    for source in [
        r#"a: "line\nnext\tx""#,
        r#"a: "C:\\new\\text""#,
        r#"a: "A:\nfoo""#,
        r#"a: "see B:\nfoo and more""#,
        r#"a: "xC:\tfoo""#,
        r#"a: "say \"hi\" \u00e9 \_ \/""#,
        r#"a: "\ne poi\nu""#,
        r"a: '\frac{1}{2}'",
    ] {
        let mut sink = Diagnostics::new();
        let _ = parse(crate::diag::FileId::NONE, source, 0, &mut sink);
        assert!(sink.is_empty(), "{source}");
    }
}

/// Only what cannot have been meant as a list, a mapping or a second key is quoted without being asked.
#[test]
fn guesses_are_not_certain() {
    let check = |source: &str, certain: bool| {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", source);
        let mut sink = Diagnostics::new();
        let _ = parse(file, source, 0, &mut sink);
        let is_certain = sink
            .iter()
            .any(|it| it.fix.as_ref().is_some_and(|it| it.certain));
        assert!(!sink.is_empty() && is_certain == certain, "{source}");
    };
    check("a: `x` y\n", true);
    check("a: [x] y\n", true);
    check("a: b: c\n", true);
    check("a: one, two: three b, c\n", false);
    check("tags: x, id: a\n", false);
    check("a: {img: img/pump.png\nb: c\n", false);
    check("a: {img: img/pump.png}}\nb: c\n", false);
    check("a: {math: \\frac{a}{b}}\nb: c\n", false);
    check("tags: [x\nb: c\n", false);
    check("media: {paths: [img, audio]\nb: c\n", false);
}
