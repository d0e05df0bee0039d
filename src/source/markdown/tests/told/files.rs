//! Files as a whole: several forms in one, none at all, and what makes the rest of one vanish.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::told;

#[test]
fn mixed_forms() {
    let sources = [
        "# S\n## a\n\nQ: b\nA: c\n\nQ: d\nA: e\n",
        "Q: a\nA: b\n\n## c\n\nd\n",
        "Q: a\nA: b\n#### c\nd\n## S\nQ: e\nA: f\n",
    ];
    assert_data_eq!(told(&sources), str![[r#"
=== # S⏎## a⏎⏎Q: b⏎A: c⏎⏎Q: d⏎A: e⏎
warning[W0116]: 2 lines look like label notes in a file of heading notes
  ╭▸ a.md:4:1
  │
2 │ ## a
  │ ──── the first note, which decides for the file
3 │
4 │ Q: b
  │ ━━ read as text
  │
  ├ help: if the headings are chapters and the labels are the notes, write `markdown: {note-level: 3}` in the front matter
  ╰ help: if it is text, write `\Q:`
=== Q: a⏎A: b⏎⏎## c⏎⏎d⏎
warning[W0116]: a heading looks like a note in a file of label notes
  ╭▸ a.md:4:1
  │
1 │ Q: a
  │ ── the first note, which decides for the file
  ┆
4 │ ## c
  │ ━━━━ what stands below it is in no note
  │
  ├ help: put the heading notes into a file of their own, or write them with labels
  ╰ help: a heading with no notes of its own carries the word `{skip}`
=== Q: a⏎A: b⏎#### c⏎d⏎## S⏎Q: e⏎A: f⏎
warning[W0116]: a heading looks like a note in a file of label notes
  ╭▸ a.md:3:1
  │
1 │ Q: a
  │ ── the first note, which decides for the file
2 │ A: b
3 │ #### c
  │ ━━━━━━ what stands below it is in no note
  │
  ├ help: put the heading notes into a file of their own, or write them with labels
  ╰ help: a heading with no notes of its own carries the word `{skip}`

"#]].raw());
}

#[test]
fn files_without_notes() {
    let sources = [
        "",
        "prose\n\n- list\n",
        "# a\n\n### b\n\nc\n",
        "# a\n\ntext\n",
        "q: a\na: b\n",
        "Q:a\nA:b\n",
        "Title\n---\ntext\n",
        "A: b\n",
        "---\nmarkdown: {select: tagged}\n---\n## a\nb\n",
        "## a {skip}\nb\n",
    ];
    assert_data_eq!(told(&sources), str![[r#"
=== 
info[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │
  │ ━ the file is empty
  │
  ╰ help: a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`
=== prose⏎⏎- list⏎
info[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │ prose
  │ ━━━━━ only text from here on
  │
  ╰ help: a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`
=== # a⏎⏎### b⏎⏎c⏎
info[W0123]: no heading of this file is a note, for notes are headings of level 2
  ╭▸ a.md:3:5
  │
3 │ ### b
  │     ━ a heading of level 3
  │
  ├ note: the file has headings of level 1, 3
  ╰ help: to make notes of them, write `markdown: {note-level: 3}` in the front matter
=== # a⏎⏎text⏎
info[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │ # a
  │ ━━━ only text from here on
  │
  ╰ help: a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`
=== q: a⏎a: b⏎
warning[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │ q: a
  │ ━━ no label
  │
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: labels are written in upper case
=== Q:a⏎A:b⏎
warning[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │ Q:a
  │ ━━ almost a label
  ╰╴
help: put a space behind `Q:` and its like
  ╭╴
1 ± Q: a
2 ± A: b
  ╰╴
=== Title⏎---⏎text⏎
info[W0123]: no heading of this file is a note, for notes are headings of level 2
  ╭▸ a.md:1:1
  │
1 │ Title
  │ ━━━━━ a heading of level 2
  │
  ╰ help: write `##` in front of a heading to make a note of it
=== A: b⏎
warning[W0117]: the file holds no note
  ╭▸ a.md:1:1
  │
1 │ A: b
  │ ━━ begins no note
  │
  ├ note: labels that go together: `Q:` `A:` `E:` (type `basic`), `F:` `B:` `E:` (type `reversed`), `C:` `E:` (type `cloze`), `D:` `K:` (type `drug`)
  ╰ help: put the label that begins the note above it
=== ---⏎markdown: {select: tagged}⏎---⏎## a⏎b⏎
info[W0117]: the file holds no note
  ╭▸ a.md:4:1
  │
4 │ ## a
  │ ━━━━ no heading carries `#card` or settings
  │
  ╰ note: `select: tagged` makes notes only of what is marked as one
=== ## a {skip}⏎b⏎


"#]].raw());
}

#[test]
fn formulas_that_swallow() {
    let sources = ["## a\n$$\nx\n## b\n$$\ny\n$$\n"];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ## a⏎$$⏎x⏎## b⏎$$⏎y⏎$$⏎
warning[W0123]: this heading stands inside a formula
  ╭▸ a.md:4:1
  │
2 │ $$
  │ ── the formula begins here
3 │ x
4 │ ## b
  │ ━━━━ part of the formula
  │
  ╰ help: if the formula lacks its end, put it above the heading

"#]]
        .raw()
    );
}
