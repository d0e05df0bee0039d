//! What `Difference` says of pairs of packages. That imports do so is judged in `import`.

use deckle::model::NoteTypeBuilder;
use deckle::package::{
    Contents, DeckChange, Difference, Format, ImportOptions, Importer, Measure, MediaChange,
    NoteChange, NoteTypeChange, PackageReader, Update,
};
use deckle::{BuildTime, CardTemplate, Deck, DeckOptions, Field, Guid, Note, NoteType, Package};

const TIME: i64 = 1_700_000_000;

fn words() -> NoteTypeBuilder {
    NoteType::builder("Words (test)")
        .id(77)
        .field(Field::new("Word").id(1))
        .field(Field::new("Meaning").id(2))
        .card_template(CardTemplate::new("Card", "{{Word}}", "{{Meaning}}").id(3))
        .modified(TIME)
}

fn clozes() -> NoteTypeBuilder {
    NoteType::builder("Clozes (test)")
        .id(78)
        .fields(["Text", "Extra"])
        .template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}{{Extra}}")
        .cloze()
        .modified(TIME)
}

/// A note of two fields, so many seconds younger than the first release.
fn note(note_type: &NoteType, guid: &str, fields: [&str; 2], younger: i64) -> Note {
    Note::new(note_type)
        .fields(fields)
        .guid(Guid::new(guid).unwrap())
        .modified(TIME + younger)
}

fn package(decks: impl IntoIterator<Item = (Deck, Vec<Note>)>) -> Package {
    let mut package = Package::new(BuildTime::from_unix(TIME));
    for (mut deck, notes) in decks {
        for note in notes {
            deck.add(note).unwrap();
        }
        package = package.deck(deck);
    }
    package
}

fn one_deck(notes: Vec<Note>) -> Package {
    package([(Deck::new("Test"), notes)])
}

fn read(package: &Package) -> Contents {
    let bytes = std::io::Cursor::new(package.to_bytes().unwrap());
    let reader = PackageReader::new(bytes, Default::default()).unwrap();
    reader.into_contents_with_hashes().unwrap()
}

fn difference(
    old: &Package,
    new: &Package,
    client: Importer,
    options: &ImportOptions,
) -> Difference {
    Difference::new(&read(old), &read(new), client, options)
}

/// All of a difference, a line a thing.
fn lines(it: &Difference) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if let Some(refused) = &it.refused {
        lines.push(format!("refused: {}", refused.why));
    }
    for note in &it.notes {
        let mut line = match note.change {
            NoteChange::Skipped {
                same_time: true, ..
            } => format!("{}: same time", note.guid),
            NoteChange::Skipped { .. } => format!("{}: older", note.guid),
            change => format!("{}: {change:?}", note.guid),
        };
        line.extend(
            note.fields
                .iter()
                .map(|it| format!(" {}:{}>{}", it.name, it.old, it.new)),
        );
        line.extend(note.tags_added.iter().map(|tag| format!(" +{tag}")));
        line.extend(note.tags_lost.iter().map(|tag| format!(" -{tag}")));
        line.extend(note.cards_added.iter().map(|card| format!(" card {card}")));
        line.extend(note.cards_left.iter().map(|card| format!(" left {card}")));
        for card in &note.cards_emptied {
            let now = card.now.map(|now| format!(" now {now}"));
            let now = now.unwrap_or_default();
            line += &format!(" {} empty, {}{now}", card.name, card.progress.reviews);
        }
        for card in &note.cards_exchanged {
            let (old, new, reviews) = (&card.old, &card.new, card.progress.reviews);
            line += &format!(" {} asks {old}>{new}, {reviews}", card.ordinal);
        }
        if let Some(again) = &note.said_again {
            line += &format!(" as {}, {}", again.guid, again.studied.reviews);
        }
        let staying = note.cards_staying.iter();
        line.extend(staying.map(|it| format!(" {} in {} not {}", it.ordinal, it.deck, it.wanted)));
        lines.push(line);
    }
    for note_type in &it.note_types {
        let change = match &note_type.change {
            NoteTypeChange::Updated {
                sort_field,
                cards_generated,
                templates_rewritten,
                ..
            } => format!("updated {sort_field} {cards_generated} {templates_rewritten}"),
            NoteTypeChange::Copied { why, .. } => format!("copied, {why}"),
            NoteTypeChange::Skipped { same_time, .. } => format!("skipped {same_time}"),
            change => format!("{change:?}"),
        };
        let renamed = note_type.renamed.as_deref().unwrap_or("same name");
        lines.push(format!("type {}: {change}, {renamed}", note_type.id));
    }
    for deck in &it.decks {
        let change = match &deck.change {
            DeckChange::Added {
                cards,
                renamed_from,
                ..
            } => format!(
                "{cards} cards, was {}",
                renamed_from.as_deref().unwrap_or("not there")
            ),
            DeckChange::Described { old, new, .. } => format!("{old}>{new}"),
            change => format!("{change:?}"),
        };
        lines.push(format!("deck {}: {change}", deck.name));
    }
    for file in &it.media {
        let change = match &file.change {
            MediaChange::Renamed(name) => format!("to {name}"),
            change => format!("{change:?}"),
        };
        lines.push(format!("media {}: {change}", file.name));
    }
    for preset in &it.presets {
        lines.push(format!("preset {}: {:?}", preset.name, preset.change));
    }
    lines
}

