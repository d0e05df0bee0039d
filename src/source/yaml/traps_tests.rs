//! What authors see when YAML does not mean what they do.
//!
//! Long, because it is a table: what is read beside what comes of it, a case each.

#![expect(
    clippy::disallowed_methods,
    reason = "the snapshots look for their own source file"
)]

use snapbox::{assert_data_eq, str};

use super::parse;
use crate::diag::{Code, Diagnostics, Severity, Sources, Style, render};

fn check(source: &str, expect: impl snapbox::IntoData) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", source);
    let mut sink = Diagnostics::new();
    let _ = parse(file, source, 0, &mut sink);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert_data_eq!(told.join("\n") + "\n", expect.raw());
    // What the mend gives must be free of the finding.
    for diagnostic in &sink {
        let Some(fix) = &diagnostic.fix else { continue };
        let mut mended = source.to_owned();
        for (span, text) in fix.edits.iter().rev() {
            mended.replace_range(span.range(), text);
        }
        let mut again = Diagnostics::new();
        let _ = parse(file, &mended, 0, &mut again);
        let same = |it: &crate::diag::Diagnostic| {
            (it.code, it.span()) == (diagnostic.code, diagnostic.span())
        };
        assert!(!again.iter().any(same), "{mended}");
    }
}

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
fn a_second_colon() {
    check(
        "a: b: c\n",
        str![[r#"
error[E0103]: a second `: ` in an unquoted value
  ╭▸ a.yaml:1:5
  │
1 │ a: b: c
  │ ┬   ━ YAML takes what stands before it for a key
  │ │
  │ the key of this line
  ╰╴
help: quote the value
  ╭╴
1 - a: b: c
1 + a: 'b: c'
  ╰╴

"#]],
    );
    check(
        "- q: What: this?\n  a: b\n",
        str![[r#"
error[E0103]: a second `: ` in an unquoted value
  ╭▸ a.yaml:1:10
  │
1 │ - q: What: this?
  │   ┬      ━ YAML takes what stands before it for a key
  │   │
  │   the key of this line
  ╰╴
help: quote the value
  ╭╴
1 - - q: What: this?
1 + - q: 'What: this?'
  ╰╴

"#]],
    );
    check(
        "a: some text\n  has more: of it\n",
        str![[r#"
error[E0103]: a `: ` in an unquoted value
  ╭▸ a.yaml:2:11
  │
1 │ a: some text
  │ ──────────── the value begins in this line
2 │   has more: of it
  │           ━ YAML takes what stands before it for a key
  │
  ╰ help: put the value in quotes, or below `|` on lines of its own

"#]],
    );
}

#[test]
fn special_characters() {
    check(
        "a: `x` y\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with a backtick
  ╭▸ a.yaml:1:4
  │
1 │ a: `x` y
  │    ━ YAML reserves it and gives it no meaning
  ╰╴
help: quote the value
  ╭╴
1 - a: `x` y
1 + a: '`x` y'
  ╰╴

"#]],
    );
    check(
        "a: @x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `@`
  ╭▸ a.yaml:1:4
  │
1 │ a: @x
  │    ━ YAML reserves it and gives it no meaning
  ╰╴
help: quote the value
  ╭╴
1 - a: @x
1 + a: '@x'
  ╰╴

"#]],
    );
    check(
        "a: %x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `%`
  ╭▸ a.yaml:1:4
  │
1 │ a: %x
  │    ━ YAML keeps it for directives
  ╰╴
help: quote the value
  ╭╴
1 - a: %x
1 + a: '%x'
  ╰╴

"#]],
    );
    check(
        "a: *bold* text\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `*`
  ╭▸ a.yaml:1:4
  │
1 │ a: *bold* text
  │    ━ YAML reads it as a repetition of another value
  ╰╴
help: quote the value
  ╭╴
1 - a: *bold* text
1 + a: '*bold* text'
  ╰╴

"#]],
    );
    check(
        "- [*bold* text, b]\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `*`
  ╭▸ a.yaml:1:4
  │
1 │ - [*bold* text, b]
  │    ━ YAML reads it as a repetition of another value
  ╰╴
help: quote the value
  ╭╴
1 - - [*bold* text, b]
1 + - ['*bold* text', b]
  ╰╴

"#]],
    );
    check(
        "a: *name\n",
        str![[r#"
error[E0121]: `*name` refers to nothing
  ╭▸ a.yaml:1:4
  │
1 │ a: *name
  │    ━━━━━ no `&name` stands above
  │
  ├ note: a value that begins with `*` repeats the value marked with `&` and that name
  ╰ help: quote it if it is text: `'*name'`

"#]],
    );
    check(
        "a: &nbsp; x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `&`
  ╭▸ a.yaml:1:4
  │
1 │ a: &nbsp; x
  │    ━ YAML reads it as the name of what follows
  │
  ╰ note: a name is there to be used by a `*` below, and none does
help: quote the value
  ╭╴
1 - a: &nbsp; x
1 + a: '&nbsp; x'
  ╰╴

"#]],
    );
    check(
        "a: &name x\n",
        str![[r#"
warning[E0104]: an unquoted value cannot begin with `&`
  ╭▸ a.yaml:1:4
  │
1 │ a: &name x
  │    ━ YAML reads it as the name of what follows
  │
  ╰ note: a name is there to be used by a `*` below, and none does
help: quote the value
  ╭╴
1 - a: &name x
1 + a: '&name x'
  ╰╴

"#]],
    );
    check(
        "a: & x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `&`
  ╭▸ a.yaml:1:4
  │
1 │ a: & x
  │    ━ YAML reads it as the name of what follows
  ╰╴
help: quote the value
  ╭╴
1 - a: & x
1 + a: '& x'
  ╰╴

"#]],
    );
    check(
        "a: * x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `*`
  ╭▸ a.yaml:1:4
  │
1 │ a: * x
  │    ━ YAML reads it as a repetition of another value
  ╰╴
help: quote the value
  ╭╴
1 - a: * x
1 + a: '* x'
  ╰╴

"#]],
    );
    check(
        "a: !x y\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `!`
  ╭▸ a.yaml:1:4
  │
1 │ a: !x y
  │    ━━ YAML reads this as the name of a type
  │
  ╰ note: deckle reads texts as they are written, and no types of YAML
help: quote the value
  ╭╴
1 - a: !x y
1 + a: '!x y'
  ╰╴

"#]],
    );
    check(
        "a: |x y\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `|`
  ╭▸ a.yaml:1:4
  │
1 │ a: |x y
  │    ━ YAML reads it as the beginning of a block of lines
  ╰╴
help: quote the value
  ╭╴
1 - a: |x y
1 + a: '|x y'
  ╰╴

"#]],
    );
    check(
        "a: >x\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `>`
  ╭▸ a.yaml:1:4
  │
1 │ a: >x
  │    ━ YAML reads it as the beginning of a block of lines
  ╰╴
help: quote the value
  ╭╴
1 - a: >x
1 + a: '>x'
  ╰╴

"#]],
    );
    check(
        "a: [x y\nb: 1\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `[`
  ╭▸ a.yaml:1:4
  │
1 │ a: [x y
  │    ━ YAML reads it as the beginning of a list
  ╰╴
help: quote the value
  ╭╴
1 - a: [x y
1 + a: '[x y'
  ╰╴

"#]],
    );
    check(
        "a: [x] y\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `[`
  ╭▸ a.yaml:1:4
  │
1 │ a: [x] y
  │    ━ YAML reads it as the beginning of a list
  ╰╴
help: quote the value
  ╭╴
1 - a: [x] y
1 + a: '[x] y'
  ╰╴

"#]],
    );
    check(
        "a: {x\nb: c\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `{`
  ╭▸ a.yaml:1:4
  │
1 │ a: {x
  │    ━ YAML reads it as the beginning of a mapping
  ╰╴
help: quote the value
  ╭╴
1 - a: {x
1 + a: '{x'
  ╰╴

"#]],
    );
    check(
        "a: - b\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `-`
  ╭▸ a.yaml:1:4
  │
1 │ a: - b
  │    ━ YAML reads it as an item of a list, which begins on a line of its own
  ╰╴
help: quote the value
  ╭╴
1 - a: - b
1 + a: '- b'
  ╰╴

"#]],
    );
    check(
        "a: ,b\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `,`
  ╭▸ a.yaml:1:4
  │
1 │ a: ,b
  │    ━ YAML keeps it for itself
  ╰╴
help: quote the value
  ╭╴
1 - a: ,b
1 + a: ',b'
  ╰╴

"#]],
    );
    check(
        "a: `code` is\n  long\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with a backtick
  ╭▸ a.yaml:1:4
  │
1 │ a: `code` is
  │    ━ YAML reserves it and gives it no meaning
  │
  ╰ help: put the value below `|` on lines of its own, indented deeper

"#]],
    );
    check(
        "a: *bold*\n  more\n",
        str![[r#"
error[E0104]: an unquoted value cannot begin with `*`
  ╭▸ a.yaml:1:4
  │
1 │ a: *bold*
  │    ━ YAML reads it as a repetition of another value
  │
  ╰ help: put the value below `|` on lines of its own, indented deeper

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
fn missing_spaces() {
    check(
        "a:b\nc: d\n",
        str![[r#"
error[E0101]: a space is missing behind `a:`
  ╭▸ a.yaml:1:1
  │
1 │ a:b
  │ ━━ a key to you, a text to YAML
  ╰╴
help: write a space
  ╭╴
1 │ a: b
  ╰╴  +

"#]],
    );
    check(
        "- front: hello\n  back:world\n",
        str![[r#"
error[E0101]: a space is missing behind `back:`
  ╭▸ a.yaml:2:3
  │
2 │   back:world
  │   ━━━━━ a key to you, a text to YAML
  ╰╴
help: write a space
  ╭╴
2 │   back: world
  ╰╴       +

"#]],
    );
    check(
        "- a\n-b\n",
        str![[r#"
error[E0101]: a space is missing behind `-`
  ╭▸ a.yaml:2:1
  │
2 │ -b
  │ ━ an item to you, a text to YAML
  ╰╴
help: write a space
  ╭╴
2 │ - b
  ╰╴ +

"#]],
    );
}

#[test]
fn indentation() {
    check(
        "a: b\n  c: d\n",
        str![[r#"
error[E0101]: the key `c` stands too far in
  ╭▸ a.yaml:2:1
  │
1 │ a: b
  │ ─ than this
2 │   c: d
  │ ━━ indented deeper
  │
  ╰ note: a deeper line goes on with the value above it
help: give both keys the same indentation
  ╭╴
2 │ c: d
  ╰╴

"#]],
    );
    check(
        "- a: b\n   c: d\n",
        str![[r#"
error[E0101]: the key `c` stands too far in
  ╭▸ a.yaml:2:1
  │
1 │ - a: b
  │   ─ than this
2 │    c: d
  │ ━━━ indented deeper
  │
  ╰ note: a deeper line goes on with the value above it
help: give both keys the same indentation
  ╭╴
2 │   c: d
  ╰╴++

"#]],
    );
    check(
        "a:\n	b: c\n",
        str![[r#"
error[E0101]: YAML is indented with spaces, not with tabs
  ╭▸ a.yaml:2:1
  │
2 │     b: c
  │ ━━━━ a tab
  ╰╴
help: use spaces, as far in as the lines around it
  ╭╴
2 │ b: c
  ╰╴

"#]],
    );
    check(
        "a:\n  - b\n c: d\n",
        str![[r#"
error[E0101]: the indentation fits no line above
  ╭▸ a.yaml:3:2
  │
3 │  c: d
  │  ━━━━ indented by 1
  │
  ╰ note: a line belongs to what stands above it with the same indentation
help: use the indentation of a line above
  ╭╴
3 │ c: d
  ╰╴

"#]],
    );
    check(
        "notes:\n  - a\n  b: c\n",
        str![[r#"
error[E0101]: this line fits neither the list nor the mapping above
  ╭▸ a.yaml:3:3
  │
3 │   b: c
  │   ━━━━ does not belong here
  │
  ╰ help: write `- ` before it if it begins an item, or indent it as the lines it belongs to

"#]],
    );
    check(
        "a: x\n- b\n",
        str![[r#"
error[E0101]: an item of a list stands where a key belongs
  ╭▸ a.yaml:2:1
  │
2 │ - b
  │ ━━━ does not belong here
  │
  ╰ help: indent the items deeper than the key that they belong to

"#]],
    );
    check(
        "- a: x\n\n  - b\n",
        str![[r#"
error[E0101]: an item of a list stands where a key belongs
  ╭▸ a.yaml:3:3
  │
3 │   - b
  │   ━━━ does not belong here
  │
  ╰ help: indent the items deeper than the key that they belong to

"#]],
    );
}

#[test]
fn other_findings() {
    check(
        "a: \u{1}x\n",
        str![[r#"
error[E0122]: the file holds the control character U+0001
  ╭▸ a.yaml:1:4
  │
1 │ a: ␁x
  │    ━ nobody can see it
  ╰╴
help: remove it
  ╭╴
1 - a: ␁x
1 + a: x
  ╰╴

"#]],
    );
    check(
        "? [a]\n: b\n",
        str![[r#"
error[E0109]: a key is a text, not a list
  ╭▸ a.yaml:1:3
  │
1 │ ? [a]
  │   ━━━ this stands where a key belongs
  │
  ╰ help: put the text in quotes if it is one

"#]],
    );
    check(
        ": x\n",
        str![[r#"
error[E0109]: a key is missing before the `:`
  ╭▸ a.yaml:1:1
  │
1 │ : x
  │ ━ this stands where a key belongs
  │
  ╰ help: put the text in quotes if it is one

"#]],
    );
    check(
        "a: 1\na: 2\n",
        str![[r#"
error[E0107]: the key `a` stands twice in one mapping
  ╭▸ a.yaml:2:1
  │
1 │ a: 1
  │ ─ first here
2 │ a: 2
  ╰╴━ here again

"#]],
    );
    check(
        "{a: b",
        str![[r#"
error[E0101]: the bracket `{` has no end
  ╭▸ a.yaml:1:1
  │
1 │ {a: b
  │ ━ opened here
  │
  ╰ help: close it with `}`, or quote the value if it is text

"#]],
    );
    check(
        "a: {<<: x}\n",
        str![[r#"
error[E0109]: `<<` takes the entries of a mapping
  ╭▸ a.yaml:1:9
  │
1 │ a: {<<: x}
  │         ━ this is a text
  │
  ╰ help: write `<<: *NAME`, where `&NAME` marks a mapping above

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

#[test]
fn what_stands_behind_an_error_is_told_too() {
    let source = "- q: a: b\n  a: `x`\n- q: \"\\sqrt\"\n  a: 'it's'\n- q: @é\n  a: c: d\n";
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", source);
    let mut sink = Diagnostics::new();
    let _ = parse(file, source, 0, &mut sink);
    sink.sort();
    let found: Vec<(&str, &str)> = sink
        .iter()
        .map(|it| (it.code.id(), sources.snippet(it.span())))
        .collect();
    assert_eq!(
        found,
        [
            ("E0103", ":"),
            ("E0104", "`"),
            ("E0105", "\\s"),
            ("E0101", "s'"),
            ("E0104", "@"),
            ("E0103", ":")
        ]
    );
    let mut mended = source.to_owned();
    let mut edits: Vec<_> = sink
        .iter()
        .flat_map(|it| it.fix.iter().flat_map(|it| &it.edits))
        .collect();
    edits.sort_by_key(|(span, _)| span.start);
    for (span, text) in edits.iter().rev() {
        mended.replace_range(span.range(), text);
    }
    let mut again = Diagnostics::new();
    let _ = parse(file, &mended, 0, &mut again);
    assert!(again.is_empty(), "{mended}");
}
