//! Note types that change: names, styles, fields and card templates.

use deckle::sync::PushOptions;
use deckle::{CardTemplate, Field, NoteType};
use serde_json::json;

use super::account::{Account, FIRST, Releases, Written, guid, note, words};

fn verbs() -> Vec<Written> {
    vec![
        Written::new("ser", &["ser", "to be"]),
        Written::new("ir", &["ir", "to go"]),
    ]
}

fn plain() -> PushOptions {
    PushOptions::new()
}

/// The note type with fields and card templates that have ids, as deckle gives them.
fn shaped(
    fields: &[(&str, i64)],
    templates: &[(&str, &str, i64)],
    css: &str,
    release: i64,
) -> NoteType {
    let mut builder = NoteType::builder("Words (test)")
        .id(1_607_392_321)
        .css(css)
        .modified(FIRST + 1000 * release);
    for (name, id) in fields {
        builder = builder.field(Field::new(*name).id(*id));
    }
    for (name, front, id) in templates {
        let template = CardTemplate::new(*name, *front, "{{FrontSide}}");
        builder = builder.card_template(template.id(*id));
    }
    builder.build().unwrap()
}

const FIELDS: &[(&str, i64)] = &[("Word", 1), ("Meaning", 2)];
const CARDS: &[(&str, &str, i64)] = &[("Meaning", "{{Word}}", 11), ("Word", "{{Meaning}}", 12)];

#[test]
fn names_and_styles_change_where_a_learner_left_them() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&shaped(FIELDS, CARDS, "a {}", 0), &verbs());
    account.push(&first, &plain());
    account.settle();
    account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
    account.settle();
    let before = account.schedules("a");
    // Fields exchange their names, a template gets another one.
    let fields = &[("Meaning", 1), ("Word", 2)];
    let cards = &[("Forth", "{{Meaning}}", 11), ("Word", "{{Word}}", 12)];
    let second = releases.build(&shaped(fields, cards, "b {}", 1), &verbs());
    let based = plain().base(&first);
    let pushed = account.push(&second, &based);
    assert_eq!(pushed.restyled, ["Words (test)"]);
    assert_eq!((pushed.changed, pushed.styles_kept.len()), (0, 0));
    account.settle();
    account.repeat(&second, &plain());
    let found = &account.ask("b", "note_types", json!({}))["Words (test)"];
    assert_eq!(found["css"], "b {}");
    assert_eq!(found["flds"][0]["name"], "Meaning");
    assert_eq!(found["tmpls"][0]["name"], "Forth");
    let notes = account.notes("b");
    assert_eq!(note(&notes, "to be")["fields"]["Meaning"], "ser");
    assert_eq!(account.schedules("b"), before);

    // The learner's style is newer and stays, what the author changes elsewhere comes.
    account.ask(
        "a",
        "style",
        json!({"note_type": "Words (test)", "css": "mine {}"}),
    );
    account.settle();
    let cards = &[
        ("Forth", "<b>{{Meaning}}</b>", 11),
        ("Word", "{{Word}}", 12),
    ];
    let third = releases.build(&shaped(fields, cards, "b {}", 2), &verbs());
    let pushed = account.push(&third, &plain().base(&second));
    assert_eq!((pushed.restyled.len(), pushed.styles_kept.len()), (1, 1));
    assert_eq!(pushed.styles_overwritten, [""; 0]);
    account.settle();
    let found = &account.ask("b", "note_types", json!({}))["Words (test)"];
    assert_eq!(found["css"], "mine {}");
    assert_eq!(found["tmpls"][0]["qfmt"], "<b>{{Meaning}}</b>");
    // Without a base the newer one wins as a whole: the learner's.
    let pushed = account.push(&second, &plain());
    assert_eq!((pushed.sent, pushed.styles_kept.len()), (false, 1));
}