fn check(old: &Package, new: &Package, expect: &[&str], advice: &str) {
    for client in Importer::ALL {
        let found = difference(old, new, client, &ImportOptions::default());
        assert_eq!(lines(&found), expect, "{client}");
        let sentence = format!("When you import it, {advice}.");
        assert_eq!(found.advice().to_string(), sentence, "{client}");
    }
}

const AS_IT_IS: &str = "leave the options as they are";

#[test]
fn notes_come_change_and_stay() {
    let words = words().build().unwrap();
    let cloze = clozes().build().unwrap();
    let old = one_deck(vec![
        note(&words, "same", ["a", "b"], 0).tags(["x"]),
        note(&words, "edit", ["a", "b"], 0).tags(["x", "y"]),
        note(&words, "late", ["a", "b"], 5),
        note(&words, "even", ["a", "b"], 5),
        note(&words, "gone", ["a", "b"], 0),
        note(&cloze, "cloze", ["{{c1::a}} {{c2::b}}", ""], 0),
    ]);
    let new = one_deck(vec![
        note(&words, "same", ["a", "b"], 9).tags(["X"]),
        note(&words, "edit", ["a", "c"], 1).tags(["y", "z"]),
        note(&words, "late", ["a", "c"], 4),
        note(&words, "even", ["a", "c"], 5),
        note(&cloze, "cloze", ["{{c1::a}} {{c3::b}}", ""], 1),
        note(&words, "new", ["n", "b"], 0),
    ]);
    let expect = [
        "same: Updated",
        "edit: Updated Meaning:b>c +z -x",
        "late: older Meaning:b>c",
        "even: same time Meaning:b>c",
        "cloze: Updated Text:{{c1::a}} {{c2::b}}>{{c1::a}} {{c3::b}} card 2 left 1 c2 empty, 0 now 2",
        "new: Added",
        "gone: Removed",
    ];
    check(&old, &new, &expect, "set \"Update notes\" to \"Always\"");
    let always = ImportOptions::default().update_notes(Update::Always);
    let found = difference(&old, &new, Importer::Desktop, &always);
    assert_eq!(found.count(Measure::Updated), 4);
    assert_eq!(found.count(Measure::Skipped), 1);
    assert!(difference(&old, &old, Importer::AnkiDroid, &always).is_empty());
    let never = ImportOptions::default().update_notes(Update::Never);
    assert_eq!(
        difference(&old, &new, Importer::Desktop, &never).count(Measure::Updated),
        0
    );
}

