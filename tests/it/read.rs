//! What deckle reads is what Anki says: packages that the real Anki exported, in all containers,
//! and files that nobody should have to open.

use std::collections::BTreeMap;
use std::io::Cursor;

use deckle::package::{
    Contents, PackageReader, ReadLimits, StoredDeck, StoredDeckKind, StoredNoteType, StoredPreset,
};
use deckle::{BuildTime, Deck, DeckOptions, ErrorKind, Note, NoteType, Package};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::judge::{run_script, with_each_backend};

fn own_package() -> Vec<u8> {
    let mut deck = Deck::new("Spanish::Verbs");
    for word in ["ser", "estar", "ir"] {
        deck.add(
            Note::new(&NoteType::basic())
                .fields([word, "to .."])
                .key(word),
        )
        .unwrap();
    }
    Package::new(BuildTime::from_unix(1_700_000_000))
        .deck(deck)
        .media_bytes("_a.png", *b"png")
        .to_bytes()
        .unwrap()
}

/// Reads everything there is; errors must be of the file.
fn read_all(bytes: &[u8]) {
    let limits = ReadLimits::default().database_bytes(1 << 24);
    match PackageReader::new(Cursor::new(bytes.to_vec()), limits) {
        Ok(mut reader) => {
            for media in reader.contents().media.clone() {
                let _ = reader.copy_media(&media, &mut std::io::sink());
            }
        }
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::Archive(_) | ErrorKind::Database(_)),
            "{error:?}"
        ),
    }
}

/// The truth lists whole collections; a package has what its notes need.
#[derive(Clone, Copy, PartialEq)]
enum Extent {
    Package,
    Collection,
}

#[test]
fn what_the_real_anki_exports_is_read_as_it_says() {
    with_each_backend(|backend| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let output = run_script(backend, "export.py", &[folder.path().as_os_str()], b"")?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let older = run_script(backend, "older.py", &[folder.path().as_os_str()], b"")?;
        if !older.status.success() {
            return Err(String::from_utf8_lossy(&older.stderr).into_owned());
        }
        let truth = std::fs::read(folder.path().join("truth.json")).unwrap();
        let truth: Value = serde_json::from_slice(&truth).unwrap();
        for (file, variant, schema, extent) in [
            ("legacy.apkg", "legacy2", 11, Extent::Package),
            ("latest.apkg", "latest", 18, Extent::Package),
            ("legacy.colpkg", "legacy2", 11, Extent::Collection),
            ("latest.colpkg", "latest", 18, Extent::Collection),
            ("collection.anki2", "collection", 18, Extent::Collection),
            ("schema17.anki2", "collection", 17, Extent::Collection),
            ("schema16.anki2", "collection", 16, Extent::Collection),
            ("schema15.anki2", "collection", 15, Extent::Collection),
            ("schema14.anki2", "collection", 14, Extent::Collection),
        ] {
            let mut reader = PackageReader::open(folder.path().join(file)).unwrap();
            let contents = reader.contents().clone();
            assert_eq!(contents.variant.name(), variant, "{backend} {file}");
            assert_eq!(contents.schema, schema, "{backend} {file}");
            compare(&contents, &truth, extent, &format!("{backend} {file}"));
            if variant == "collection" {
                assert!(contents.media.is_empty());
            } else {
                assert_eq!(media(&mut reader), truth["media"], "{backend} {file}");
            }
        }
        Ok(())
    })
    .unwrap();
}

fn compare(contents: &Contents, truth: &Value, extent: Extent, what: &str) {
    let rows = |rows: Vec<Value>| Value::from(rows);
    let notes = contents.notes.iter().map(|it| {
        let (tags, fields) = (&*it.tags, &*it.fields);
        json!([
            it.id,
            it.guid,
            it.note_type,
            it.modified,
            tags,
            fields,
            it.checksum
        ])
    });
    assert_eq!(rows(notes.collect()), truth["notes"], "{what}");
    let cards = contents.cards.iter().map(|it| {
        json!([
            it.id,
            it.note,
            it.deck,
            it.ordinal,
            it.modified,
            it.card_type,
            it.queue,
            it.due,
            it.interval,
            it.factor,
            it.reps,
            it.lapses,
            it.left,
            it.original_due,
            it.original_deck,
            it.flags,
            it.data
        ])
    });
    assert_eq!(rows(cards.collect()), truth["cards"], "{what}");
    assert!(
        contents.note_types.len() >= 7 && contents.decks.len() >= 8,
        "{what}"
    );
    assert_eq!(json!(contents.reviews), truth["reviews"], "{what}");
    assert_eq!(json!(contents.created), truth["created"], "{what}");
    if extent == Extent::Collection {
        assert_eq!(
            json!(contents.next_position),
            truth["next_position"],
            "{what}"
        );
        assert_eq!(contents.settings["fsrs"], "true", "{what}");
    }
    let found = by_id(contents.note_types.iter().map(note_type));
    let used = contents.notes.iter().map(|note| note.note_type);
    check_part(&found, &truth["note_types"], used, extent, what);
    let found = by_id(contents.decks.iter().map(deck));
    let used = contents.cards.iter().map(|card| card.deck);
    check_part(&found, &truth["decks"], used, extent, what);
    let slow = contents.presets.iter().find(|it| it.name == "Slow ü");
    check_preset(slow.unwrap(), &truth["presets"], what);
}

