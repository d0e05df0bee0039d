//! Labels of fields, and fields by their name.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::told;

#[test]
fn labels() {
    let sources = [
        "Q: a\nB: b\n",
        "Q: a\nA: b\nA: c\n",
        "Q: a\nA: b\n\n## S\n\nA: c\n",
        "<!-- type: reversed -->\nQ: a\nK: b\n",
        "Q: a\n\nQ: b\nA: c\n",
        "Q:\nA: b\n",
        "C:\n",
        "Q:a\nA: b\nQ: c\nA: d\n",
        "Q: a\nA: b\n\n<div>\nQ: c\nA: d\n</div>\n",
    ];
    assert_data_eq!(told(&sources), str![[r#"
=== Q: a⏎B: b⏎
error[E0115]: no note type has the labels `Q:`, `B:` together
  ╭▸ a.md:2:1
  │
1 │ Q: a
  │ ── the note begins here
2 │ B: b
  │ ━━ does not belong to this note
  │
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: if the line is no label, write `\B:`
=== Q: a⏎A: b⏎A: c⏎
error[E0107]: field `Back` is filled twice
  ╭▸ a.md:3:1
  │
2 │ A: b
  │ ── first here
3 │ A: c
  ╰╴━━ here again
=== Q: a⏎A: b⏎⏎## S⏎⏎A: c⏎
error[E0115]: `A:` belongs to no note
  ╭▸ a.md:6:1
  │
6 │ A: c
  │ ━━ no note is open here
  │
  ├ note: a label note ends before a heading and before `---`
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: if the line is no label, write `\A:`
=== <!-- type: reversed -->⏎Q: a⏎K: b⏎
error[E0115]: note type `reversed` has no fields for `Q:`, `K:`
  ╭▸ a.md:2:1
  │
2 │ Q: a
  │ ━━ does not belong to this note
  │
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: if the line is no label, write `\Q:`
=== Q: a⏎⏎Q: b⏎A: c⏎
error[E0206]: this `Q:` has no answer
  ╭▸ a.md:1:1
  │
1 │ Q: a
  │ ━━━━ a note of type `basic`, whose back is empty
  │
  ╰ help: write `A:` and the answer in the lines below it
=== Q:⏎A: b⏎
error[E0206]: this note is empty
  ╭▸ a.md:1:1
  │
1 │ Q:
  │ ━━ nothing stands behind `Q:`
  │
  ╰ help: write the text behind the label, or in the lines below it
=== C:⏎
error[E0206]: this note is empty
  ╭▸ a.md:1:1
  │
1 │ C:
  │ ━━ nothing stands behind `C:`
  │
  ╰ help: write the text behind the label, or in the lines below it
=== Q:a⏎A: b⏎Q: c⏎A: d⏎
warning[W0123]: `Q:` without a space behind it is no label
  ╭▸ a.md:1:1
  │
1 │ Q:a
  │ ━━ read as text
  ╰╴
help: put a space behind it
  ╭╴
1 │ Q: a
  ╰╴  +

error[E0115]: `A:` belongs to no note
  ╭▸ a.md:2:1
  │
2 │ A: b
  │ ━━ no note is open here
  │
  ├ note: a label note ends before a heading and before `---`
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: if the line is no label, write `\A:`
=== Q: a⏎A: b⏎⏎<div>⏎Q: c⏎A: d⏎</div>⏎
warning[W0123]: `Q:` stands in a block of HTML
  ╭▸ a.md:5:1
  │
5 │ Q: c
  │ ━━ read as HTML
  │
  ├ note: a block of HTML ends at the next blank line
  ╰ help: put a blank line above the label

warning[W0123]: `A:` stands in a block of HTML
  ╭▸ a.md:6:1
  │
6 │ A: d
  │ ━━ read as HTML
  │
  ├ note: a block of HTML ends at the next blank line
  ╰ help: put a blank line above the label

"#]].raw());
}

#[test]
fn fields() {
    let sources = [
        "## a\nb\n### Back\nc\n",
        "## a {drug}\nb\n<!-- x -->\n### class\nc\n",
        "## a {type=drgu}\nb",
        "## a {deck=\"::\"}\nb",
        "## a {.x::}\nb",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ## a⏎b⏎### Back⏎c⏎
error[E0107]: field `Back` is filled twice
  ╭▸ a.md:3:1
  │
2 │ b
  │ ─ first here
3 │ ### Back
  ╰╴━━━━━━━━ here again
=== ## a {drug}⏎b⏎<!-- x -->⏎### class⏎c⏎
error[E0107]: field `Class` is filled twice
  ╭▸ a.md:4:1
  │
2 │ ┌ b
3 │ │ <!-- x -->
  │ └──────────┘ first here
4 │   ### class
  ╰╴  ━━━━━━━━━ here again
=== ## a {type=drgu}⏎b
error[E0201]: unknown note type `drgu`
  ╭▸ a.md:1:12
  │
1 │ ## a {type=drgu}
  │            ━━━━ no note type has this key
  ╰╴
help: a note type with a similar key exists
  ╭╴
1 - ## a {type=drgu}
1 + ## a {type=drug}
  ╰╴
=== ## a {deck="::"}⏎b
error[E0211]: `::` cannot be the name of a deck
  ╭▸ a.md:1:13
  │
1 │ ## a {deck="::"}
  │             ━━ a part of the deck's name is empty
  │
  ╰ help: write the parts with `::` between them, such as `Spanish::Verbs`
=== ## a {.x::}⏎b
error[E0209]: `x::` cannot be a tag
  ╭▸ a.md:1:7
  │
1 │ ## a {.x::}
  │       ━━━━ a part of the tag is empty
  │
  ╰ help: tags are words; `::` between two of them puts one below the other

"#]]
        .raw()
    );
}