#[test]
fn note_types_change_and_conflict() {
    let old_type = words().build().unwrap();
    let old = || {
        one_deck(vec![
            note(&old_type, "one", ["a", "b"], 0),
            note(&old_type, "two", ["c", "d"], 0),
        ])
    };
    let with = |changed: NoteTypeBuilder, younger: i64| {
        let changed = changed.modified(TIME + younger).build().unwrap();
        let count = changed.fields().len();
        let fill = |guid: &str, fields: &[&str], younger: i64| {
            let fields = fields.iter().take(count).map(|it| (*it).to_owned());
            let note = Note::new(&changed).fields(fields);
            note.guid(Guid::new(guid).unwrap()).modified(TIME + younger)
        };
        one_deck(vec![
            fill("one", &["a", "B", ""], 1),
            fill("two", &["c", "d", ""], 0),
        ])
    };
    let edit = "one: Updated Meaning:b>B";
    // A new name for a field is no other field.
    let renamed = NoteType::builder("Words (test)")
        .id(77)
        .field(Field::new("Word").id(1))
        .field(Field::new("Sense").id(2))
        .card_template(CardTemplate::new("Card", "{{Word}}", "{{Sense}}").id(3));
    let expect = [
        "one: Updated Sense:b>B",
        "type 77: updated false 0 false, same name",
    ];
    check(&old(), &with(renamed, 1), &expect, AS_IT_IS);
    // Names that change places are renamed twice.
    let exchanged = NoteType::builder("Words (test)")
        .id(77)
        .field(Field::new("Meaning").id(1))
        .field(Field::new("Word").id(2))
        .card_template(CardTemplate::new("Card", "{{Meaning}}", "{{Word}}").id(3));
    let expect = [
        "one: Updated Word:b>B",
        "type 77: updated false 0 true, same name",
    ];
    check(&old(), &with(exchanged, 1), &expect, AS_IT_IS);
    // A note type that is not newer stays.
    let expect = [edit, "type 77: skipped true, same name"];
    check(&old(), &with(words().css("b {}"), 0), &expect, AS_IT_IS);
    let expect = [edit, "type 77: skipped false, same name"];
    let always = "set \"Update note types\" to \"Always\"";
    check(&old(), &with(words().css("b {}"), -1), &expect, always);
    // Another sort field stamps all notes, so that no edit arrives.
    let expect = [
        "one: older Meaning:b>B",
        "type 77: updated true 0 false, same name",
    ];
    let always = "set \"Update notes\" to \"Always\"";
    check(
        &old(),
        &with(words().sort_field("Meaning"), 1),
        &expect,
        always,
    );
    // Another field makes another note type.
    let expect = [
        "one: Conflicting(NoteTypeChanged) Meaning:b>B",
        "two: Conflicting(NoteTypeChanged)",
        "type 77: copied, field `Extra` added, Words (test)+",
    ];
    let merge = "tick \"Merge note types\" and set \"Update notes\" to \"Always\"";
    let grown = words().field(Field::new("Extra").id(4));
    check(&old(), &with(grown, 1), &expect, merge);
    // A front that changed makes cards of texts that learners have.
    let front = NoteType::builder("Words (test)")
        .id(77)
        .field(Field::new("Word").id(1))
        .field(Field::new("Meaning").id(2))
        .card_template(CardTemplate::new("Card", "{{Meaning}}", "{{Word}}").id(3));
    let expect = [edit, "type 77: updated false 0 false, same name"];
    check(&old(), &with(front, 1), &expect, AS_IT_IS);
    // A name that every collection has.
    let expect = [edit, "type 77: updated false 0 false, Basic+"];
    check(&old(), &with(words().name("Basic"), 1), &expect, AS_IT_IS);
    // Another note type for a note.
    let other = clozes().build().unwrap();
    let new = one_deck(vec![
        note(&other, "one", ["{{c1::a}}", "b"], 9),
        note(&old_type, "two", ["c", "d"], 0),
    ]);
    let expect = [
        "one: Conflicting(OtherNoteType) Text:a>{{c1::a}}",
        "type 78: Added, same name",
    ];
    check(&old(), &new, &expect, AS_IT_IS);
}

#[test]
fn cards_stay_in_their_decks() {
    let words = words().build().unwrap();
    let notes = || {
        vec![
            note(&words, "one", ["a", "b"], 0),
            note(&words, "two", ["c", "d"], 0),
        ]
    };
    let old = package([(Deck::new("A::B").description("old"), notes())]);
    let renamed = package([(Deck::new("A::C"), notes())]);
    let expect = [
        "one: Unchanged 0 in A::B not A::C",
        "two: Unchanged 0 in A::B not A::C",
        "deck A::B: Left",
        "deck A::C: 0 cards, was A::B",
    ];
    check(&old, &renamed, &expect, AS_IT_IS);
    let options = DeckOptions::new("Slow").new_per_day(3);
    let described = package([(
        Deck::new("a::b").description("new").options(options),
        notes(),
    )]);
    let expect = ["deck A::B: old>new", "preset Slow: Added"];
    check(
        &old,
        &described,
        &expect,
        "tick \"Import any deck presets\"",
    );
}

