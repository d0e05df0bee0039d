//! What notes a file makes.

use super::*;

#[test]
fn notes_are_mappings_or_lists() {
    check(
        "- {Front: 1.10, back: yes}\n- [le pain, ~, x]\n- q: a\n  A:\n    - b\n    - [c, 'd']\n",
        &[
            r#"basic | Folder::File | Front=md:"1.10" | Back=md:"yes""#,
            r#"basic | Folder::File | Front=md:"le pain" | Extra=md:"x""#,
            r#"basic | Folder::File | Front=md:"a" | Back=[md:"b"; [md:"c"; md:"d"]]"#,
        ],
    );
    check(
        "pairs:\n  uno: one\n  dos: |\n    two\n    lines\n",
        &[
            r#"basic | Folder::File | Front=md:"uno" | Back=md:"one""#,
            r#"basic | Folder::File | Front=md:"dos" | Back=md:"two\nlines""#,
        ],
    );
    check(
        "- [a, b]\n---\nnotes: [[c, d]]\n---\npairs: {e: f}\n",
        &[
            r#"basic | Folder::File | Front=md:"a" | Back=md:"b""#,
            r#"basic | Folder::File | Front=md:"c" | Back=md:"d""#,
            r#"basic | Folder::File | Front=md:"e" | Back=md:"f""#,
        ],
    );
}

#[test]
fn headers_and_groups_are_inherited() {
    check(
        "deck: '::Verbs'\ntags: [unit1]\nnotes:\n- [a, b]\n- {q: c, tags: x y, deck: '::Deep'}\n- {q: d, tags!: z, deck: Other}\ngroups:\n- tags: irregular\n  deck: '::Group'\n  notes: [[e], {q: e2, deck: '::Deep'}]\n  groups: [{type: vocab, pairs: {f: g}}]\npairs: {h: i}\n",
        &[
            r#"basic | Folder::Verbs | tags=unit1 | Front=md:"a" | Back=md:"b""#,
            r#"basic | Folder::Verbs::Deep | tags=unit1,x,y | Front=md:"c""#,
            r#"basic | Other | tags=z | Front=md:"d""#,
            r#"basic | Folder::Verbs::Group | tags=unit1,irregular | Front=md:"e""#,
            r#"basic | Folder::Verbs::Deep | tags=unit1,irregular | Front=md:"e2""#,
            r#"vocab | Folder::Verbs::Group | tags=unit1,irregular | Word=text:"f" | Meaning=md:"g""#,
            r#"basic | Folder::Verbs | tags=unit1 | Front=md:"h" | Back=md:"i""#,
        ],
    );
}

