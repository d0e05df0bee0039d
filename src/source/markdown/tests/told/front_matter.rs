//! What stands above the notes of a file.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::told;

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
