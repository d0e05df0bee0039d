//! What is a note elsewhere, and would be one here with a word more.

use snapbox::{assert_data_eq, str};

use super::told;

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
