//! Text that is meant to take a long time: openings without an end, each of which could look for
//! one up to the end of the line or file, and findings by the ten thousand.
//!
//! The time of such a text must grow as the text does: four times as much of it may take up to
//! eight times as long, where time by the square of the length would be sixteen times.

use std::path::Path;
use std::time::{Duration, Instant};

use deckle::BuildTime;
use deckle::diag::{Style, render, render_short};
use deckle::project::{BuildOptions, Project};

const REPEATS: usize = 20_000;
/// The long text is so many times the short one.
const LONGER: usize = 4;
/// And may take so many times its time.
const GROWTH: u32 = 8;
/// What takes less says nothing of growth; by the square, each of these texts would take more.
const NO_TIME: Duration = Duration::from_millis(150);
/// A machine that has other things to do may be slow once.
const TRIES: usize = 5;
/// So many findings of a file are drawn: drawing one takes as long as a thousand repeats.
const DRAWN: usize = 200;

/// Patterns that stand in the answer of one note, in one line.
const IN_A_LINE: &[&str] = &[
    "![",
    "![](",
    "![](a ",
    "![[a",
    "[",
    "[[a",
    "](<",
    "[sound:",
    "[$]",
    "[latex]",
    "[anki:tts ",
    "$${",
    "$${}}",
    "$a ",
    r"\(",
    r"\[",
    "`a",
    "``a`",
    "`a` $${",
    "<!--",
    "<!---->",
    "<a ",
    "<a b=\"",
    "<div>",
    "<http:",
    "{{c1::",
    "{{c1::a::",
    "{{c1::a}}",
    "{{c1::==",
    "{{ c1::",
    "{",
    "}}",
    "\\begin{align}",
    "==a ",
    "[^a]",
    "[a](b",
    "*a_",
    "| a ",
    r"\",
    "&",
];

/// Patterns with line breaks.
const IN_LINES: &[&str] = &[
    "{{c1::\n\n",
    "$$\n\n",
    "> $$ {\n",
    "    a\n$\n\n",
    "\\[\n",
    "<!--\n",
    "- a\n",
    "Q: a\nA:\n",
    "<!-- notes -->\n",
    "<!-- include: \n",
    "q: a\n",
];

/// Patterns of notes in tables and lists, and of Obsidian.
const FORMS: &[&str] = &[
    "- a :: `\n",
    "- a ::\n  - b ::: $\n",
    "<!-- notes -->\n|Front|Back|\n|-|-|\n|`a|$b|\n\n",
    "<!-- notes -->\n\n## a\n",
    "%%\n",
    "%% ",
];

/// Patterns that settings give a meaning.
const SET: &[&str] = &[
    "%%",
    "%% a\n\n",
    "http://",
    "http://a.b(",
    "www.a.b&amp;",
    "https://a.b/c ",
    "{東|",
    "{東|ひ}",
    "{東|ひ|",
    "[[a#b|c]] ",
    "![[a#b]] ",
    "[a][b] ",
    "a[^b]",
    "[a]: b\n",
    "[^1]: a\n\n",
    "> [!a]- b\n\n",
    "> [!a]",
    "| a |\n|---|\n| b | c |\n\n",
    "a\n%%\nb\n%%\n",
];

fn notes(body: &str) -> String {
    let note_type = if body.contains("{{c") {
        "cloze"
    } else {
        "basic"
    };
    format!("---\ntype: {note_type}\n---\n## a\n\n{body}\n")
}

/// Takes the time of a text with so many repeats, of a short and of a long one.
fn check_growth(name: &str, time: impl Fn(usize) -> Duration) {
    let grows_with_text = || {
        let long = time(REPEATS);
        long < NO_TIME || long < time(REPEATS / LONGER) * GROWTH
    };
    assert!((0..TRIES).any(|_| grows_with_text()), "{name:?}");
}

fn check(name: &str, file: &str, text: impl Fn(usize) -> String) {
    let folder = tempfile::tempdir().unwrap();
    check_in(folder.path(), name, file, text);
}

fn check_in(folder: &Path, name: &str, file: &str, text: impl Fn(usize) -> String) {
    check_growth(name, |repeats| {
        std::fs::write(folder.join(file), text(repeats)).unwrap();
        time_of_check(name, folder)
    });
}

fn time_of_check(name: &str, folder: &Path) -> Duration {
    let started = Instant::now();
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let report = Project::open(folder).unwrap().check(&options).unwrap();
    for (index, diagnostic) in report.diagnostics.iter().enumerate() {
        let short = render_short(diagnostic, &report.sources);
        assert!(!short.is_empty());
        if index < DRAWN {
            let drawn = render(diagnostic, &report.sources, Style::Plain);
            assert!(drawn.len() < 10_000, "{name:?}: {}", drawn.len());
        }
    }
    started.elapsed()
}

