//! Text that is meant to take a long time: openings without an end, each of which could look for
//! one up to the end of the line or file, and findings by the ten thousand.
//!
//! The time of such a text must grow as the text does. Where these patterns took time by the
//! square of their length, each took many times what it may take here.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use deckle::BuildTime;
use deckle::diag::{Style, render, render_short};
use deckle::project::{BuildOptions, Project};

const REPEATS: usize = 40_000;
/// More than ten times what an unoptimized build needs for most of them.
const ALLOWED: Duration = Duration::from_secs(10);
/// A machine that has other things to do may be slow once.
const TRIES: usize = 4;
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

fn check(name: &str, file: &str, text: &str) {
    let folder = tempfile::tempdir().unwrap();
    check_in(folder.path(), name, file, text);
}

fn check_in(folder: &Path, name: &str, file: &str, text: &str) {
    std::fs::write(folder.join(file), text).unwrap();
    let times = (0..TRIES).map(|_| time(name, folder));
    let slow = times.take_while(|took| *took >= ALLOWED).count();
    assert!(slow < TRIES, "{name:?} took longer than {ALLOWED:?}");
}

fn time(name: &str, folder: &Path) -> Duration {
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
        check(pattern, "a.md", &notes(&pattern.repeat(REPEATS)));
    }
    let settings = "markdown: {percent-comments: true, ruby: true}\nlinks: {wiki: obsidian}\n";
    for pattern in SET {
        let text = notes(&pattern.repeat(REPEATS));
        check(
            pattern,
            "a.md",
            &text.replacen("---\n", &format!("---\n{settings}"), 1),
        );
    }
    for pattern in FORMS {
        let front = "---\nmarkdown: {profile: obsidian, select: all}\n---\n";
        let text = format!("{front}{}", pattern.repeat(REPEATS / 4));
        check(pattern, "a.md", &text);
    }
    let mut headings = String::new();
    let mut wrong = String::new();
    let mut quoted = String::new();
    for index in 0..REPEATS / 4 {
        writeln!(headings, "## a {{#i{index} .t}}\nx").unwrap();
        writeln!(wrong, "## a {{#i{index} colour=red}}\nx").unwrap();
        write!(quoted, "\\x41{{{{c1::").unwrap();
    }
    check("headings", "a.md", &headings);
    check("wrong attributes", "a.md", &wrong);
    let line = format!("## a {}}}\n\nx\n", "{a=b ".repeat(REPEATS));
    check("attributes in a line", "a.md", &line);
    // Each `$` looks on for a few thousand bytes and no further, which takes its time.
    let prices = notes(&"$a{ ".repeat(REPEATS / 8));
    check("a `$` before a brace", "a.md", &prices);
    let yaml = format!("- front: a\n  back: \"{quoted}\"\n");
    check("a quoted scalar", "a.yaml", &yaml);
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
        let front = format!("{{{{Word}}}}\r\n{}", pattern.repeat(REPEATS));
        std::fs::write(types.join("front.html"), front).unwrap();
        std::fs::write(types.join("type.yaml"), definition).unwrap();
        check_in(
            folder.path(),
            pattern,
            "words.yaml",
            "- {type: word, Word: a}\n",
        );
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
        let text = pattern.repeat(REPEATS / 4);
        for (name, tool) in FrontEnd::ALL {
            let quick = (0..TRIES).any(|_| {
                let start = Instant::now();
                let mut sources = Sources::new();
                let file = sources.add("a.md", text.as_str());
                let mut sink = Diagnostics::new();
                let place = (file, "a.md");
                let notes = read(*tool, place, &text, &defaults, &types, &mut sink);
                let _ = (notes, types_named(*tool, &text));
                start.elapsed() < ALLOWED
            });
            assert!(quick, "{pattern:?} as {name}");
        }
        let start = Instant::now();
        let _ = guess([("a.md", text.as_str())]);
        assert!(start.elapsed() < ALLOWED, "{pattern:?}");
    }
}
