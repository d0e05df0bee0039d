//! Colons, spaces and indentation, and what stands behind a mistake.

use snapbox::str;

use super::{check, parse};
use crate::diag::{Diagnostics, Sources};

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
