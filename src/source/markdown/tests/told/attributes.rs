//! Attributes behind headings, and comments that say the same.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::told;

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
