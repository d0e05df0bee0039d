//! The tree against what `serde_yaml` writes and reads, and against arbitrary text.

use proptest::prelude::*;

use super::*;
use crate::diag::{Code, Diagnostics, FileId, Sources, Style, Text, render};

fn parsed(source: &str) -> (Vec<Node>, Diagnostics, Sources) {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", source);
    let mut sink = Diagnostics::new();
    let nodes = parse(file, source, 0, &mut sink);
    (nodes, sink, sources)
}

/// The tree as serde's value, all scalars as texts.
fn as_value(node: &Node) -> serde_yaml::Value {
    match &node.value {
        Value::Null => serde_yaml::Value::Null,
        Value::Scalar(scalar) => scalar.text.as_str().into(),
        Value::Sequence(items) => items.iter().map(as_value).collect::<Vec<_>>().into(),
        Value::Mapping(entries) => entries
            .iter()
            .map(|it| (it.name().into(), as_value(&it.value)))
            .collect::<serde_yaml::Mapping>()
            .into(),
    }
}

fn texts<'n>(node: &'n Node, found: &mut Vec<&'n Text>) {
    match &node.value {
        Value::Null => {}
        Value::Scalar(scalar) => found.push(&scalar.text),
        Value::Sequence(items) => items.iter().for_each(|it| texts(it, found)),
        Value::Mapping(entries) => {
            for entry in entries {
                found.push(&entry.key.text);
                texts(&entry.value, found);
            }
        }
    }
}

/// Each character of each text points at itself, at its escape, or at the line break that was
/// folded into it; and not at the scalar as a whole, unless that is one character long.
fn check_places(node: &Node, sources: &Sources) {
    let mut found = Vec::new();
    texts(node, &mut found);
    for text in found {
        let mut last = 0;
        for (at, character) in text.as_str().char_indices() {
            let span = text.span(at..at + character.len_utf8());
            let written = sources.snippet(span);
            let is_break = written.trim_matches([' ', '\t', '\r', '\n']).is_empty();
            let ok = match written.chars().next() {
                Some('\\') => written.len() > 1 || character == '\\',
                Some('\'') if character == '\'' => written == "''" || written == "'",
                _ if matches!(character, '\n' | ' ') && is_break => true,
                _ => written == character.encode_utf8(&mut [0; 4]),
            };
            assert!(ok, "{character:?} of {:?} is at {written:?}", text.as_str());
            assert!(span.start >= last, "places go on");
            last = span.start;
        }
    }
}

fn check(source: &str, expect: &str) {
    let (nodes, sink, sources) = parsed(source);
    let told: Vec<String> = sink
        .iter()
        .map(|it| render(it, &sources, Style::Plain))
        .collect();
    assert!(told.is_empty(), "{source}\n{}", told.join("\n"));
    let values: Vec<serde_yaml::Value> = nodes.iter().map(as_value).collect();
    let json = serde_json::to_string(&values).unwrap();
    assert_eq!(json, expect, "{source}");
    for node in &nodes {
        check_places(node, &sources);
    }
}