#[test]
fn no_text_takes_time_by_the_square_of_its_length() {
    for pattern in IN_A_LINE.iter().chain(IN_LINES) {
        check(pattern, "a.md", |it| notes(&pattern.repeat(it)));
    }
    let settings = "---\nmarkdown: {percent-comments: true, ruby: true}\nlinks: {wiki: obsidian}\n";
    for pattern in SET {
        check(pattern, "a.md", |it| {
            notes(&pattern.repeat(it)).replacen("---\n", settings, 1)
        });
    }
    let front = "---\nmarkdown: {profile: obsidian, select: all}\n---\n";
    for pattern in FORMS {
        check(pattern, "a.md", |it| {
            format!("{front}{}", pattern.repeat(it / 4))
        });
    }
    check("headings", "a.md", |it| {
        numbered(it / 4, |i| format!("## a {{#i{i} .t}}\nx\n"))
    });
    check("wrong attributes", "a.md", |it| {
        numbered(it / 4, |i| format!("## a {{#i{i} colour=red}}\nx\n"))
    });
    check("attributes in a line", "a.md", |it| {
        format!("## a {}}}\n\nx\n", "{a=b ".repeat(it))
    });
    // Each `$` looks on for a few thousand bytes and no further, which takes its time.
    check("a `$` before a brace", "a.md", |it| {
        notes(&"$a{ ".repeat(it / 8))
    });
    check("a quoted scalar", "a.yaml", |it| {
        let quoted = "\\x41{{c1::".repeat(it / 4);
        format!("- front: a\n  back: \"{quoted}\"\n")
    });
}

fn numbered(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn no_card_template_takes_time_by_the_square_of_its_length() {
    let patterns = [
        "{{>",
        "{{> a",
        "{{=",
        "{{= ",
        "{{{{=",
        "{{=a}}",
        "{{=a}}\r\n",
        "{{> {{=a}}",
        "<!--",
        "<!-- -->",
    ];
    for pattern in patterns {
        let folder = tempfile::tempdir().unwrap();
        let definition = "key: word\nfields: [Word]\nvars: {a: x}\ntts: {Word: de_DE}\n\
             card-templates:\n  - {name: A, front: front.html, back: {html: '{{Word}}'}}\n";
        let types = folder.path().join("types/word");
        std::fs::create_dir_all(&types).unwrap();
        std::fs::write(types.join("type.yaml"), definition).unwrap();
        std::fs::write(folder.path().join("a.yaml"), "- {type: word, Word: a}\n").unwrap();
        check_in(folder.path(), pattern, "types/word/front.html", |it| {
            format!("{{{{Word}}}}\r\n{}", pattern.repeat(it))
        });
    }
}

/// Signs of other tools that have no end, or that come again and again.
const OF_OTHER_TOOLS: &[&str] = &[
    "C: [a",
    "C: [a]\n",
    "C: \\[",
    "Q: a\n",
    "A: a\n",
    "A1: a\n",
    "## a\n",
    "[#a](",
    "[#a](\n",
    "%\n",
    "\\\\(",
    "# a\n",
    "# a\n## b\n",
    "model: a\n",
    "```\n",
    "a::b ",
    "a::b\n",
    ":::",
    "?\n",
    "#flashcards a==b==^[",
    "#flashcards\n\na==b==[^",
    "#flashcards <!--SR:",
    "#flashcards a::b <!--SR:!1-->\n",
    "#card\n",
    "a #card\nb\n\n",
    "a::b ^1234567890123\n",
    "{a} #card ",
    "START\n",
    "START\nCloze\n{",
    "START\nBasic\na\nEND\n",
    "STARTI [Basic] a: b: ",
    "FROZEN - a:\n",
    "TARGET DECK\n",
    "`$$\\(",
];

#[test]
fn signs_of_other_tools_take_linear_time() {
    use deckle::diag::{Diagnostics, Sources};
    use deckle::source::dialect::{FrontEnd, guess, read, types_named};
    use deckle::source::manifest::Manifest;
    use deckle::source::{shipped, types::TypeSet};

    let root = deckle::model::DeckName::new("D").unwrap();
    let defaults = Manifest::without_file(&root).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    for pattern in OF_OTHER_TOOLS {
        // Nine readers take each.
        let text = |repeats: usize| pattern.repeat(repeats / 4);
        for (name, tool) in FrontEnd::ALL {
            check_growth(&format!("{pattern:?} as {name}"), |repeats| {
                let text = text(repeats);
                let start = Instant::now();
                let mut sources = Sources::new();
                let file = sources.add("a.md", text.as_str());
                let mut sink = Diagnostics::new();
                let place = (file, "a.md");
                let notes = read(*tool, place, &text, &defaults, &types, &mut sink);
                let _ = (notes, types_named(*tool, &text));
                start.elapsed()
            });
        }
        check_growth(pattern, |repeats| {
            let text = text(repeats);
            let start = Instant::now();
            let _ = guess([("a.md", text.as_str())]);
            start.elapsed()
        });
    }
}
