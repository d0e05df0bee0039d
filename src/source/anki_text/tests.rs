//! Files of Anki's, and the notes that come of them: the figures are those of the real Anki.

use std::sync::Mutex;

use proptest::prelude::*;

use super::*;
use crate::diag::Sources;
use crate::model::DeckName;
use crate::source::manifest::Manifest;
use crate::source::shipped;

struct Outcome {
    sources: Sources,
    notes: Vec<WrittenNote>,
    sink: Diagnostics,
}

fn outcome(source: &str) -> Outcome {
    let mut sources = Sources::new();
    let file = sources.add("a.txt", source);
    let defaults = Manifest::without_file(&DeckName::new("Deck").unwrap()).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let mut sink = Diagnostics::new();
    let notes = Mutex::new(Vec::new());
    let take = |batch| notes.lock().unwrap().extend(batch);
    let _: Vec<()> = read(file, source, &defaults, &types, &mut sink, &take);
    let notes = notes.into_inner().unwrap();
    Outcome {
        sources,
        notes,
        sink,
    }
}

/// `guid type deck [tags] fields`
fn line(note: &WrittenNote) -> String {
    let tags: Vec<&str> = note.tags.iter().map(|it| it.value.as_str()).collect();
    let fields = note.fields.iter().map(|it| {
        let mut text = String::new();
        if let Some(content) = it {
            content.texts(&mut |form, value| {
                assert_eq!(form, "html");
                text.push_str(value);
            });
        }
        text
    });
    let fields: Vec<String> = fields.collect();
    let guid = note.guid.as_ref().map_or("-", |it| it.value.as_str());
    let (key, deck) = (&note.note_type.key, note.deck.as_str());
    format!(
        "{guid} {key} {deck} [{}] {}",
        tags.join(" "),
        fields.join(" | ")
    )
}

#[track_caller]
fn check(source: &str, expect: &[&str]) {
    let found = outcome(source);
    let told: Vec<&str> = found.sink.iter().map(|it| it.message.as_str()).collect();
    assert!(told.is_empty(), "{told:#?}");
    let notes: Vec<String> = found.notes.iter().map(line).collect();
    assert_eq!(notes, expect, "{source}");
}

#[track_caller]
fn told(source: &str, expect: &[(Code, &str, &str)]) {
    let found = outcome(source);
    let of = |it: &Diagnostic| {
        let span = it.span();
        let text = found.sources.text(span.file);
        let place = text.get(span.range()).unwrap_or("?").to_owned();
        (it.code, it.message.clone(), place)
    };
    let found: Vec<_> = found.sink.iter().map(of).collect();
    let expect: Vec<_> = expect
        .iter()
        .map(|it| (it.0, it.1.to_owned(), it.2.to_owned()))
        .collect();
    assert_eq!(found, expect, "{source}");
}

#[test]
fn files_of_anki_are_known_by_their_first_line() {
    for text in [
        "#separator:tab\n",
        "\u{feff}#HTML:true",
        "# deck : X",
        "tags:a b\n",
        "#if matches:keep both",
    ] {
        assert!(begins(text), "{text}");
    }
    for text in [
        "",
        "# a comment\n#separator:tab",
        "Front,Back",
        "#foo:bar",
        "Tags:a",
        "#separator",
    ] {
        assert!(!begins(text), "{text}");
    }
}

#[test]
fn cells_are_read_as_anki_reads_them() {
    const HTML: &str = "#separator:tab\n#html:true\n";
    let html = |rows: &str, expect: &[&str]| check(&format!("{HTML}{rows}"), expect);
    html("a\tb\n#c\n", &["- basic Deck [] a | b"]);
    html("a\"b\tc\"d\"\n", &["- basic Deck [] a\"b | c\"d\""]);
    html("a\t \"c\"\n", &["- basic Deck [] a |  \"c\""]);
    html(
        "\"a\"\"b\"\t\"c\n#d\ne\"\n",
        &["- basic Deck [] a\"b | c\n#d\ne"],
    );
    html(
        "a\tb\rc\td\r\n",
        &["- basic Deck [] a | b", "- basic Deck [] c | d"],
    );
    html(" a \t<b>x</b>\n\n\t\n", &["- basic Deck []  a  | <b>x</b>"]);
    check(
        "#separator:tab\n#html:false\n&\"'<>\t\"  b  \nc\r\nd\n\ne\"\n",
        &["- basic Deck [] &amp;&quot;&#x27;&lt;&gt; |   b  <br>c<br>d<br><br>e"],
    );
    check(
        "#separator:comma\n#html:true\n\"#a\",b\n#x\n",
        &["- basic Deck [] #a | b"],
    );
    check(
        "#separator:Semicolon\n#HTML:TRUE\n#Tags:t1 t2\na;b\n",
        &["- basic Deck [t1 t2] a | b"],
    );
    check(
        "\u{feff}#separator:tab\r\n#html:true\r\na\tb\r\n",
        &["- basic Deck [] a | b"],
    );
}