#[test]
fn a_new_field_moves_notes_to_a_new_note_type() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&shaped(FIELDS, CARDS, "", 0), &verbs());
    account.push(&first, &plain());
    account.settle();
    account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    let edited = guid(&account.notes("a"), "ir");
    account.ask(
        "a",
        "edit",
        json!({"guid": edited, "field": "Meaning", "text": "mine"}),
    );
    let own = json!({"note_type": "Words (test)", "deck": "Mine", "fields": ["own", "my own"]});
    account.ask("a", "add", own);
    account.settle();
    let before = account.schedules("a");
    let fields = &[("Word", 1), ("Hint", 3), ("Meaning", 2)];
    let notes = vec![
        Written::new("ser", &["ser", "s", "to be"]),
        Written::new("ir", &["ir", "i", "TO go"]),
        Written::new("dar", &["dar", "d", "to give"]),
    ];
    let second = releases.build(&shaped(fields, CARDS, "", 1), &notes);
    let dry = account.push(&second, &plain().base(&first).dry_run(true));
    let pushed = account.push(&second, &plain().base(&first));
    for it in [&dry, &pushed] {
        assert_eq!(it.reshaped, ["Words (test)"]);
        assert_eq!((it.repointed, it.added, it.changed), (2, 1, 0), "{it:#?}");
    }
    account.settle();
    account.repeat(&second, &plain().base(&first));
    account.repeat(&second, &plain().base(&second));
    let notes = account.notes("b");
    let ser = note(&notes, "ser");
    assert_eq!(
        ser["fields"],
        json!({"Word": "ser", "Hint": "s", "Meaning": "to be"})
    );
    assert_eq!(ser["type"], "Words (test)+");
    let ir = note(&notes, "ir");
    assert_eq!(
        ir["fields"],
        json!({"Word": "ir", "Hint": "i", "Meaning": "mine"})
    );
    assert_eq!(note(&notes, "dar")["type"], "Words (test)+");
    // A note of the learner's own is no business of the author's.
    assert_eq!(note(&notes, "own")["type"], "Words (test)");
    let found = account.ask("b", "note_types", json!({}));
    assert_eq!(found["Words (test)+"]["originalId"], 1_607_392_321);
    let after = account.schedules("b");
    let cards = after["cards"].as_array().unwrap();
    assert!(
        before["cards"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| cards.contains(it))
    );
    assert_eq!(after["reviews"], before["reviews"]);

    // The heir takes what comes later, and grows again.
    let notes = vec![
        Written::new("ser", &["ser", "s", "to be"]).fields(2, &["ser", "S", "TO be"]),
        Written::new("ir", &["ir", "i", "TO go"]),
        Written::new("dar", &["dar", "d", "to give"]),
    ];
    let third = releases.build(&shaped(fields, CARDS, "c {}", 2), &notes);
    let pushed = account.push(&third, &plain().base(&second));
    assert_eq!((pushed.changed, pushed.repointed), (1, 0));
    assert_eq!((pushed.restyled.len(), pushed.reshaped.len()), (1, 0));
    account.settle();
    let cards = &[CARDS[0], CARDS[1], ("Hint", "{{Hint}}", 13)];
    let fourth = releases.build(&shaped(fields, cards, "c {}", 3), &notes);
    let pushed = account.push(&fourth, &plain().base(&third));
    assert_eq!((pushed.repointed, pushed.cards), (3, 3), "{pushed:#?}");
    account.settle();
    account.repeat(&fourth, &plain());
    assert_eq!(note(&account.notes("b"), "ser")["type"], "Words (test)++");
    assert_eq!(account.ask("b", "empty_cards", json!({})), 0);
}

#[test]
fn what_has_more_there_stays() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&shaped(FIELDS, CARDS, "", 0), &verbs());
    account.push(&first, &plain());
    account.settle();
    account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    account.settle();
    let before = account.schedules("a");
    // The author exchanges the fields, and takes a template away: cards depend on it.
    let fields = &[("Meaning", 2), ("Word", 1)];
    let notes = vec![
        Written::new("ser", &["", ""]).fields(1, &["TO be", "ser"]),
        Written::new("ir", &["to go", "ir"]),
    ];
    let second = releases.build(&shaped(fields, &CARDS[..1], "", 1), &notes);
    let pushed = account.push(&second, &plain().base(&first));
    assert_eq!(pushed.shapes_kept, ["Words (test)"]);
    assert_eq!(
        (pushed.changed, pushed.repointed, pushed.kept.len()),
        (1, 0, 0)
    );
    account.settle();
    account.repeat(&second, &plain().base(&second));
    let notes = account.notes("b");
    assert_eq!(note(&notes, "ser")["fields"]["Meaning"], "TO be");
    assert_eq!(note(&notes, "ir")["fields"]["Meaning"], "to go");
    assert_eq!(account.schedules("b"), before);
}

#[test]
fn a_note_of_another_note_type_is_left_alone() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    account.push(&first, &plain());
    let other = NoteType::builder("Other (test)")
        .id(1_607_392_399)
        .fields(["Word"])
        .template("Card", "{{Word}}", "x")
        .modified(FIRST)
        .build()
        .unwrap();
    let notes = [
        Written::new("ser", &["SER"]).fields(1, &["SER"]),
        Written::new("dar", &["dar"]),
    ];
    let second = releases.build(&other, &notes);
    let pushed = account.push(&second, &plain().base(&first));
    assert_eq!(
        (pushed.conflicts.len(), pushed.added),
        (1, 1),
        "{pushed:#?}"
    );
    account.settle();
    assert_eq!(note(&account.notes("b"), "ser")["type"], "Words (test)");
}