fn check_preset(preset: &StoredPreset, truth: &Value, what: &str) {
    let said = truth.as_array().unwrap().iter();
    let said = said.clone().find(|it| it["name"] == "Slow ü").unwrap();
    assert_eq!(
        json!([preset.id, preset.modified]),
        json!([said["id"], said["mod"]])
    );
    let expected = DeckOptions::new("Slow ü")
        .id(preset.id)
        .new_per_day(7)
        .learning_steps([0.5, 10.0, 1440.0])
        .new_card_insert_order("random")
        .graduating_interval_good(2)
        .graduating_interval_easy(5)
        .bury_new(true)
        .initial_ease(2.3)
        .reviews_per_day(99)
        .easy_multiplier(1.35)
        .maximum_review_interval(400)
        .hard_multiplier(1.1)
        .bury_reviews(true)
        .relearning_steps([20.0])
        .leech_threshold(5)
        .leech_action("suspend")
        .lapse_multiplier(0.2)
        .minimum_lapse_interval(3)
        .cap_answer_time_to_secs(90)
        .disable_autoplay(true)
        .show_timer(true)
        .skip_question_when_replaying_answer(true)
        .new_mix("after-reviews")
        .review_order("retrievability-ascending")
        .desired_retention(0.85)
        .bury_interday_learning(true)
        .wait_for_audio(false)
        .new_card_sort_order("random-note-then-template")
        .new_card_gather_priority("deck-then-random-notes")
        .param_search("deck:x")
        .easy_days_percentages([1.0, 0.5, 0.0, 1.0, 1.0, 1.0, 1.0])
        .stop_timer_on_answer(true)
        .seconds_to_show_answer(4.5)
        .ignore_revlogs_before_date("2024-02-03");
    assert_eq!(preset.options, expected, "{what}");
    assert_eq!(preset.refused, [""; 0], "{what}");
}

/// A package holds the note types and decks that are in use, a collection all.
fn check_part(
    found: &BTreeMap<i64, Value>,
    truth: &Value,
    mut used: impl Iterator<Item = i64>,
    extent: Extent,
    what: &str,
) {
    let mut expected = by_id(truth.as_array().unwrap().iter().map(said));
    if extent == Extent::Package {
        assert!(used.all(|id| found.contains_key(&id)), "{what}");
        expected.retain(|id, _| found.contains_key(id));
    }
    assert_eq!(found, &expected, "{what}");
}

fn by_id(values: impl Iterator<Item = Value>) -> BTreeMap<i64, Value> {
    values.map(|it| (it["id"].as_i64().unwrap(), it)).collect()
}

/// What Anki says, without what a reader does not keep.
fn said(value: &Value) -> Value {
    /// Of a whole object, and what learners did today.
    const LEFT_OUT: &[&str] = &[
        "usn",
        "req",
        "ord",
        "did",
        "lrnToday",
        "revToday",
        "newToday",
        "timeToday",
        "browserCollapsed",
        "extendNew",
        "extendRev",
        "newLimitToday",
        "reviewLimitToday",
        "separate",
        "delays",
        "previewDelay",
        "previewAgainSecs",
        "previewHardSecs",
        "previewGoodSecs",
    ];
    let mut object = value.as_object().unwrap().clone();
    object.retain(|key, value| {
        let default = value.is_null() || (key == "md" && *value == false);
        !default && !LEFT_OUT.contains(&key.as_str())
    });
    for key in ["flds", "tmpls"] {
        if let Some(Value::Array(items)) = object.get_mut(key) {
            *items = items.iter().map(said).collect();
        }
    }
    Value::Object(object)
}

fn with_rest(value: Value, other: &str) -> Value {
    let Value::Object(mut object) = value else {
        panic!("no object")
    };
    object.retain(|_, value| !value.is_null());
    if !other.is_empty() {
        let other: Map<String, Value> = serde_json::from_str(other).unwrap();
        object.extend(other);
    }
    Value::Object(object)
}