#[test]
fn a_header_below_the_notes_counts_too() {
    let above = "deck: D\nformat: html\nnotes: [[a, b]]\n";
    let below = "notes: [[a, b]]\ndeck: D\nformat: html\n";
    let expect = [r#"basic | D | Front=html:"a" | Back=html:"b""#];
    check(above, &expect);
    check(below, &expect);
    check(
        "x: &x {deck: D, format: html}\n---\nnotes: [[a, b]]\n"
            .split_once("---\n")
            .unwrap()
            .1,
        &[r#"basic | Folder::File | Front=md:"a" | Back=md:"b""#],
    );
    let (notes, sink, _) =
        read_source("notes: [[a, b]]\n---\nnotes: [[c]]\ndeck: E\ntags: [bad::]\n");
    assert_eq!(
        notes.iter().map(|it| it.deck.as_str()).collect::<Vec<_>>(),
        ["Folder::File", "E"]
    );
    assert_eq!(sink.iter().count(), 1);
}

#[test]
fn notes_stand_in_the_order_of_the_file() {
    check(
        "groups: [{notes: [[a]]}]\npairs: {b: }\nnotes: [[c]]\n",
        &[
            r#"basic | Folder::File | Front=md:"a""#,
            r#"basic | Folder::File | Front=md:"b""#,
            r#"basic | Folder::File | Front=md:"c""#,
        ],
    );
    check(
        "notes: &all [[a]]\ngroups: [{notes: *all}]\n",
        &[
            r#"basic | Folder::File | Front=md:"a""#,
            r#"basic | Folder::File | Front=md:"a""#,
        ],
    );
}

#[test]
fn clozes_choose_the_cloze_type() {
    check(
        "- cloze: 'The {{c1::heart}}'\n  extra: e\n- {q: 'a {{c1::b}}', a: c}\n- ['{{c2::x}}', y]\n- {q: plain, a: '{{c1::x}}'}\n- {type: vocab, Word: '{{c1::x}}'}\n",
        &[
            r#"cloze | Folder::File | Text=md:"The {{c1::heart}}" | Extra=md:"e""#,
            r#"cloze | Folder::File | Text=md:"a {{c1::b}}" | Extra=md:"c""#,
            r#"cloze | Folder::File | Text=md:"{{c2::x}}" | Extra=md:"y""#,
            r#"basic | Folder::File | Front=md:"plain" | Back=md:"{{c1::x}}""#,
            r#"vocab | Folder::File | Word=text:"{{c1::x}}""#,
        ],
    );
}

#[test]
fn reserved_keys_and_forms() {
    check(
        "- id: n1\n  guid: 'a b!'\n  type: vocab\n  suspend: [Produce, 2]\n  flag: red\n  order: 7\n  Word: w\n  de: {html: <i>x</i>}\n  Audio: a.mp3\n  fields: {type: noun}\n- {q: a, skip: true}\n- {q: {text: '*x*'}, a: {img: a.png}, suspend: yes}\n- {type: vocab, Word: x, Audio: '[sound:x.mp3]'}\n- {type: vocab, Word: x, Type: noun}\n",
        &[
            r#"vocab | Folder::File | id=n1 | suspend=Produce,2 | flag=Red | order=7 | Word=text:"w" | Meaning=html:"<i>x</i>" | Audio=media:"a.mp3" | Type=html:"noun""#,
            r#"basic | Folder::File | suspend | Front=text:"*x*" | Back=media:"a.png""#,
            r#"vocab | Folder::File | Word=text:"x" | Audio=md:"[sound:x.mp3]""#,
            r#"vocab | Folder::File | Word=text:"x" | Type=html:"noun""#,
        ],
    );
}

#[test]
fn an_error_costs_its_own_note_alone() {
    let (notes, sink, _) =
        read_source("- {q: a}\n- {q: b, nope: c}\n- {q: d, a: {{c1::x}}}\n- {q: e: f}\n- {q: g}\n");
    assert!(sink.has_errors());
    assert_eq!(notes.len(), 2);
}

/// Large files are read in pieces; that must not be seen in what comes out, errors included.
#[test]
fn pieces_of_a_large_file_make_the_same_notes() {
    let items = [
        "  - {q: flow, a: \"b\\n c\"}\n",
        "  - q: plain & *text*\n    a: |\n      a block\n      - of lines\n\n      more\n",
        "  # a comment\n  - [one, 'two - three']\n",
        "# at the margin\n  - q: x\n    a:\n      - 1\n      - 2\n    tags: [t]\n",
    ];
    let whole = |last: &str| {
        let list: String = items.iter().cycle().take(12_000).copied().collect();
        format!("deck: \"::Sub\"\ntags: [all]\nnotes:\n{list}{last}")
    };
    let tails = [
        "",
        "  - q: \"open\n",
        "  - {q: x, unknown: y}\n",
        "type: basic\n",
    ];
    for last in tails {
        let source = whole(last);
        let (file, types) = (Sources::new().add("n.yaml", ""), types());
        let (mut sink, mut expected) = (Diagnostics::new(), Diagnostics::new());
        let notes = read(file, &source, &defaults(), &types, &mut sink, &|it| it).concat();
        let includes = crate::source::include::Includes::none();
        let reader = super::super::notes::Reader {
            includes: &includes,
            file,
            source: &source,
            types: &types,
            headings: Arc::new([]),
        };
        let one_by_one = reader.one_by_one(&defaults(), &mut expected);
        assert!(notes.len() >= 12_000, "{}", notes.len());
        assert!(
            format!("{notes:?}") == format!("{one_by_one:?}"),
            "notes differ: {last}"
        );
        let told = |sink: &Diagnostics| sink.iter().cloned().collect::<Vec<_>>();
        assert_eq!(told(&sink), told(&expected), "{last}");
    }
}