#[test]
fn media_come_with_their_notes() {
    let words = words().build().unwrap();
    let picture = "<img src=\"a.png\">";
    let build = |younger: i64, bytes: &str, format: Format| {
        one_deck(vec![
            note(&words, "one", ["a", picture], younger),
            note(&words, "two", ["c", "<img src=\"B.png\">"], younger),
        ])
        .media_bytes("a.png", bytes)
        .media_bytes("B.png", bytes)
        .media_bytes("_s.css", bytes)
        .media_bytes("unused.png", bytes)
        .format(format)
    };
    let old = build(0, "1", Format::Legacy);
    let sent = [
        "media B.png: NotSent",
        "media _s.css: Kept",
        "media a.png: NotSent",
        "media unused.png: Unused",
    ];
    check(&old, &build(0, "2", Format::Latest), &sent, AS_IT_IS);
    let hash = "da4b9237bacccdf19c0760cab7aec4a8359010b0";
    let found = |client| {
        let new = build(1, "2", Format::Legacy);
        lines(&difference(&old, &new, client, &ImportOptions::default()))
    };
    // Names with capitals are compared in two ways.
    let [b_desktop, b_ankidroid] =
        ["Replaced".to_owned(), format!("to B-{hash}.png")].map(|it| format!("media B.png: {it}"));
    for (client, b) in [
        (Importer::Desktop, b_desktop),
        (Importer::AnkiDroid, b_ankidroid),
    ] {
        let expect = [
            "one: Updated".to_owned(),
            "two: Updated".to_owned(),
            b,
            "media _s.css: Kept".to_owned(),
            format!("media a.png: to a-{hash}.png"),
            "media unused.png: Unused".to_owned(),
        ];
        assert_eq!(found(client), expect, "{client}");
    }
    let none = one_deck(vec![
        note(&words, "one", ["a", ""], 9),
        note(&words, "two", ["c", ""], 9),
    ]);
    let expect = [
        "one: Updated Meaning:<img src=\"a.png\">>",
        "two: Updated Meaning:<img src=\"B.png\">>",
        "media B.png: Left",
        "media _s.css: Left",
        "media a.png: Left",
    ];
    check(&old, &none, &expect, AS_IT_IS);
}