#[test]
fn what_is_not_said_is_guessed_as_anki_does() {
    check("#html:true\na;b,c\n", &["- basic Deck [] a | b,c"]);
    check("#html:true\na:b,c\n", &["- basic Deck [] a | b,c"]);
    check("#html:true\na b\n", &["- basic Deck [] a | b"]);
    check("#separator:tab\na\t<b>\n", &["- basic Deck [] a | <b>"]);
    check(
        "#separator:tab\nx < y > z\ta\n",
        &["- basic Deck [] x < y > z | a"],
    );
    check(
        "#separator:tab\na\tc &amp;\n",
        &["- basic Deck [] a | c &amp;amp;"],
    );
    check(
        "#separator:tab\n1\ta\n2\ta\n3\ta\n4\ta\n5\ta\n6\t<i>\n",
        &[
            "- basic Deck [] 1 | a",
            "- basic Deck [] 2 | a",
            "- basic Deck [] 3 | a",
            "- basic Deck [] 4 | a",
            "- basic Deck [] 5 | a",
            "- basic Deck [] 6 | &lt;i&gt;",
        ],
    );
    check("tags:foo bar\na\tb\n", &["- basic Deck [foo bar] a | b"]);
    check(
        "tags:a\n#separator:comma\n#deck:Q\na\tb,c\n",
        &["- basic Q [a] a\tb | c"],
    );
}

#[test]
fn columns_have_their_meaning() {
    let tab =
        |rest: &str, expect: &[&str]| check(&format!("#separator:tab\n#html:true\n{rest}"), expect);
    tab(
        "#columns:Back\tFront\n#notetype:Basic\na\tb\n",
        &["- basic Deck [] b | a"],
    );
    tab(
        "#notetype:Cloze\n#columns:Back Extra\tText\nx\t{{c1::a}}\n",
        &["- cloze Deck [] {{c1::a}} | x"],
    );
    tab(
        "#notetype:Cloze\n{{c1::a}}\tb\n",
        &["- cloze Deck [] {{c1::a}} | b"],
    );
    tab(
        "#notetype column:1\nBasic\ta\tb\nCloze\t{{c1::x}}\ty\nBasic (and reversed card)\tf\tg\ntyped\tk\tl\n",
        &[
            "- basic Deck [] a | b",
            "- cloze Deck [] {{c1::x}} | y",
            "- reversed Deck [] f | g",
            "- typed Deck [] k | l",
        ],
    );
    tab(
        "#deck:A::B\n#deck column:1\nC :: D\ta\tb\n\tc\td\n",
        &["- basic C::D [] a | b", "- basic Deck [] c | d"],
    );
    tab("#deck: X \na\tb\n", &["- basic X [] a | b"]);
    tab("#deck:\n#deck:X\n#deck:Y\na\tb\n", &["- basic Y [] a | b"]);
    tab(
        "#tags:glob\n#tags column:3\na\tb\tt1 t2,u\u{3000}v\nc\td\n",
        &[
            "- basic Deck [glob t1 t2,u v] a | b",
            "- basic Deck [glob] c | d",
        ],
    );
    tab(
        "#GUID Column: 1 \n g \ta\tb\n\tc\td\n",
        &[" g  basic Deck [] a | b", "- basic Deck [] c | d"],
    );
    tab(
        "#if matches:keep both\n#match scope:notetype + deck\n#foo:bar\na\tb\n",
        &["- basic Deck [] a | b"],
    );
    tab(
        "#notetype:Basic\n#guid column:1\n#columns:g\tBack\tFront\ngg\ta\tb\n",
        &["gg basic Deck [] b | a"],
    );
    tab(
        "#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n\"#g\"\tBasic\tA\tx\ty\tt\n",
        &["#g basic A [t] x | y"],
    );
}

