//! Headings that are notes, or look like some.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::told;

#[test]
fn setext_headings() {
    let sources = [
        "## a\n\nb\n---\n\nc\n",
        "Q: a\nA: b\n---\nQ: c\nA: d\n",
        "Title\n---\n\n## a\nb\n",
        "one\ntwo\n---\n\n## a\nb\n",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ## a⏎⏎b⏎---⏎⏎c⏎
error[E0112]: text directly above `---` is a heading in Markdown
  ╭▸ a.md:4:1
  │
4 │ ---
  │ ━━━ makes a heading of the text above
  │
  ╰ note: what divides question and answer is a `---` with a blank line above it
help: put a blank line above it
  ╭╴
3 │ b
  ╰╴ +
=== Q: a⏎A: b⏎---⏎Q: c⏎A: d⏎
error[E0112]: text directly above `---` is a heading in Markdown
  ╭▸ a.md:3:1
  │
3 │ ---
  │ ━━━ makes a heading of the text above
  │
  ╰ note: what ends a note is a `---` with a blank line above it
help: put a blank line above it
  ╭╴
2 │ A: b
  ╰╴    +
=== Title⏎---⏎⏎## a⏎b⏎
error[E0112]: text directly above `---` is a heading in Markdown
  ╭▸ a.md:2:1
  │
2 │ ---
  │ ━━━ makes a heading of the text above
  │
  ├ note: notes and sections are headings with `#` signs
  ╰ help: if it is a rule, put a blank line above it
help: write the heading with `#` signs
  ╭╴
1 - Title
2 - ---
1 + ## Title
  ╰╴
=== one⏎two⏎---⏎⏎## a⏎b⏎
error[E0112]: text directly above `---` is a heading in Markdown
  ╭▸ a.md:3:1
  │
3 │ ---
  │ ━━━ makes a heading of the text above
  │
  ╰ note: a rule needs a blank line above it
help: put a blank line above it
  ╭╴
2 │ two
  ╰╴   +

"#]]
        .raw()
    );
}

#[test]
fn headings_with_the_card_tag() {
    let vault = "---\nmarkdown: {profile: obsidian}\n---\n";
    let sources = [
        format!("{vault}# A #card\n\nb\n\n### c {{.card}}\n"),
        format!("{vault}A #card\n---\n\nb\n"),
        format!("{vault}A #card\n===\n\nb\n\n## c #card\nd\n"),
        format!("{vault}## c #card\nd\n\n# A {{skip}} #card\n\nb {{note}}\n"),
        format!("{vault}# A\n"),
    ];
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ---⏎markdown: {profile: obsidian}⏎---⏎# A #card⏎⏎b⏎⏎### c {.card}⏎
warning[W0123]: a heading with `#card` is no note, and 1 more like it
  ╭▸ a.md:4:3
  │
4 │ # A #card
  │   ━━━━━━━ a heading of level 1
  │
  ├ note: notes are headings of level 2 with `##` before them
  ├ help: write `##` before it, or `{note}` behind it
  ╰ help: to make notes of all of that level, write `markdown: {note-level: 1}` in the front matter
=== ---⏎markdown: {profile: obsidian}⏎---⏎A #card⏎---⏎⏎b⏎
warning[W0123]: a heading with `#card` is no note
  ╭▸ a.md:4:1
  │
4 │ A #card
  │ ━━━━━━━ a heading with a line below it
  │
  ├ note: notes are headings of level 2 with `##` before them
  ╰ help: write it as `## ..`, without the line below it
=== ---⏎markdown: {profile: obsidian}⏎---⏎A #card⏎===⏎⏎b⏎⏎## c #card⏎d⏎
warning[W0123]: a heading with `#card` is no note
  ╭▸ a.md:4:1
  │
4 │ A #card
  │ ━━━━━━━ a heading with a line below it
  │
  ├ note: notes are headings of level 2 with `##` before them
  ╰ help: write it as `## ..`, without the line below it
=== ---⏎markdown: {profile: obsidian}⏎---⏎## c #card⏎d⏎⏎# A {skip} #card⏎⏎b {note}⏎

=== ---⏎markdown: {profile: obsidian}⏎---⏎# A⏎
info[W0117]: the file holds no note
  ╭▸ a.md:4:1
  │
4 │ # A
  │ ━━━ no heading carries `#card` or settings
  │
  ╰ note: `select: tagged` makes notes only of what is marked as one

"#]]
    );
}

#[test]
fn empty_notes() {
    let sources = [
        "## a\n## b\nc\n",
        "##\na\n",
        "## a {cloze}\n",
        "## a\n<!-- todo -->\n",
        "## a {gap}\n{{c1::b}}\n",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ## a⏎## b⏎c⏎
error[E0206]: this heading has no answer
  ╭▸ a.md:1:1
  │
1 │ ## a
  │ ━━━━ a note of type `basic`, whose back is empty
  │
  ╰ help: write the answer below the heading; if it is no note, add `{skip}` behind it
=== ##⏎a⏎
error[E0206]: this note has no question
  ╭▸ a.md:1:1
  │
1 │ ##
  │ ━━ the heading is empty
  │
  ╰ help: write the question behind the `#` signs
=== ## a {cloze}⏎
error[E0206]: this cloze note has no text
  ╭▸ a.md:1:1
  │
1 │ ## a {cloze}
  │ ━━━━━━━━━━━━ nothing stands below it
  │
  ╰ help: write the text with its clozes, such as `{{c1::word}}`, below the heading
=== ## a⏎<!-- todo -->⏎
error[E0206]: this heading has no answer
  ╭▸ a.md:1:1
  │
1 │ ## a
  │ ━━━━ a note of type `basic`, whose back is empty
  │
  ╰ help: write the answer below the heading; if it is no note, add `{skip}` behind it
=== ## a {gap}⏎{{c1::b}}⏎
error[E0202]: note type `gap` has no field `Title` for the heading
  ╭▸ a.md:1:4
  │
1 │ ## a {gap}
  │    ━ the heading of a cloze note is its title
  │
  ╰ help: add a field `Title` to the note type, or write a cloze into the heading

"#]]
        .raw()
    );
}