fn note_type(it: &StoredNoteType) -> Value {
    let fields = it.fields.iter().map(|it| {
        let value = json!({
            "name": it.name, "id": it.id, "sticky": it.sticky, "rtl": it.rtl, "font": it.font,
            "size": it.size, "description": it.description, "plainText": it.plain_text,
            "collapsed": it.collapsed, "excludeFromSearch": it.exclude_from_search,
            "tag": it.tag, "preventDeletion": it.prevent_deletion,
        });
        with_rest(value, &it.other)
    });
    let templates = it.templates.iter().map(|it| {
        assert_eq!(it.deck, None);
        let value = json!({
            "name": it.name, "id": it.id, "qfmt": it.front, "afmt": it.back,
            "bqfmt": it.browser_front, "bafmt": it.browser_back, "bfont": it.browser_font,
            "bsize": it.browser_size,
        });
        with_rest(value, &it.other)
    });
    let stock = (it.original_stock_kind != 0).then_some(it.original_stock_kind);
    let value = json!({
        "id": it.id, "name": it.name, "type": i32::from(it.kind == deckle::model::NoteTypeKind::Cloze),
        "mod": it.modified, "sortf": it.sort_field, "css": it.css,
        "latexPre": it.latex.preamble, "latexPost": it.latex.postamble,
        "latexsvg": it.latex.svg, "originalStockKind": stock, "originalId": it.original_id,
        "flds": fields.collect::<Vec<_>>(), "tmpls": templates.collect::<Vec<_>>(),
    });
    with_rest(value, &it.other)
}

fn deck(it: &StoredDeck) -> Value {
    let mut value = json!({
        "id": it.id, "name": it.name, "mod": it.modified, "desc": it.description,
        "md": it.markdown_description.then_some(true), "collapsed": it.collapsed,
    });
    match &it.kind {
        StoredDeckKind::Normal {
            preset,
            new_limit,
            review_limit,
            desired_retention,
            ..
        } => {
            let percent = desired_retention.map(|it| (it * 100.0).round() as u32);
            value["dyn"] = json!(0);
            value["conf"] = json!(preset);
            value["newLimit"] = json!(new_limit);
            value["reviewLimit"] = json!(review_limit);
            value["desiredRetention"] = json!(percent);
        }
        StoredDeckKind::Filtered {
            reschedule, terms, ..
        } => {
            let terms = terms
                .iter()
                .map(|it| json!([it.search, it.limit, it.order]));
            value["dyn"] = json!(1);
            value["resched"] = json!(reschedule);
            value["terms"] = terms.collect();
        }
        _ => panic!("{it:?}"),
    }
    with_rest(value, &it.other)
}

/// Names with sizes and SHA-1, both of the list and of the bytes.
fn media(reader: &mut PackageReader) -> Value {
    let mut found = Map::new();
    for media in reader.contents().media.clone() {
        let mut bytes = Vec::new();
        let length = reader.copy_media(&media, &mut bytes).unwrap();
        assert_eq!(media.size, Some(length));
        let digest: [u8; 20] = Sha1::digest(&bytes).into();
        assert!(media.sha1.is_none_or(|it| it == digest));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(media.file_name(), Some(media.name.as_str()));
        found.insert(media.name, json!([length, hex]));
    }
    Value::Object(found)
}

#[test]
fn own_packages_are_read() {
    let mut reader = PackageReader::new(Cursor::new(own_package()), ReadLimits::default()).unwrap();
    let contents = reader.contents();
    assert_eq!(contents.variant.name(), "legacy1");
    assert_eq!((contents.schema, contents.notes.len()), (11, 3));
    let media = contents.media[0].clone();
    let mut bytes = Vec::new();
    assert_eq!(reader.copy_media(&media, &mut bytes).unwrap(), 3);
    assert_eq!(bytes, b"png");
}

/// Each file that Anki wrote, cut off and with a broken byte at places all over it. Inside an
/// archive a checksum finds most of them; the bare database has none.
#[test]
fn broken_files_of_the_real_anki_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [folder.path().as_os_str()];
    let output = run_script("anki-26.9.3", "export.py", &arguments, b"").unwrap();
    assert!(output.status.success());
    for (file, cut, flipped) in [
        ("legacy.apkg", 5_003, 1_009),
        ("latest.apkg", 1_009, 257),
        ("collection.anki2", 5_003, 331),
    ] {
        let bytes = std::fs::read(folder.path().join(file)).unwrap();
        for length in (0..bytes.len()).step_by(cut) {
            read_all(&bytes[..length]);
        }
        // The ends hold what everything else hangs on: headers, and the list of entries.
        let ends = (0..200).chain(bytes.len() - 1_500..bytes.len()).step_by(7);
        for at in (0..bytes.len()).step_by(flipped).chain(ends) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x41;
            read_all(&broken);
        }
    }
}

#[test]
fn broken_packages_of_our_own_are_told() {
    let bytes = own_package();
    for length in (0..bytes.len()).step_by(97) {
        assert!(
            PackageReader::new(Cursor::new(bytes[..length].to_vec()), ReadLimits::default())
                .is_err()
        );
    }
    for at in (0..bytes.len()).step_by(3) {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        read_all(&broken);
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
        let database: Vec<u8> = [b"SQLite format 3\0".as_slice(), &bytes].concat();
        read_all(&database);
    }
}