#[test]
fn progress_that_edits_take_is_told() {
    let words = words().build().unwrap();
    let both = NoteType::builder("Both (test)")
        .id(79)
        .fields(["Word", "Meaning"])
        .template("There", "{{Word}}", "{{Meaning}}")
        .template("Back", "{{Meaning}}", "{{Word}}")
        .modified(TIME)
        .build()
        .unwrap();
    let cloze = clozes().build().unwrap();
    let fields = |text| [text, ""];
    let mut other = package([
        (
            Deck::new("Test"),
            vec![
                note(&cloze, "same", fields("{{c1::a}} {{c2::b}}"), 0),
                note(&cloze, "swap", fields("{{c1::a}} {{c2::b}}"), 0),
                note(&cloze, "front", fields("{{c1::a}} {{c2::b}}"), 0),
                note(&cloze, "fewer", fields("{{c1::a}} {{c2::b}}"), 0),
                note(&cloze, "reword", fields("{{c1::a}} {{c2::b}}"), 0),
                note(&both, "empty", ["a", "b"], 0),
                note(&words, "lost", ["what", "b"], 0),
                note(&words, "twice 1", ["same", "b"], 0),
                note(&words, "twice 2", ["same", "c"], 0),
                note(&words, "gone", ["x", "b"], 0).tags(["marked", "mine"]),
                note(&words, "tags", ["y", "b"], 0).tags(["marked", "mine"]),
            ],
        ),
        (
            Deck::new("Own"),
            vec![note(&NoteType::basic(), "own", ["o", "b"], 0)],
        ),
    ]);
    other = other.media_bytes("own.png", "1");
    let mut old = read(&other);
    for (index, card) in (0..).zip(&mut old.cards) {
        card.card_type = 2;
        card.queue = 2;
        card.reps = 1 << index;
        card.interval = 10;
    }
    assert!(old.holds_progress());
    let new = read(&one_deck(vec![
        note(&cloze, "same", fields("{{c1::a}}, {{c2::b}}"), 9),
        note(&cloze, "swap", fields("{{c1::b}} {{c2::a}}"), 9),
        note(
            &cloze,
            "front",
            fields("{{c1::new}} {{c2::a}} {{c3::b}}"),
            9,
        ),
        note(&cloze, "fewer", fields("a {{c1::b}}"), 9),
        note(&cloze, "reword", fields("{{c1::A}} {{c2::B}}"), 9),
        note(&both, "empty", ["a", ""], 9),
        note(&words, "found", ["<b>what</b>", "b"], 9),
        note(&words, "twice 3", ["same", "c"], 9),
        note(&words, "tags", ["y", "b"], 9),
    ]));
    assert!(!new.holds_progress());
    let options = ImportOptions::default();
    let expect = [
        "same: Updated Text:{{c1::a}} {{c2::b}}>{{c1::a}}, {{c2::b}}",
        "swap: Updated Text:{{c1::a}} {{c2::b}}>{{c1::b}} {{c2::a}} 0 asks a>b, 4 1 asks b>a, 8",
        "front: Updated Text:{{c1::a}} {{c2::b}}>{{c1::new}} {{c2::a}} {{c3::b}} card 2 \
         0 asks a>new, 16 1 asks b>a, 32",
        "fewer: Updated Text:{{c1::a}} {{c2::b}}>a {{c1::b}} left 1 c2 empty, 128 now 0 \
         0 asks a>b, 64",
        "reword: Updated Text:{{c1::a}} {{c2::b}}>{{c1::A}} {{c2::B}}",
        "empty: Updated Meaning:b> left 1 Back empty, 2048",
        "found: Added as lost, 4096",
        "twice 3: Added as twice 2, 16384",
        "tags: Updated -marked -mine",
        "lost: Removed",
        "twice 1: Removed",
        "twice 2: Removed",
        "gone: Removed",
    ];
    for client in Importer::ALL {
        let found = Difference::of_learner(&old, &new, client, &options);
        assert_eq!(lines(&found), expect, "{client}");
        let learner = found.learner.unwrap();
        assert_eq!((learner.studied, learner.own_notes), (18, 1));
        let count = |measure| found.count(measure);
        assert_eq!(count(Measure::CardsEmptied), 2);
        assert_eq!(count(Measure::CardsExchanged), 5);
        assert_eq!(count(Measure::Doubled), 2);
        assert_eq!(count(Measure::StudiedRemoved), 4);
        let lost = [4, 8, 16, 32, 128, 64, 2048, 4096, 16384_usize];
        assert_eq!(count(Measure::ReviewsLost), lost.iter().sum::<usize>());
        assert_eq!(found.progress_left_out, 0);
        // A release of the same: nobody's progress, and no notes of others.
        let released = Difference::new(&old, &new, client, &options);
        assert_eq!(released.learner, None);
        assert_eq!(released.count(Measure::CardsEmptied), 2);
        assert_eq!(released.count(Measure::Doubled), 2);
        assert_eq!(released.count(Measure::ReviewsLost), 0);
        assert_eq!(released.count(Measure::Removed), 5);
        assert_eq!(
            Difference::new(&new, &old, client, &options).progress_left_out,
            18
        );
    }
}

#[test]
fn every_count_is_named_where_people_look() {
    let help = include_str!("../cmd/diff.txt");
    let page = include_str!("../../docs/packages.md");
    for measure in Measure::ALL {
        let name = measure.name();
        assert_eq!(Measure::from_name(name), Some(measure));
        let listed = help.split([' ', ',', ';', '\n']).any(|it| it == name);
        assert!(listed, "`deckle diff --help` lacks {name}");
        assert!(
            page.contains(&format!("`{name}`")),
            "docs/packages.md lacks {name}"
        );
    }
}
