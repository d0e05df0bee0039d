//! What is read of a lock, and what is told of a damaged one.

use proptest::prelude::*;

use super::*;
use crate::diag::Sources;
use crate::identity::{ClozeRecord, Digest, MaskRecord, MediaRecord, Sketch, TypeRecord};
use crate::model::NoteTypeKind;

fn parse(text: &str) -> (Option<Lock>, Diagnostics) {
    let file = Sources::new().add("deckle.lock", text);
    let mut sink = Diagnostics::new();
    (Lock::parse(file, "deckle.lock", text, &mut sink), sink)
}

fn note(path: &str, modified: i64) -> NoteRecord {
    NoteRecord {
        guid: "g%\t".to_owned(),
        note_id: 1_700_000_000_000,
        modified,
        content: Digest::parse("0123456789abcdef").unwrap(),
        note_type: "basic".into(),
        path: path.into(),
        heading: "A / b".into(),
        fingerprint: Digest::parse("fedcba9876543210").unwrap(),
        rendered: Digest::parse("0011223344556677"),
        sketch: Sketch::parse("00112233445566778899aabbccddeeff"),
        place: Some(0),
        clozes: [(1, true), (7, false)]
            .map(|(number, is_live)| ClozeRecord {
                number,
                text: Digest::default(),
                is_live,
            })
            .into(),
        masks: [(2, true), (3, false)]
            .map(|(number, is_live)| MaskRecord {
                number,
                key: Digest::default(),
                shape: Digest::default(),
                is_live,
            })
            .into(),
    }
}

fn gone(path: &str, modified: i64) -> NoteRecord {
    NoteRecord {
        place: None,
        ..note(path, modified)
    }
}

#[test]
fn a_lock_is_read_as_it_was_written() {
    let field = FieldRecord {
        key: "k".into(),
        id: 7,
        name: "Front".into(),
    };
    let record = TypeRecord {
        key: "medicine".into(),
        kind: Some(NoteTypeKind::Cloze),
        sort_field: "k=\t".into(),
        first_field: "l".into(),
        id: 9,
        modified: 5,
        content: Digest::default(),
        schema: Digest::default(),
        fields: vec![field.clone()],
        templates: vec![field],
    };
    let lock = Lock {
        name: "deckle.lock".to_owned(),
        notes: [("a".to_owned(), note("x y%.md", 3))].into(),
        removed: [("b".to_owned(), gone("é\n.md", 4))].into(),
        types: [("drug".to_owned(), record)].into(),
        media: vec![MediaRecord {
            content: "ab".into(),
            name: "x.png".into(),
        }],
    };
    let (read, sink) = parse(&lock.to_text());
    assert!(sink.is_empty());
    assert_eq!(read.as_ref(), Some(&lock));
    assert_eq!(lock.newest(), Some(5));
    let (read, _) = parse(&lock.to_text().replace('\n', "\r\n"));
    assert_eq!(read, Some(lock));
}

#[test]
fn damage_is_told_and_never_read_over() {
    let good = Lock {
        notes: [("a".to_owned(), note("x", 3))].into(),
        ..Lock::default()
    };
    let text = good.to_text();
    let check = |text: &str, code: Code, label: &str| {
        let (lock, sink) = parse(text);
        assert_eq!(lock, None, "{text}");
        let found = sink.iter().next().unwrap();
        assert_eq!(found.code, code, "{text}");
        assert_eq!(found.labels.first().map_or("", |it| &it.text), label);
    };
    check("", Code::LockSyntax, "nothing in it");
    let header = "expected `deckle-lock 2`";
    check("nonsense\n", Code::LockSyntax, header);
    let newer = "written by a newer deckle";
    check("deckle-lock 99\n", Code::LockVersion, newer);
    check(
        "deckle-lock 2\ndeckle-lock 3\nend\n",
        Code::LockVersion,
        newer,
    );
    let end = "the last line must be `end`";
    check("deckle-lock 2\n", Code::LockSyntax, end);
    check(text.trim_end_matches("end\n"), Code::LockSyntax, end);
    check(
        &text[..text.find("fedcba").unwrap()],
        Code::LockSyntax,
        "`` are not 16 hexadecimal digits",
    );
    check(
        &text[..text.find("\tfedcba").unwrap()],
        Code::LockSyntax,
        "the line is cut off",
    );
    let cut = &text[..text.find("\tout=").unwrap()];
    check(cut, Code::LockSyntax, end);
    let with = |from: &str, to: &str| text.replacen(from, to, 1);
    let bad = |from: &str, to: &str, label: &str| {
        check(&with(from, to), Code::LockSyntax, label);
    };
    bad("note\t", "nota\t", "`nota` begins no line of a lock");
    bad(
        "0123456789abcdef",
        "0123",
        "`0123` are not 16 hexadecimal digits",
    );
    bad("1700000000000", "soon", "`soon` is no number");
    bad("%25", "%2", "a `%` without two digits behind it");
    let like = "`000112233445566778899aabbccddeeff` are not 32 hexadecimal digits";
    bad("like=", "like=0", like);
    let clozes = "`:0000000000000000,-7:0000000000000000` are no numbers and hashes of clozes";
    bad("clozes=1", "clozes=", clozes);
    let hash = "0000000000000000";
    let masks = format!("`:{hash}:{hash},-3:{hash}:{hash}` are no numbers and hashes of masks");
    bad("masks=2", "masks=", &masks);
    bad("out=", "in=", "`in` is no setting of such a line");
    bad("out=", "", "the line has more than belongs into it");
    let field = "end\nfield\tword\tk\t7\tFront\n";
    bad("end\n", field, "there is no line for the note type `word`");
}

