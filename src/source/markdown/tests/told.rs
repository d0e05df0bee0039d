//! What is told, as people see it.
//!
//! Long, because it is a table: what is read beside what comes of it, a case each.
#![allow(
    clippy::disallowed_methods,
    reason = "the snapshot macro looks for this file itself"
)]

use snapbox::{IntoData as _, assert_data_eq, str};

use super::read;

/// All findings of the sources, each with its source in front of it.
fn told(sources: &[&str]) -> String {
    let mut out = String::new();
    for source in sources {
        let text = source.replace('\n', "⏎");
        let human = read(source).human();
        out.push_str(&format!("=== {text}\n{human}\n"));
    }
    out
}

#[test]
fn front_matter() {
    let sources = [
        "---\ndekc: X\n---\n## a\nb",
        "---\n- a\n---\n## a\nb",
        "---\nformat: html\n---\n## a\nb",
        "---\n\n## a\nb",
        "---\nfoo\n---\n## a\nb",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ---⏎dekc: X⏎---⏎## a⏎b
error[E0108]: unknown key `dekc` in front matter
  ╭▸ a.md:2:1
  │
2 │ dekc: X
  │ ━━━━ this key means nothing here
  ╰╴
help: a key with a similar name exists
  ╭╴
2 - dekc: X
2 + deck: X
  ╰╴
=== ---⏎- a⏎---⏎## a⏎b
error[E0111]: the front matter is no mapping
  ╭▸ a.md:2:1
  │
1 │ ---
  │ ─── `---` at the very top opens the settings of the file
2 │ - a
  │ ━━━ not a `key: value`
  │
  ╰ help: write one `key: value` a line, such as `deck: Spanish`; if this is a rule, write `***`
=== ---⏎format: html⏎---⏎## a⏎b
error[E0108]: unknown key `format` in front matter
  ╭▸ a.md:2:1
  │
2 │ format: html
  │ ━━━━━━ this key means nothing here
  │
  ╰ help: the keys are `deck`, `tags`, `tags!`, `type`, `suspend`, `flag`, `markdown`, `cloze`, `math`, `code`, `media`, `images`, `links` and `audio`
=== ---⏎⏎## a⏎b
error[E0111]: the front matter has no end
  ╭▸ a.md:1:1
  │
1 │ ---
  │ ━━━ `---` at the very top opens the settings of the file
  │
  ╰ help: end them with another `---` line, or write `***` for a rule
=== ---⏎foo⏎---⏎## a⏎b
error[E0111]: the front matter is no mapping
  ╭▸ a.md:2:1
  │
1 │ ---
  │ ─── `---` at the very top opens the settings of the file
2 │ foo
  │ ━━━ not a `key: value`
  │
  ╰ help: write one `key: value` a line, such as `deck: Spanish`; if this is a rule, write `***`

"#]]
        .raw()
    );
}

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
fn attributes() {
    let sources = [
        "## a {reversd}\nb",
        "## a {x}\nb",
        "## a {#i, .t}\nb",
        "## a {flga=red}\nb",
        "## a {flag=brown}\nb",
        "## a {rtl}\nb",
        "## a {#i} ^j\nb",
        "# S {#i}\n## a\nb",
        "## a {#-x}\nb",
        "## a {typed type=reversed}\nb",
    ];
    assert_data_eq!(told(&sources), str![[r#"
=== ## a {reversd}⏎b
error[E0113]: unknown word `reversd` in attributes
  ╭▸ a.md:1:7
  │
1 │ ## a {reversd}
  │       ━━━━━━━ neither a note type nor one of deckle's words
  ╰╴
help: a word with a similar name exists
  ╭╴
1 │ ## a {reversed}
  ╰╴            +
=== ## a {x}⏎b
error[E0113]: unknown word `x` in attributes
  ╭▸ a.md:1:7
  │
1 │ ## a {x}
  │       ━ neither a note type nor one of deckle's words
  │
  ├ help: the note types are `basic`, `reversed`, `typed`, `cloze`, `drug`, `gap`; the words are `suspended`, `skip` and `note`
  ╰ help: for braces that are text, write `\{`
=== ## a {#i, .t}⏎b
error[E0204]: `i,` cannot be an id
  ╭▸ a.md:1:8
  │
1 │ ## a {#i, .t}
  │        ━━ not an id
  │
  ╰ help: an id is made of letters from a to z, digits, `.`, `_` and `-`, begins with a letter or digit and has at most 64 characters
=== ## a {flga=red}⏎b
error[E0113]: unknown attribute `flga`
  ╭▸ a.md:1:7
  │
1 │ ## a {flga=red}
  │       ━━━━ means nothing here
  ╰╴
help: an attribute with a similar name exists
  ╭╴
1 - ## a {flga=red}
1 + ## a {flag=red}
  ╰╴
=== ## a {flag=brown}⏎b
error[E0217]: `flag` does not take `brown`
  ╭▸ a.md:1:12
  │
1 │ ## a {flag=brown}
  │            ━━━━━ not a value of this key
  │
  ╰ note: `flag` takes a number from 0 to 7, or `none`, `red`, `orange`, `green`, `blue`, `pink`, `turquoise` or `purple`
=== ## a {rtl}⏎b
error[E0113]: a note has no direction of writing
  ╭▸ a.md:1:7
  │
1 │ ## a {rtl}
  │       ━━━ means nothing here
  │
  ├ note: Anki lays out cards by their templates and by the HTML in the fields
  ╰ help: write `<div dir="rtl">` around `{{Field}}` in the card templates of a note type of your own; `rtl: true` at its fields turns the editor round, too
=== ## a {#i} ^j⏎b
error[E0107]: the note's id is given twice
  ╭▸ a.md:1:12
  │
1 │ ## a {#i} ^j
  │        ┬   ━ here again
  │        │
  ╰╴       first here
=== # S {#i}⏎## a⏎b
error[E0113]: a section has no `id`
  ╭▸ a.md:1:7
  │
1 │ # S {#i}
  │       ━ this heading is no note
  │
  ╰ help: sections take `.tag`, `type`, `deck`, `tags`, `flag` and `suspend`; if the heading is meant as a note, add the word `note`
=== ## a {#-x}⏎b
error[E0204]: `-x` cannot be an id
  ╭▸ a.md:1:8
  │
1 │ ## a {#-x}
  │        ━━ not an id
  │
  ╰ help: an id is made of letters from a to z, digits, `.`, `_` and `-`, begins with a letter or digit and has at most 64 characters
=== ## a {typed type=reversed}⏎b
error[E0107]: the note's type is given twice
  ╭▸ a.md:1:18
  │
1 │ ## a {typed type=reversed}
  │       ┬────      ━━━━━━━━ here again
  │       │
  ╰╴      first here

"#]].raw());
}

#[test]
fn meta_comments() {
    let sources = [
        "## a\n<!-- {id: x, colour: red} -->\nb",
        "## a\n<!-- {id: x, exrta: red} -->\nb",
        "## a\nb\n\n<!-- id: x -->\n## c\nd",
        "Q: a\n<!-- id: x -->\nA: b",
        "## a\n<!-- id: -->\nb",
        "## a\nb <!-- c\n\n## d\ne\n\n<!-- f\n\n## g\nh",
        "<!--\n## a\n<!-- id: x -->\nb\n-->\n## c\nd",
        "## a\nb\n<!-- include: c.md -->\n<!-- notes: vocab -->\n\n| a | b |\n",
        "## a\n<!-- id: x -->\n<!-- id: y -->\nb",
        "## a\n<!-- {Extra: {x: y}} -->\nb",
        "## a\n<!-- bury: true -->\nb",
        "## a\nb\n<!-- Source: p. 3 -->\n",
        "## a\n<!-- Note: x -->\nb\n<!-- Note: y -->\n",
    ];
    assert_data_eq!(told(&sources), str![[r#"
=== ## a⏎<!-- {id: x, colour: red} -->⏎b
error[E0114]: unknown key `colour` in a note's settings
  ╭▸ a.md:2:14
  │
2 │ <!-- {id: x, colour: red} -->
  │              ━━━━━━ neither a setting nor a field of `basic`
  │
  ├ help: the settings are `id`, `guid`, `was`, `type`, `deck`, `tags`, `tags!`, `suspend`, `flag`, `order`, `skip`
  ╰ help: the fields are `Front`, `Back`, `Extra`, `Context`, `Source`
=== ## a⏎<!-- {id: x, exrta: red} -->⏎b
error[E0114]: unknown key `exrta` in a note's settings
  ╭▸ a.md:2:14
  │
2 │ <!-- {id: x, exrta: red} -->
  │              ━━━━━ neither a setting nor a field of `basic`
  ╰╴
help: a similar key exists
  ╭╴
2 - <!-- {id: x, exrta: red} -->
2 + <!-- {id: x, Extra: red} -->
  ╰╴
=== ## a⏎b⏎⏎<!-- id: x -->⏎## c⏎d
error[E0114]: these settings stand at a place where they hold for no note
  ╭▸ a.md:4:1
  │
4 │ <!-- id: x -->
  │ ━━━━━━━━━━━━━━ belongs to nothing
  │
  ├ help: put the comment directly below the heading of its note
  ╰ help: settings of a whole file stand in its front matter
=== Q: a⏎<!-- id: x -->⏎A: b
error[E0114]: these settings stand at a place where they hold for no note
  ╭▸ a.md:2:1
  │
2 │ <!-- id: x -->
  │ ━━━━━━━━━━━━━━ belongs to nothing
  │
  ├ help: put the comment on a line of its own, directly above the first label of its note
  ╰ help: settings of a whole file stand in its front matter
=== ## a⏎<!-- id: -->⏎b
error[E0109]: `id` takes a text, not nothing
  ╭▸ a.md:2:8
  │
2 │ <!-- id: -->
  ╰╴       ━ expected a text, found nothing
=== ## a⏎b <!-- c⏎⏎## d⏎e⏎⏎<!-- f⏎⏎## g⏎h
error[E0114]: this comment has no end
  ╭▸ a.md:7:1
  │
7 │ <!-- f
  │ ━━━━ begins here
  │
  ╰ help: end it with `-->`
=== <!--⏎## a⏎<!-- id: x -->⏎b⏎-->⏎## c⏎d
error[E0114]: a comment begins inside a comment
  ╭▸ a.md:3:1
  │
1 │ <!--
  │ ──── the outer one begins here
2 │ ## a
3 │ <!-- id: x -->
  │ ━━━━ this one ends the outer one, too
  │
  ├ note: a comment ends at the first `-->`; what follows would be text again
  ╰ help: to leave notes out, put `<!-- cards off -->` above and `<!-- cards on -->` below them
=== ## a⏎b⏎<!-- include: c.md -->⏎<!-- notes: vocab -->⏎⏎| a | b |⏎
error[E0153]: there is no file `c.md`
  ╭▸ a.md:3:15
  │
3 │ <!-- include: c.md -->
  │               ━━━━ not found
  │
  ╰ note: paths count from the file that they stand in; `/x.md` lies at the root of the project

warning[W0151]: no table stands below this comment
  ╭▸ a.md:4:1
  │
4 │ <!-- notes: vocab -->
  │ ━━━━━━━━━━━━━━━━━━━━━ would make notes of a table's rows
  │
  ├ note: to Markdown the lines below are no table, and so their rows are no notes
  ╰ help: a table has a line such as `|---|---|` below its header, with as many parts as the header has

warning[W0152]: this text belongs to no note
  ╭▸ a.md:6:1
  │
1 │ ## a
  │ ──── the last note of the file's own form begins here
  ┆
6 │ | a | b |
  │ ━━━━━━━━━ on no card
  │
  ├ note: a table or list of notes ends the note that stands above it
  ╰ help: put the text above the table or list, or a heading above the text
=== ## a⏎<!-- id: x -->⏎<!-- id: y -->⏎b
error[E0107]: the note's id is given twice
  ╭▸ a.md:3:10
  │
2 │ <!-- id: x -->
  │          ─ first here
3 │ <!-- id: y -->
  ╰╴         ━ here again
=== ## a⏎<!-- {Extra: {x: y}} -->⏎b
error[E0109]: the field holds a mapping, not a text or a list of texts
  ╭▸ a.md:2:14
  │
2 │ <!-- {Extra: {x: y}} -->
  ╰╴             ━━━━━━ cannot be read as a field
=== ## a⏎<!-- bury: true -->⏎b
error[E0214]: a package cannot bury cards
  ╭▸ a.md:2:6
  │
2 │ <!-- bury: true -->
  │      ━━━━ not possible
  │
  ├ note: buried cards come back the next day by themselves
  ╰ help: write `suspend: true` to keep a card back until it is wanted
=== ## a⏎b⏎<!-- Source: p. 3 -->⏎
info[E0114]: this comment does not fill the field `Source`
  ╭▸ a.md:3:1
  │
3 │ <!-- Source: p. 3 -->
  │ ━━━━━━━━━━━━━━━━━━━━━ a remark that no card shows
  │
  ╰ help: if it is meant to fill the field, put the comment directly below the heading of its note
=== ## a⏎<!-- Note: x -->⏎b⏎<!-- Note: y -->⏎


"#]].raw());
}

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

#[test]
fn tables_of_notes() {
    let sources = [
        "<!-- notes -->\n\n| Frnt | Back | tgas |\n|---|---|---|\n| a | b | c |\n",
        "<!-- notes -->\n\n| Back | Extra |\n|---|---|\n| a | b |\n",
        "<!-- notes -->\n\n| Front | Back | question |\n|---|---|---|\n| a | b | c |\n",
        "<!-- notes -->\n\n| Front | Back | |\n|---|---|---|\n| a | b | |\n| c | d | e |\n",
        "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| a | b | c |\n| d | |\n| | e |\n",
        "<!-- notes: vocba -->\n\n| Front | Back |\n|---|---|\n| a | b |\n",
        "<!-- notes -->\n\n| Front | Back | type | flag |\n|---|---|---|---|\n| a | b | drug | pale |\n",
        "## a\n\nb\n\n<!-- notes -->\n\nc\n",
        "<!-- notes -->\n\n| Front | Back |\n| a | b |\n",
        "<!-- note -->\n| Front | Back |\n|---|---|\n| a | b |\n\n## c\nd\n",
        "## a\n\nb\n\n<!-- notes -->\n| Front | Back |\n|---|---|\n| c | d |\n\ne\n\n### Extra\n\nf\n",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== <!-- notes -->⏎⏎| Frnt | Back | tgas |⏎|---|---|---|⏎| a | b | c |⏎
error[E0202]: unknown field `Frnt` in note type `basic`
  ╭▸ a.md:3:3
  │
3 │ | Frnt | Back | tgas |
  │   ━━━━ not a field of `basic`
  │
  ╰ help: other columns are `id`, `guid`, `was`, `type`, `deck`, `tags`, `tags!`, `suspend`, `flag`, `order`, `skip`
help: a field with a similar name exists
  ╭╴
3 │ | Front | Back | tgas |
  ╰╴    +

error[E0202]: unknown field `tgas` in note type `basic`
  ╭▸ a.md:3:17
  │
3 │ | Frnt | Back | tgas |
  │                 ━━━━ neither a field nor a setting
  ╰╴
help: a setting with a similar name exists
  ╭╴
3 - | Frnt | Back | tgas |
3 + | Frnt | Back | tags |
  ╰╴
=== <!-- notes -->⏎⏎| Back | Extra |⏎|---|---|⏎| a | b |⏎
error[E0150]: the table has no column for the field `Front`
  ╭▸ a.md:3:1
  │
3 │ | Back | Extra |
  │ ━━━━━━━━━━━━━━━━ no note of type `basic` without it
  │
  ╰ help: write `Front` into the header of the column that holds it
=== <!-- notes -->⏎⏎| Front | Back | question |⏎|---|---|---|⏎| a | b | c |⏎
error[E0107]: the column `question` stands twice in one table
  ╭▸ a.md:3:18
  │
3 │ | Front | Back | question |
  │   ┬────          ━━━━━━━━ here again
  │   │
  ╰╴  first here
=== <!-- notes -->⏎⏎| Front | Back | |⏎|---|---|---|⏎| a | b | |⏎| c | d | e |⏎
error[E0150]: column 3 of the table has no name
  ╭▸ a.md:6:11
  │
3 │ | Front | Back | |
  │ ────────────────── the columns
  ┆
6 │ | c | d | e |
  │           ━ belongs to no field
  │
  ╰ help: write the name of a field into the header, or take the column out
=== <!-- notes -->⏎⏎| Front | Back |⏎|---|---|⏎| a | b | c |⏎| d | |⏎| | e |⏎
error[E0150]: the row has 3 cells, the table has 2 columns
  ╭▸ a.md:5:11
  │
3 │ | Front | Back |
  │ ──────────────── the columns
4 │ |---|---|
5 │ | a | b | c |
  │           ━ belongs to no column
  │
  ╰ help: for a bar that is text, write `/|`; in code and formulas it needs none

error[E0206]: this row has nothing in `Back`
  ╭▸ a.md:6:1
  │
6 │ | d | |
  │ ━━━━━━━ a note of type `basic`, which needs it
  │
  ╰ help: fill the cell; to leave a row out, write `true` into a column `skip`

error[E0206]: this row has nothing in `Front`
  ╭▸ a.md:7:1
  │
7 │ | | e |
  │ ━━━━━━━ a note of type `basic`, which needs it
  │
  ╰ help: fill the cell; to leave a row out, write `true` into a column `skip`
=== <!-- notes: vocba -->⏎⏎| Front | Back |⏎|---|---|⏎| a | b |⏎
error[E0201]: unknown note type `vocba`
  ╭▸ a.md:1:13
  │
1 │ <!-- notes: vocba -->
  │             ━━━━━ no note type has this key
  │
  ╰ help: the note types are `basic`, `reversed`, `typed`, `cloze`, `drug`, `gap`
=== <!-- notes -->⏎⏎| Front | Back | type | flag |⏎|---|---|---|---|⏎| a | b | drug | pale |⏎
error[E0202]: unknown field `Front` in note type `drug`
  ╭▸ a.md:3:3
  │
3 │ | Front | Back | type | flag |
  │   ━━━━━ not a field of `drug`
  │
  ├ help: the fields are `Drug`, `Class`, `Dose`
  ╰ help: other columns are `id`, `guid`, `was`, `type`, `deck`, `tags`, `tags!`, `suspend`, `flag`, `order`, `skip`

error[E0202]: unknown field `Back` in note type `drug`
  ╭▸ a.md:3:11
  │
3 │ | Front | Back | type | flag |
  │           ━━━━ not a field of `drug`
  │
  ├ help: the fields are `Drug`, `Class`, `Dose`
  ╰ help: other columns are `id`, `guid`, `was`, `type`, `deck`, `tags`, `tags!`, `suspend`, `flag`, `order`, `skip`

error[E0217]: `flag` does not take `pale`
  ╭▸ a.md:5:18
  │
5 │ | a | b | drug | pale |
  │                  ━━━━ not a value of this key
  │
  ╰ note: `flag` takes a number from 0 to 7, or `none`, `red`, `orange`, `green`, `blue`, `pink`, `turquoise` or `purple`
=== ## a⏎⏎b⏎⏎<!-- notes -->⏎⏎c⏎
warning[W0151]: no table stands below this comment
  ╭▸ a.md:5:1
  │
5 │ <!-- notes -->
  │ ━━━━━━━━━━━━━━ would make notes of a table's rows
  │
  ╰ help: put it directly above the table
=== <!-- notes -->⏎⏎| Front | Back |⏎| a | b |⏎
warning[W0151]: no table stands below this comment
  ╭▸ a.md:1:1
  │
1 │ <!-- notes -->
  │ ━━━━━━━━━━━━━━ would make notes of a table's rows
  │
  ├ note: to Markdown the lines below are no table, and so their rows are no notes
  ╰ help: a table has a line such as `|---|---|` below its header, with as many parts as the header has

info[W0117]: the file holds no note
  ╭▸ a.md:3:1
  │
3 │ | Front | Back |
  │ ━━━━━━━━━━━━━━━━ only text from here on
  │
  ╰ help: a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`
=== <!-- note -->⏎| Front | Back |⏎|---|---|⏎| a | b |⏎⏎## c⏎d⏎
warning[W0123]: the rows of this table are no notes
  ╭▸ a.md:1:1
  │
1 │ <!-- note -->
  │ ━━━━━━━━━━━━━ only a remark
  ╰╴
help: a comment that makes notes of them is
  ╭╴
1 │ <!-- notes -->
  ╰╴         +
=== ## a⏎⏎b⏎⏎<!-- notes -->⏎| Front | Back |⏎|---|---|⏎| c | d |⏎⏎e⏎⏎### Extra⏎⏎f⏎
warning[W0152]: this text belongs to no note
   ╭▸ a.md:10:1
   │
 1 │ ## a
   │ ──── the last note of the file's own form begins here
   ┆
10 │ e
   │ ━ on no card
   │
   ├ note: a table or list of notes ends the note that stands above it
   ╰ help: put the text above the table or list, or a heading above the text

"#]]
    );
}

#[test]
fn lists_of_notes() {
    let inline = "---\nmarkdown: {inline: true}\n---\n";
    let sources = [
        "- a :: b\n- c ::: d\n".to_owned(),
        "## q\n\n- a :: b\n".to_owned(),
        format!("{inline}- :: b\n- a ::\n"),
        format!("{inline}## q\n\na\n\n- b :: c\n\nd\n"),
        format!("{inline}- a :: b {{.t #x}} ^y\n"),
        format!("{inline}- a :: b\n\n<!-- id: x -->\n- c :: d\n"),
    ];
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== - a :: b⏎- c ::: d⏎
info[W0123]: 2 list items look like notes
  ╭▸ a.md:1:5
  │
1 │ - a :: b
  │     ━━ read as text
  │
  ╰ help: to make notes of such items, write `markdown: {inline: true}` in the front matter
=== ## q⏎⏎- a :: b⏎

=== ---⏎markdown: {inline: true}⏎---⏎- :: b⏎- a ::⏎
error[E0206]: this list note has no question
  ╭▸ a.md:4:3
  │
4 │ - :: b
  │   ━━ nothing stands before `::`
  │
  ╰ help: write the question before `::`; if it is no note, write `/::`

error[E0206]: this list note has no answer
  ╭▸ a.md:5:5
  │
5 │ - a ::
  │     ━━ a note of type `basic`, whose back is empty
  │
  ╰ help: write the answer behind `::` or below it in the item; if it is no note, write `/::`
=== ---⏎markdown: {inline: true}⏎---⏎## q⏎⏎a⏎⏎- b :: c⏎⏎d⏎
warning[W0152]: this text belongs to no note
   ╭▸ a.md:10:1
   │
 4 │ ## q
   │ ──── the last note of the file's own form begins here
   ┆
10 │ d
   │ ━ on no card
   │
   ├ note: a table or list of notes ends the note that stands above it
   ╰ help: put the text above the table or list, or a heading above the text
=== ---⏎markdown: {inline: true}⏎---⏎- a :: b {.t #x} ^y⏎
error[E0107]: the note's id is given twice
  ╭▸ a.md:4:19
  │
4 │ - a :: b {.t #x} ^y
  │               ┬   ━ here again
  │               │
  ╰╴              first here
=== ---⏎markdown: {inline: true}⏎---⏎- a :: b⏎⏎<!-- id: x -->⏎- c :: d⏎
error[E0114]: these settings stand at a place where they hold for no note
  ╭▸ a.md:6:1
  │
6 │ <!-- id: x -->
  │ ━━━━━━━━━━━━━━ belongs to nothing
  │
  ├ help: put the comment behind the first line of its list item; a row of a table takes settings as columns
  ╰ help: settings of a whole file stand in its front matter

"#]]
    );
}

#[test]
fn what_looks_like_a_note() {
    let sources = [
        "Q: a\nA: b\n\nq: c\na: d\n",
        "## a\nb\n<!-- cards off -->\n## c\nd\n## e\nf\n",
        "## a\nb\n<!-- cards off -->\nprose\n",
        "## a {rtl}\nb\n",
        "---\ninclude: b.md\n---\n## a\nb\n",
        "---\nmarkdown: {profile: obsidian}\ntagz: x\ncreated: y\n---\n## a #card\nb\n",
        "---\nmarkdown: {profile: obsidan}\n---\n## a\nb\n",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== Q: a⏎A: b⏎⏎q: c⏎a: d⏎
warning[W0123]: `q:` is no label
  ╭▸ a.md:4:1
  │
4 │ q: c
  │ ━━ read as text
  ╰╴
help: labels are written in capitals
  ╭╴
4 ± Q: c
5 ± A: d
  ╰╴
=== ## a⏎b⏎<!-- cards off -->⏎## c⏎d⏎## e⏎f⏎
info[W0123]: 2 things that look like notes stand where notes are switched off
  ╭▸ a.md:3:1
  │
3 │ <!-- cards off -->
  │ ━━━━━━━━━━━━━━━━━━ from here to the end of the file
  │
  ╰ help: to read notes again, write `<!-- cards on -->` behind what is left out
=== ## a⏎b⏎<!-- cards off -->⏎prose⏎

=== ## a {rtl}⏎b⏎
error[E0113]: a note has no direction of writing
  ╭▸ a.md:1:7
  │
1 │ ## a {rtl}
  │       ━━━ means nothing here
  │
  ├ note: Anki lays out cards by their templates and by the HTML in the fields
  ╰ help: write `<div dir="rtl">` around `{{Field}}` in the card templates of a note type of your own; `rtl: true` at its fields turns the editor round, too
=== ---⏎include: b.md⏎---⏎## a⏎b⏎
error[E0108]: front matter does not include files
  ╭▸ a.md:2:1
  │
2 │ include: b.md
  │ ━━━━━━━ this key means nothing here
  │
  ╰ help: write `<!-- include: path.md -->` where the notes of the file belong
=== ---⏎markdown: {profile: obsidian}⏎tagz: x⏎created: y⏎---⏎## a #card⏎b⏎
info[E0108]: `tagz` is a property that says nothing to deckle
  ╭▸ a.md:3:1
  │
3 │ tagz: x
  │ ━━━━ passed over
  │
  ╰ help: if it is meant for deckle, write `tags`
=== ---⏎markdown: {profile: obsidan}⏎---⏎## a⏎b⏎
error[E0217]: `markdown.profile` does not take `obsidan`
  ╭▸ a.md:2:21
  │
2 │ markdown: {profile: obsidan}
  │                     ━━━━━━━ expected `default` or `obsidian`
  ╰╴
help: a similar word is taken
  ╭╴
2 │ markdown: {profile: obsidian}
  ╰╴                         +

"#]]
    );
}

#[test]
fn notes_of_other_tools() {
    let vault = "---\nmarkdown: {profile: obsidian}\n---\n";
    let inline = "---\nmarkdown: {inline: true}\n---\n";
    let sources = [
        format!("{inline}- a :: b\n\nq: c\na: d\n\nQuestion: e\nAnswer: f\n\nTARGET DECK: X\n\nSTART\nBasic\ng\nBack: h\nEND\n"),
        "Question: e\nAnswer: f\n".to_owned(),
        "STARTI [Basic] a Back: b ENDI\n\n<!-- cards off -->\nTARGET DECK: X\n<!-- cards on -->\n\n## a\nb\n\nSTART\nno end\n".to_owned(),
        "---\ntags: [flashcards]\n---\n# A\n\nGFR::rate of filtration\nRenin:::enzyme\n\nWhat?\n?\nThat.\n\n- x:: y\n".to_owned(),
        format!("{vault}status:: done\nsee [due:: now] and `a::b`, std::vec\n\n    c::d\n\n# Std::vec\n"),
        format!("{vault}GFR::rate of filtration\n"),
        "GFR::rate of filtration\n\nWhat?\n?\nThat.\n\n## a\nb\n".to_owned(),
        format!("{inline}## q\n\na\n\n- b :: c\n- d\n\n- creatinine:: x\n- the std::vec::Vec\n- plasma membrane::lipids\n1. h :: i\n- f ::g\n"),
        format!("{inline}## q\n\na\n\n- b :: c\n- creatinine:: x\n- d ::e\n"),
    ];
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ---⏎markdown: {inline: true}⏎---⏎- a :: b⏎⏎q: c⏎a: d⏎⏎Question: e⏎Answer: f⏎⏎TARGET DECK: X⏎⏎START⏎Basic⏎g⏎Back: h⏎END⏎
warning[W0123]: `q:` is no label
  ╭▸ a.md:6:1
  │
6 │ q: c
  │ ━━ read as text
  ╰╴
help: labels are written in capitals
  ╭╴
6 ± Q: c
7 ± A: d
  ╰╴

warning[W0123]: `Question:` is no label
   ╭▸ a.md:9:1
   │
 9 │ Question: e
   │ ━━━━━━━━━ read as text
   ╰╴
help: the labels are `Q:` and `A:`
   ╭╴
 9 ± Q: e
10 ± A: f
   ╰╴

warning[W0123]: a block of Obsidian_to_Anki is no note here, and 1 more like it
   ╭▸ a.md:12:1
   │
12 │ TARGET DECK: X
   │ ━━━━━━━━━━━━━━ read as text
   │
   ╰ help: to make notes of such blocks, run `deckle import --from obsidian-to-anki`
=== Question: e⏎Answer: f⏎
warning[W0123]: `Question:` is no label
  ╭▸ a.md:1:1
  │
1 │ Question: e
  │ ━━━━━━━━━ read as text
  ╰╴
help: the labels are `Q:` and `A:`
  ╭╴
1 ± Q: e
2 ± A: f
  ╰╴
=== STARTI [Basic] a Back: b ENDI⏎⏎<!-- cards off -->⏎TARGET DECK: X⏎<!-- cards on -->⏎⏎## a⏎b⏎⏎START⏎no end⏎
warning[W0123]: a block of Obsidian_to_Anki is no note here
  ╭▸ a.md:1:1
  │
1 │ STARTI [Basic] a Back: b ENDI
  │ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ read as text
  │
  ╰ help: to make notes of such blocks, run `deckle import --from obsidian-to-anki`
=== ---⏎tags: [flashcards]⏎---⏎# A⏎⏎GFR::rate of filtration⏎Renin:::enzyme⏎⏎What?⏎?⏎That.⏎⏎- x:: y⏎
info[W0117]: the file holds no note
  ╭▸ a.md:4:1
  │
4 │ # A
  │ ━━━ only text from here on
  │
  ╰ help: a note is a heading such as `## Question` with its answer below it, or the lines `Q: ..` and `A: ..`

warning[W0123]: a flashcard of Obsidian's spaced repetition is no note here, and 3 more like it
  ╭▸ a.md:6:4
  │
6 │ GFR::rate of filtration
  │    ━━ read as text
  │
  ├ help: to read the file as that plugin does, write `front-end: obsidian-spaced-repetition` in the `_deck.yaml` of its folder
  ╰ help: or write `markdown: {inline: true}` in the front matter, and list items with spaces around their `::`, such as `- question :: answer`
=== ---⏎markdown: {profile: obsidian}⏎---⏎status:: done⏎see [due:: now] and `a::b`, std::vec⏎⏎    c::d⏎⏎# Std::vec⏎
info[W0117]: the file holds no note
  ╭▸ a.md:4:1
  │
4 │ status:: done
  │ ━━━━━━━━━━━━━ no heading carries `#card` or settings
  │
  ╰ note: `select: tagged` makes notes only of what is marked as one
=== ---⏎markdown: {profile: obsidian}⏎---⏎GFR::rate of filtration⏎
info[W0117]: the file holds no note
  ╭▸ a.md:4:1
  │
4 │ GFR::rate of filtration
  │ ━━━━━━━━━━━━━━━━━━━━━━━ no heading carries `#card` or settings
  │
  ╰ note: `select: tagged` makes notes only of what is marked as one

info[W0123]: a flashcard of Obsidian's spaced repetition is no note here
  ╭▸ a.md:4:4
  │
4 │ GFR::rate of filtration
  │    ━━ read as text
  │
  ├ help: to read the file as that plugin does, write `front-end: obsidian-spaced-repetition` in the `_deck.yaml` of its folder
  ╰ help: or write a list item with spaces around its `::`, such as `- question :: answer`
=== GFR::rate of filtration⏎⏎What?⏎?⏎That.⏎⏎## a⏎b⏎

=== ---⏎markdown: {inline: true}⏎---⏎## q⏎⏎a⏎⏎- b :: c⏎- d⏎⏎- creatinine:: x⏎- the std::vec::Vec⏎- plasma membrane::lipids⏎1. h :: i⏎- f ::g⏎
warning[W0152]: this text belongs to no note
  ╭▸ a.md:9:1
  │
4 │ ## q
  │ ──── the last note of the file's own form begins here
  ┆
9 │ - d
  │ ━━━ on no card
  │
  ├ note: a table or list of notes ends the note that stands above it
  ╰ help: put the text above the table or list, or a heading above the text

info[W0123]: a list item lacks a space beside its `::`, and 2 more like it
   ╭▸ a.md:11:13
   │
11 │ - creatinine:: x
   │             ━━ read as text
   │
   ├ note: what divides a question from its answer is ` :: ` or ` ::: ` with a space on both sides
   ╰ help: put a space before and behind it; if it is no note, leave it as it is
=== ---⏎markdown: {inline: true}⏎---⏎## q⏎⏎a⏎⏎- b :: c⏎- creatinine:: x⏎- d ::e⏎
warning[W0152]: this text belongs to no note
  ╭▸ a.md:9:1
  │
4 │ ## q
  │ ──── the last note of the file's own form begins here
  ┆
9 │ - creatinine:: x
  │ ━━━━━━━━━━━━━━━━ on no card
  │
  ├ note: a table or list of notes ends the note that stands above it
  ├ help: put the text above the table or list, or a heading above the text
  ╰ help: if it is a list note, put a space before and behind its `::`

info[W0123]: a list item lacks a space beside its `::`, and 1 more like it
  ╭▸ a.md:9:13
  │
9 │ - creatinine:: x
  │             ━━ read as text
  │
  ├ note: what divides a question from its answer is ` :: ` or ` ::: ` with a space on both sides
  ╰ help: put a space before and behind it; if it is no note, leave it as it is

"#]]
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
fn properties_of_a_vault() {
    let sources = [
        "---\naliases: [x]\ndue: y\nmine: z\ndekc: X\n---\n## a\nb",
        "---\nmine: z\n---\n## a\nb",
    ];
    assert_data_eq!(
        told(&sources),
        str![[r#"
=== ---⏎aliases: [x]⏎due: y⏎mine: z⏎dekc: X⏎---⏎## a⏎b
error[E0108]: unknown key `aliases` in front matter
  ╭▸ a.md:2:1
  │
2 │ aliases: [x]
  │ ━━━━━━━ this key means nothing here
  │
  ╰ help: in a vault of Obsidian, write `markdown: {profile: obsidian}` in `deckle.yaml`: properties of its own are passed over then, and notes are what carries `#card`

error[E0108]: unknown key `due` in front matter
  ╭▸ a.md:3:1
  │
3 │ due: y
  │ ━━━ this key means nothing here
  │
  ╰ help: in a vault of Obsidian, write `markdown: {profile: obsidian}` in `deckle.yaml`: properties of its own are passed over then, and notes are what carries `#card`

error[E0108]: unknown key `mine` in front matter
  ╭▸ a.md:4:1
  │
4 │ mine: z
  │ ━━━━ this key means nothing here
  │
  ╰ help: in a vault of Obsidian, write `markdown: {profile: obsidian}` in `deckle.yaml`: properties of its own are passed over then, and notes are what carries `#card`

error[E0108]: unknown key `dekc` in front matter
  ╭▸ a.md:5:1
  │
5 │ dekc: X
  │ ━━━━ this key means nothing here
  │
  ╰ help: in a vault of Obsidian, write `markdown: {profile: obsidian}` in `deckle.yaml`: properties of its own are passed over then, and notes are what carries `#card`
help: a key with a similar name exists
  ╭╴
5 - dekc: X
5 + deck: X
  ╰╴
=== ---⏎mine: z⏎---⏎## a⏎b
error[E0108]: unknown key `mine` in front matter
  ╭▸ a.md:2:1
  │
2 │ mine: z
  │ ━━━━ this key means nothing here
  │
  ╰ help: the keys are `deck`, `tags`, `tags!`, `type`, `suspend`, `flag`, `markdown`, `cloze`, `math`, `code`, `media`, `images`, `links` and `audio`

"#]]
    );
}