#[test]
fn what_anki_would_lose_is_told() {
    let tab = |rest: &str, expect: &[(Code, &str, &str)]| {
        told(&format!("#separator:tab\n{rest}"), expect);
    };
    tab(
        "#notetype:Baisc\na\tb\n",
        &[(
            Code::UnknownNoteType,
            "there is no note type `Baisc`",
            "Baisc",
        )],
    );
    tab(
        "#notetype column:1\nNope\ta\tb\nNope\tc\td\n",
        &[(
            Code::UnknownNoteType,
            "there is no note type `Nope`",
            "Nope",
        )],
    );
    tab(
        "a\tb\tc\nd\te\tf\n",
        &[(Code::AnkiTags, "column 3 is read as tags", "c")],
    );
    tab(
        "a\tb\tc\td\n",
        &[
            (Code::AnkiTags, "column 3 is read as tags", "c"),
            (Code::AnkiColumn, "nothing takes the value in column 4", "d"),
        ],
    );
    tab(
        "a\tb\nc\td\te\n",
        &[(Code::AnkiColumn, "nothing takes the value in column 3", "e")],
    );
    tab(
        "#notetype column:1\nBasic\tx\ty\tz\n",
        &[(Code::AnkiColumn, "nothing takes the value in column 4", "z")],
    );
    tab(
        "a\tb\n#c\td\n# a remark\n",
        &[(
            Code::AnkiComment,
            "the row begins with `#` and is a comment to Anki",
            "#",
        )],
    );
    tab(
        "#guid column:5\na\tb\n",
        &[(Code::AnkiHeader, "there is no column 5", "5")],
    );
    tab(
        "#guid column:x\na\tb\n",
        &[(
            Code::AnkiHeader,
            "Anki does not read `x` here",
            "#guid column:x",
        )],
    );
    tab(
        "#deck column:0\na\tb\n",
        &[(
            Code::AnkiHeader,
            "Anki does not read `0` here",
            "#deck column:0",
        )],
    );
    tab(
        "#html: true\na\tb\n",
        &[(
            Code::AnkiHeader,
            "Anki does not read `true` here",
            "#html: true",
        )],
    );
    tab(
        "#notetpye:Basic\na\tb\n",
        &[(
            Code::AnkiHeader,
            "Anki does not know `#notetpye`",
            "notetpye",
        )],
    );
    tab(
        "a\t\"b\n",
        &[(Code::TableQuotes, "the quote has no end", "\"")],
    );
    tab(
        "\"a\"b\tc\n",
        &[(Code::TableQuotes, "text stands behind a closing quote", "b")],
    );
    tab("", &[(Code::NoNotes, "the file holds no note", "")]);
    told(
        "#separator:foo\na,b\n",
        &[(
            Code::AnkiHeader,
            "Anki does not read `foo` here",
            "#separator:foo",
        )],
    );
    told(
        "#columns:a,b\n#separator:comma\na,b\n",
        &[(
            Code::AnkiHeader,
            "`#columns` stands above `#separator`",
            "#columns:a,b",
        )],
    );
}

#[test]
fn escaped_text_knows_its_place() {
    let source = "#separator:tab\n#html:false\na\t\"x < \"\"y\"\"\"\n";
    let found = outcome(source);
    let Some(Content::Html(text)) = &found.notes[0].fields[1] else {
        panic!("a text");
    };
    assert_eq!(text.as_str(), "x &lt; &quot;y&quot;");
    let place = |part: &str| {
        let at = text.as_str().find(part).unwrap();
        source.get(text.span(at..at + part.len()).range()).unwrap()
    };
    assert_eq!(place("&lt;"), "<");
    assert_eq!(place("&quot;"), "\"\"");
    assert_eq!(place("y"), "y");
}

proptest! {
    #[test]
    fn no_text_panics(
        head in prop::collection::vec(prop::sample::select(vec![
            "#separator:tab\n", "#separator:;\n", "#html:false\n", "#columns:Front\tBack\n",
            "#notetype:Basic\n", "#notetype column:2\n", "#deck column:1\n", "#tags column:3\n",
            "#guid column:1\r\n", "#deck:A::\n", "tags:a ::b\n", "#\n", "#:\n", "# é:\n",
        ]), 0..5),
        rows in "[ab\"\\t;#<>& \\n\\ré:{}]{0,60}",
    ) {
        let _ = outcome(&format!("{}{rows}", head.concat()));
    }
}