#[test]
fn each_damaged_line_is_named_in_one_finding() {
    let text = format!("deckle-lock 2\n{}end\n", "nota\tx\n".repeat(9));
    let (lock, sink) = parse(&text);
    assert_eq!((lock, sink.iter().count()), (None, 1));
    let found = sink.iter().next().unwrap();
    assert_eq!(found.message, "9 lines of deckle.lock cannot be read");
    assert_eq!(found.labels.len(), MAX_LABELS);
}

#[test]
fn a_lock_of_format_1_is_read() {
    let note =
        "note\ta\tg%25%09\t1700000000000\t3\t0123456789abcdef\tbasic\tx\tA / b\tfedcba9876543210";
    let (lock, sink) = parse(&format!(
        "deckle-lock 1\n{note}\ntype\tw\t1\t2\t0123456789abcdef\t0123456789abcdef\n"
    ));
    assert!(sink.is_empty());
    let lock = lock.unwrap();
    let known = NoteRecord {
        rendered: None,
        sketch: None,
        place: None,
        clozes: Box::default(),
        masks: Box::default(),
        ..self::note("x", 3)
    };
    assert_eq!(lock.notes["a"], known);
    assert_eq!(lock.types["w"].kind, None);
    let (again, _) = parse(&lock.to_text());
    assert_eq!(again, Some(lock));
}

#[test]
fn a_union_merge_keeps_the_newer_line() {
    let line = |kind: &str, modified: i64| {
        let lock = Lock {
            notes: [("a".to_owned(), note("x", modified))].into(),
            ..Lock::default()
        };
        lock.to_text()
            .lines()
            .nth(1)
            .unwrap()
            .replacen("note", kind, 1)
    };
    let merged = format!(
        "deckle-lock 2\n{}\n{}\nend\n",
        line("note", 3),
        line("note", 8)
    );
    let (lock, sink) = parse(&merged);
    assert_eq!(lock.unwrap().notes["a"].modified, 8);
    assert_eq!(sink.iter().count(), 1);
    let merged = format!(
        "deckle-lock 2\n{}\n{}\nend\n",
        line("gone", 8),
        line("note", 3)
    );
    let (lock, _) = parse(&merged);
    assert!(lock.unwrap().notes.is_empty());
    let merged = format!(
        "deckle-lock 2\n{}\n{}\nend\n",
        line("gone", 8),
        line("note", 8)
    );
    let (lock, _) = parse(&merged);
    assert!(lock.unwrap().removed.is_empty());
    // The same line twice says nothing.
    let merged = format!("deckle-lock 2\n{0}\n{0}\nend\n", line("note", 3));
    assert!(parse(&merged).1.is_empty());
}

#[test]
fn merges_may_leave_lines_behind_an_end() {
    let lock = |id: &str| Lock {
        notes: [(id.to_owned(), note("x", 3))].into(),
        ..Lock::default()
    };
    let older = |id: &str| {
        let text = lock(id).to_text().replace("deckle-lock 2", "deckle-lock 1");
        text.trim_end_matches("end\n").to_owned()
    };
    let check = |text: String, whole: bool| {
        assert_eq!(parse(&text).0.is_some(), whole, "{text}");
    };
    check(lock("a").to_text() + &lock("b").to_text(), true);
    check(lock("a").to_text() + &older("b"), true);
    check(older("a") + &lock("b").to_text(), true);
    check(older("a") + &older("b"), true);
    let cut = lock("a").to_text() + lock("b").to_text().trim_end_matches("end\n");
    check(cut, false);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in ".{0,200}", header in any::<bool>()) {
        let text = if header { format!("deckle-lock 2\n{text}\nend\n") } else { text };
        let _ = parse(&text);
    }

    #[test]
    fn any_field_survives(path in ".{0,40}") {
        let lock = Lock {
            name: "deckle.lock".to_owned(),
            notes: [("a".to_owned(), note(&path, 3))].into(),
            ..Lock::default()
        };
        prop_assert_eq!(parse(&lock.to_text()).0, Some(lock));
    }
}