#[test]
fn scalars_stay_as_they_were_written() {
    check(
        "a: 1.10\nb: yes\nc: 007\nd: 0x1F\n",
        r#"[{"a":"1.10","b":"yes","c":"007","d":"0x1F"}]"#,
    );
    check(
        "a: ~\nb:\nc: null\nd: '~'\ne: Null\n",
        r#"[{"a":null,"b":null,"c":null,"d":"~","e":"Null"}]"#,
    );
    check(
        "- 2024-01-01\n- 1_000\n- .5\n",
        r#"[["2024-01-01","1_000",".5"]]"#,
    );
    check("a: ''\nb: \"\"\n", r#"[{"a":"","b":""}]"#);
    check("!!str 1.10", r#"["1.10"]"#);
}

#[test]
fn every_style_knows_its_places() {
    check(
        "a: 'it''s\n\n  x'\nb: plain\n  more\n",
        r#"[{"a":"it's\nx","b":"plain more"}]"#,
    );
    check(
        "a: \"x\\n\\u00e9 y\n   z\\\n   w\\ud834\\udd1e\"\n",
        r#"[{"a":"x\né y zw𝄞"}]"#,
    );
    check(
        "a: |\n  x\n    y\n\n  z\n\nb: c\n",
        r#"[{"a":"x\n  y\n\nz\n","b":"c"}]"#,
    );
    check("a: |\n\n\n  x\n\n", r#"[{"a":"\n\nx\n"}]"#);
    check(
        "a: >-\n  x\n  y\n\n  z\n   more\n  w\n",
        r#"[{"a":"x y\nz\n more\nw"}]"#,
    );
    check("a: |2\n    x\n  y\n", r#"[{"a":"  x\ny\n"}]"#);
    check("a: |+\n  x\n\n\nb: 1\n", r#"[{"a":"x\n\n\n","b":"1"}]"#);
    check("- |+\n\n\n- b\n", r#"[["\n\n","b"]]"#);
    check("a: |\nb: 1\n", r#"[{"a":"","b":"1"}]"#);
    check("a: |\n  x", r#"[{"a":"x\n"}]"#);
    check(
        "\u{feff}a: b\r\nc: |\r\n  x\r\n  y\r\n",
        r#"[{"a":"b","c":"x\ny\n"}]"#,
    );
    check("a: 'x\r\n  y'\r\n", r#"[{"a":"x y"}]"#);
    check("- \"a \\\n  \\ b\"\n", r#"[["a  b"]]"#);
}

#[test]
fn anchors_aliases_and_merges_are_unfolded() {
    check(
        "a: &n {x: 1, y: 2}\nb: *n\nc: {<<: *n, y: 3}\nd: {<<: [*n, {z: 4, x: 5}]}\n",
        r#"[{"a":{"x":"1","y":"2"},"b":{"x":"1","y":"2"},"c":{"y":"3","x":"1"},"d":{"x":"1","y":"2","z":"4"}}]"#,
    );
    check("- &a x\n- *a\n- '<<'\n", r#"[["x","x","<<"]]"#);
    check("'<<': 1\n", r#"[{"<<":"1"}]"#);
}

#[test]
fn documents_are_kept_apart() {
    check("a: 1\n---\n- b\n...\n---\nc\n", r#"[{"a":"1"},["b"],"c"]"#);
    check("", "[]");
    check("# nothing\n", "[]");
}

#[test]
fn spans_reach_from_the_first_to_the_last_character() {
    let source = "top:\n  - a: b\n    c: [d, e]\n  - 'q'\nrest: |\n  x\n";
    let (nodes, _, sources) = parsed(source);
    let Value::Mapping(entries) = &nodes[0].value else {
        panic!("a mapping")
    };
    let Value::Sequence(items) = &entries[0].value.value else {
        panic!("a list")
    };
    assert_eq!(sources.snippet(items[0].span), "a: b\n    c: [d, e]");
    assert_eq!(sources.snippet(items[1].span), "'q'");
    assert_eq!(
        sources.snippet(entries[0].value.span),
        "- a: b\n    c: [d, e]\n  - 'q'"
    );
    assert_eq!(sources.snippet(entries[1].value.span), "x\n");
}

#[test]
fn an_offset_moves_every_place() {
    let mut sources = Sources::new();
    let file = sources.add("a.md", "---\na: \"x\\ty\"\n---\n");
    let mut sink = Diagnostics::new();
    let nodes = parse(file, "a: \"x\\ty\"\n", 4, &mut sink);
    let Value::Mapping(entries) = &nodes[0].value else {
        panic!("a mapping")
    };
    let text = entries[0].value.as_text().unwrap();
    assert_eq!(sources.snippet(text.span(1..2)), "\\t");
    assert_eq!(sources.snippet(entries[0].key_span()), "a");
}

#[test]
fn items_of_notes_are_handed_on_one_by_one() {
    let source =
        "deck: D\nnotes:\n  - a\n  - {b: [c]}\ntype: t\n---\n- d\n---\n{groups: [{notes: [e]}]}\n";
    let mut sink = Diagnostics::new();
    let mut seen = Vec::new();
    let rest = parse_items(FileId::NONE, source, 0, &mut sink, &mut |item, _| {
        let above: Vec<&str> = item.above.iter().map(Entry::name).collect();
        let value = serde_json::to_string(&as_value(&item.node)).unwrap();
        seen.push(format!("{} {above:?} {value}", item.document));
    });
    assert!(sink.is_empty());
    assert_eq!(
        seen,
        [
            r#"0 ["deck"] "a""#,
            r#"0 ["deck"] {"b":["c"]}"#,
            r#"1 [] "d""#
        ]
    );
    let rest: Vec<serde_yaml::Value> = rest.iter().map(as_value).collect();
    assert_eq!(
        serde_json::to_string(&rest).unwrap(),
        r#"[{"deck":"D","notes":[],"type":"t"},[],{"groups":[{"notes":["e"]}]}]"#
    );
}

#[test]
fn aliases_cannot_unfold_without_end() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let (nodes, sink, _) = parsed(&bomb);
    assert_eq!(nodes.len(), 1);
    assert_eq!(
        sink.iter().map(|it| it.code).collect::<Vec<_>>(),
        [Code::AliasLimit]
    );

    let mut deep = String::from("a0: &a0 [x]\n");
    for level in 1..5000 {
        deep.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    let (_, sink, _) = parsed(&deep);
    assert!(sink.iter().all(|it| it.code == Code::AliasLimit));
    assert!(sink.has_errors());

    let (_, sink, _) = parsed("&a [*a]\n");
    assert_eq!(
        sink.iter().map(|it| it.code).collect::<Vec<_>>(),
        [Code::AliasLimit]
    );
}

#[test]
fn deep_nesting_is_refused_and_harms_nobody() {
    for source in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
    ] {
        let (_, sink, _) = parsed(&source);
        assert!(sink.has_errors());
    }
}

#[test]
fn keys_that_stand_twice_are_told_at_both_places() {
    let (nodes, sink, sources) = parsed("a: 1\nb: 2\na: 3\n");
    assert_eq!(
        serde_json::to_string(&as_value(&nodes[0])).unwrap(),
        r#"{"a":"1","b":"2"}"#
    );
    let found: Vec<_> = sink
        .iter()
        .map(|it| (it.code, it.labels.len(), it.span().start))
        .collect();
    assert_eq!(found, [(Code::DuplicateKey, 2, 10)]);
    let _ = sources;
    let many: String = (0..100).map(|it| format!("k{}: v\n", it % 60)).collect();
    let (nodes, sink, _) = parsed(&many);
    assert_eq!(sink.iter().count(), 40);
    let Value::Mapping(entries) = &nodes[0].value else {
        panic!("a mapping")
    };
    assert_eq!(entries.len(), 60);
}

#[test]
fn what_was_read_before_an_error_comes_back() {
    let (nodes, sink, _) = parsed("deck: D\nnotes:\n  - {q: a}\n  - q: b: c\n    a: d\n");
    assert!(sink.has_errors());
    assert_eq!(
        serde_json::to_string(&as_value(&nodes[0])).unwrap(),
        r#"{"deck":"D","notes":[{"q":"a"}]}"#
    );
}

/// Values that can be written and read back, with texts that need all kinds of quotes.
fn value() -> impl Strategy<Value = serde_yaml::Value> {
    let text = prop_oneof![
        "[ -~\u{e9}\u{1d11e}]{0,12}",
        "([ a-z#:'\"\\\\\n]|\\{\\{c1::x\\}\\}){0,20}",
        "[a-z]{1,5}( [a-z]{1,5}){20,30}",
    ];
    let leaf = text.prop_map(serde_yaml::Value::from);
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_yaml::Value::from),
            prop::collection::btree_map("[a-z ]{1,6}|[ -~]{1,6}", inner, 0..6).prop_map(|map| {
                map.into_iter()
                    .map(|(key, value)| (key.into(), value))
                    .collect::<serde_yaml::Mapping>()
                    .into()
            }),
        ]
    })
}

/// YAML that looks like what authors write, with all that can go wrong in it.
fn scribble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,4}",
        prop::sample::select(vec![
            ": ",
            ":",
            "- ",
            "\n",
            "\n  ",
            "\n    ",
            "\r\n",
            "\"",
            "'",
            "{{c1::x}}",
            "{",
            "}",
            "[",
            "]",
            ", ",
            "|\n",
            ">\n",
            "&a ",
            "*a",
            "!t ",
            "# ",
            " #",
            "\t",
            "\\",
            "\\n",
            "~",
            "---\n",
            "...\n",
            "? ",
            "<<: ",
            "é",
            "\u{feff}",
            "%",
            "@",
            "`",
            "notes:\n",
            "\\u12",
            "''",
            "|2-\n",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_serde_writes_is_read_back(value in value()) {
        let source = serde_yaml::to_string(&value).unwrap();
        let (nodes, sink, sources) = parsed(&source);
        prop_assert!(sink.is_empty(), "{source}\n{sink:?}");
        prop_assert_eq!(nodes.len(), 1);
        prop_assert_eq!(&as_value(&nodes[0]), &value, "{}", source);
        check_places(&nodes[0], &sources);
    }

    #[test]
    fn scribbles_never_panic_and_errors_lie_inside(source in prop_oneof![scribble(), any::<String>()]) {
        let (nodes, sink, _) = parsed(&source);
        for diagnostic in &sink {
            let span = diagnostic.span();
            prop_assert!(span.is_some());
            prop_assert!(span.end as usize <= source.len());
            for label in &diagnostic.labels {
                prop_assert!(source.get(label.span.range()).is_some());
            }
            for (span, _) in diagnostic.fix.iter().flat_map(|it| &it.edits) {
                prop_assert!(source.get(span.range()).is_some());
            }
        }
        let mut found = Vec::new();
        nodes.iter().for_each(|it| texts(it, &mut found));
        for text in found {
            prop_assert!(source.get(text.whole().range()).is_some());
        }
    }
}

#[test]
fn whatever_is_told_has_a_place() {
    for source in [
        "front: {{c1::x}}\n",
        "- {q: {{c1::x}}, a: 4}\n",
        "- front: {{c1::x}} and {{c2::y}}: z # c\n  back: b\n",
        "a: b: c\n",
        "- q: What: this?\n  a: b\n",
        "a: `x` y\n",
        "a: @x\n",
        "a: %x\n",
        "a: *bold* text\n",
        "- [*bold* text, b]\n",
        "a: *name\n",
        "a: &nbsp; x\n",
        "a: &name x\n",
        "a: & x\n",
        "a: * x\n",
        "a: !x y\n",
        "a: ! y z\n",
        "a: |x y\n",
        "a: >x\n",
        "a: [x y\nb: 1\n",
        "a: [x] y\n",
        "a: {x} y\n",
        "a: {x\nb: c\n",
        "a: \"x\" y\n",
        "a: \"say \"hi\" now\"\n",
        "a: \"x\nb: 1\n",
        "a: 'x\nb: 1\n",
        "a: 'tis the season\nb: c\n",
        "a: 'it's'\n",
        "a: \"\\frac{1}{2} it's\"\n",
        "a: \"x\\n \\beta\"\n",
        "a: \"\\sqrt{2}\"\n",
        "a: \"\\nabla \\text{x}\"\n",
        "a: \"line\\nnext\\tx\"\n",
        "a:b\nc: d\n",
        "- front:hello\n  back: c\n",
        "- front: hello\n  back:world\n",
        "a: b\n  c: d\n",
        "- a: b\n   c: d\n",
        "a:\n\tb: c\n",
        "a:\n  - b\n c: d\n",
        "notes:\n  - a\n  b: c\n",
        "a: x\n- b\n",
        "- a: b\n c: d\n",
        "a: - b\n",
        "a: ? b\n",
        "a: ,b\n",
        "a: ]b\n",
        "a: %\n",
        "a: \u{1}x\n",
        "? [a]\n: b\n",
        ": x\n",
        "a: *bold*\n  more\n",
        "a: some text\n  goes: on\n",
        "a: first line\n  has more: text here\n",
        "a: `code` is\n  long\n",
        "a: 1\na: 2\n",
        "{a: b",
        "%foo\n",
        "a: {b: c, d\ne: f\n",
        "a: \"x\n",
        "- a\n-b\n",
        "-\ta\n",
        "a:\tb\n",
        "- a: x\n\n  - b\n",
        "@a: b\n",
        "a: \"\\u12\"\n",
    ] {
        let (_, sink, sources) = parsed(source);
        for it in &sink {
            let shown = render(it, &sources, Style::Plain);
            assert!(it.span().is_some(), "{source:?}: {shown}");
            assert!(shown.contains(" ╭▸ "), "{source:?}: {shown}");
        }
    }
}
