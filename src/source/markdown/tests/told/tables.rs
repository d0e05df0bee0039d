//! Notes in tables and lists.

use snapbox::{assert_data_eq, str};

use super::told;

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
