//! Characters that begin something else in YAML.

use snapbox::str;

use super::check;

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
        "- [a, b]\n- [c, d\n",
        str![[r#"
error[E0101]: the bracket `[` has no end
  ╭▸ a.yaml:2:3
  │
2 │ - [c, d
  │   ━ opened here
  ╰╴
help: close it
  ╭╴
2 │ - [c, d]
  ╰╴       +

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
  │
  ╰ note: in a list or mapping each bracket has its end, and texts with brackets, commas or colons are quoted
help: quote the value if it is a text
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
  │
  ╰ note: in a list or mapping each bracket has its end, and texts with brackets, commas or colons are quoted
help: quote the value if it is a text
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
