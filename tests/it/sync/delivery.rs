//! What arrives, what a learner keeps, and how often anything is sent.

use deckle::sync::{Credentials, HostKey, PushOptions, Removal, Removed, Server, push};
use deckle::{Deck, DeckOptions, ErrorKind, NoteType};
use serde_json::json;

use super::account::{Account, FIRST, Releases, World, Written, guid, note, words};

fn verbs() -> Vec<Written> {
    vec![
        Written::new("ser", &["ser", "to be"]).tags(&["verb"]),
        Written::new("ir", &["ir", "to go"]),
        Written::new("ver", &["ver", "to see"]),
    ]
}

fn plain() -> PushOptions {
    PushOptions::new()
}

#[test]
fn notes_arrive_once_and_changes_follow() {
    let account = Account::with_two();
    account.ask("a", "review", json!({"count": 1, "deck": "Mine"}));
    let own = account.schedules("a");
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    let dry = account.push(&first, &plain().dry_run(true));
    assert_eq!((dry.sent, dry.added, dry.cards), (true, 3, 6));
    assert!(dry.bytes > 100, "{dry:?}");
    assert_eq!(account.sync("b"), "NO_CHANGES");
    let pushed = account.push(&first, &plain());
    assert_eq!((pushed.added, pushed.cards, pushed.changed), (3, 6, 0));
    assert_eq!(pushed.decks, ["Spanish", "Spanish::Verbs"]);
    assert_eq!(pushed.note_types, ["Words (test)"]);
    account.settle();
    account.repeat(&first, &plain());
    let notes = account.notes("a");
    assert_eq!(note(&notes, "ser")["tags"], json!(["verb"]));
    assert_eq!(note(&notes, "ser")["decks"]["1"], "Spanish::Verbs");
    // What was answered offline is there.
    let reviews = &account.schedules("b")["reviews"];
    assert_eq!(*reviews, own["reviews"]);

    // The learner studies, tags, and edits two of the notes, one before the author did.
    account.ask("a", "review", json!({"count": 4, "deck": "Spanish"}));
    let edit = |word: &str, text: &str, seconds: i64| {
        let guid = guid(&account.notes("a"), word);
        let edit = json!({"guid": guid, "field": "Meaning", "text": text, "mod": seconds});
        account.ask("a", "edit", edit);
        guid
    };
    let lost = edit("ir", "mine", FIRST + 500);
    let kept = edit("ver", "mine, later", FIRST + 5000);
    // A tag makes a note newer; the author's next change has to be newer still.
    account.ask("a", "tag", json!({"guid": lost, "tag": "marked"}));
    account.ask(
        "a",
        "edit",
        json!({"guid": lost, "field": "Meaning", "text": "mine", "mod": FIRST + 500}),
    );
    account.settle();
    let before = account.schedules("a");
    let mut changed = verbs();
    changed[0] = changed[0].clone().fields(1, &["ser", "TO be"]);
    changed[1] = changed[1]
        .clone()
        .fields(1, &["ir", "TO go"])
        .tags(&["new"]);
    changed[2] = changed[2].clone().fields(1, &["ver", "TO see"]);
    changed.push(Written::new("dar", &["dar", "to give"]).fields(1, &["dar", "to give"]));
    let second = releases.build(&words(), &changed);
    let based = plain().base(&first);
    let pushed = account.push(&second, &based);
    assert_eq!((pushed.added, pushed.changed, pushed.current), (1, 2, 1));
    assert_eq!(pushed.overwritten, [lost]);
    assert_eq!(pushed.kept, [kept]);
    account.settle();
    account.repeat(&second, &plain().base(&second));
    let notes = account.notes("b");
    let meaning = |word: &str| note(&notes, word)["fields"]["Meaning"].clone();
    assert_eq!(meaning("ser"), "TO be");
    assert_eq!(meaning("ir"), "TO go");
    assert_eq!(meaning("ver"), "mine, later");
    assert_eq!(note(&notes, "ir")["tags"], json!(["marked", "new"]));
    let after = account.schedules("b");
    assert_eq!(after["reviews"], before["reviews"]);
    let rows = before["cards"].as_array().unwrap();
    let there = after["cards"].as_array().unwrap();
    assert!(rows.iter().all(|it| there.contains(it)), "{before} {after}");
    assert_eq!(there.len(), rows.len() + 2);
}

#[test]
fn what_a_device_did_offline_stays() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    account.push(&first, &plain());
    account.settle();
    // Answered, and not synchronized yet.
    let answered = account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    let before = account.schedules("a");
    let ver = guid(&account.notes("a"), "ver");
    account.ask(
        "a",
        "edit",
        json!({"guid": ver, "field": "Meaning", "text": "offline"}),
    );
    let mut changed = verbs();
    changed[0] = changed[0]
        .clone()
        .fields(1, &["ser", "TO be"])
        .deck("Elsewhere");
    changed[1] = changed[1].clone().deck("Elsewhere");
    changed[2] = changed[2]
        .clone()
        .fields(1, &["ver", "TO see"])
        .deck("Elsewhere");
    let second = releases.build(&words(), &changed);
    let pushed = account.push(&second, &plain().base(&first));
    assert_eq!((pushed.moved, pushed.changed), (6, 2));
    account.settle();
    assert_eq!(answered.as_array().unwrap().len(), 3);
    assert_eq!(account.schedules("b"), before);
    let notes = account.notes("b");
    assert_eq!(note(&notes, "ver")["fields"]["Meaning"], "offline");
    assert_eq!(note(&notes, "ser")["fields"]["Meaning"], "TO be");
    account.repeat(&second, &plain().base(&second));
}

#[test]
fn cards_move_only_from_where_they_were() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    account.push(&first, &plain());
    account.settle();
    account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
    let ver = guid(&account.notes("a"), "ver");
    account.ask("a", "move", json!({"guid": ver, "deck": "Mine::Verbs"}));
    account.ask("a", "filtered", json!({"search": "Word:ser"}));
    account.settle();
    let before = account.schedules("a");
    let moved: Vec<Written> = verbs()
        .into_iter()
        .map(|it| it.deck("spanish::Irregular"))
        .collect();
    let second = releases.build(&words(), &moved);
    let based = plain().base(&first);
    let dry = account.push(&second, &based.clone().dry_run(true));
    let pushed = account.push(&second, &based);
    assert_eq!((pushed.moved, pushed.stayed), (4, 2));
    assert_eq!((dry.moved, dry.stayed, &dry.decks), (4, 2, &pushed.decks));
    assert_eq!(pushed.decks, ["Spanish::Irregular"]);
    account.settle();
    account.repeat(&second, &based);
    account.repeat(&second, &plain().base(&second));
    let notes = account.notes("b");
    assert_eq!(note(&notes, "ver")["decks"]["0"], "Mine::Verbs");
    assert_eq!(note(&notes, "ir")["decks"]["0"], "Spanish::Irregular");
    // At home there, even while a filtered deck holds it.
    assert_eq!(note(&notes, "ser")["decks"]["0"], "Spanish::Irregular");
    // Nothing but decks is another: `odid` says the home.
    let without_home = |all: &serde_json::Value| {
        let mut rows = all["cards"].as_array().unwrap().clone();
        rows.iter_mut().for_each(|it| it[12] = 0.into());
        rows
    };
    assert_eq!(without_home(&account.schedules("b")), without_home(&before));
    // Without a base nobody knows where they were.
    let third = releases.build(&words(), &verbs());
    assert_eq!(account.push(&third, &plain()).moved, 0);
}

#[test]
fn removed_notes_are_treated_as_was_said() {
    for (removed, treated) in [
        (Removed::Keep, 0),
        (Removed::Tag, 2),
        (Removed::Suspend, 2),
        (Removed::Delete, 2),
    ] {
        let account = Account::with_two();
        let releases = Releases::new();
        let first = releases.build(&words(), &verbs());
        account.push(&first, &plain());
        account.settle();
        // A device that studies offline meanwhile.
        account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
        let second =
            releases.build_with(&words(), &verbs()[..1], |it| it.media_bytes("_x.css", "x"));
        let options = plain().base(&first).removed(removed);
        if removed != Removed::Keep {
            let error = account.try_push(
                &second,
                &options.clone().removed(Removal::new(removed).most(1)),
            );
            assert_eq!(*error.unwrap_err().kind(), ErrorKind::TooManyRemoved(2));
            assert_eq!(account.sync("b"), "NO_CHANGES");
            assert_eq!(account.ask("b", "files", json!({})), json!({}));
        }
        let options = options.removed(Removal::new(removed).most(2));
        let pushed = account.push(&second, &options);
        assert_eq!(
            (pushed.removed.len(), pushed.treated),
            (2, treated),
            "{removed:?}"
        );
        let texts: Vec<&str> = pushed.removed.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(texts, ["ir", "ver"]);
        account.settle();
        let count = |query: &str| account.ask("b", "sql", json!({"query": query}))[0][0].clone();
        let expect = if removed == Removed::Delete { 2 } else { 4 };
        assert_eq!(count("select count() from notes"), expect, "{removed:?}");
        let tagged = "select count() from notes where tags like '% deckle::removed %'";
        assert_eq!(count(tagged), if removed == Removed::Tag { 2 } else { 0 });
        let reviews = count("select count() from revlog");
        assert_eq!(reviews, 2, "{removed:?}");
        let open = account.push(&second, &options);
        assert!(
            !open.sent || removed == Removed::Suspend,
            "{removed:?} {open:#?}"
        );
        account.settle();
        let suspended = count("select count() from cards where queue = -1");
        assert_eq!(suspended, if removed == Removed::Suspend { 4 } else { 0 });
        // They can come back.
        let third = releases.build(&words(), &verbs());
        let pushed = account.push(&third, &plain().base(&second));
        let is_back = removed == Removed::Delete;
        assert_eq!(pushed.added, if is_back { 2 } else { 0 });
        assert_eq!(pushed.returned.len(), pushed.added);
        account.settle();
    }
}

#[test]
fn a_fresh_account_takes_a_package() {
    let account = Account::new();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    let pushed = account.push(&first, &plain());
    assert!(pushed.first && pushed.added == 3, "{pushed:?}");
    let asked = account.ask("a", "sync", json!({"url": account.url()}));
    assert_eq!(asked, "FULL_DOWNLOAD");
    for device in ["a", "b"] {
        account.ask(
            device,
            "full",
            json!({"url": account.url(), "upload": false}),
        );
    }
    account.settle();
    account.repeat(&first, &plain());
    assert!(!account.push(&first, &plain()).first);
    account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    account.settle();
    // One that has cards is asked which of both to keep.
    account.ask(
        "c",
        "add",
        json!({"note_type": "Basic", "deck": "Mine", "fields": ["x", "y"]}),
    );
    let asked = account.ask("c", "sync", json!({"url": account.url()}));
    assert_eq!(asked, "FULL_SYNC");
}

#[test]
fn an_older_anki_takes_part() {
    let account = Account::with_devices_of("anki-25.9.2");
    account.join();
    let releases = Releases::new();
    let first = releases.build_with(&words(), &verbs(), |it| it.media_bytes("_x.css", "x"));
    account.push(&first, &plain());
    account.settle();
    account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    account.settle();
    let before = account.schedules("b");
    let mut changed = verbs();
    changed[0] = changed[0]
        .clone()
        .fields(1, &["ser", "TO be"])
        .deck("Other");
    changed.pop();
    let second = releases.build(&words(), &changed);
    let options = plain().base(&first).removed(Removed::Tag);
    let pushed = account.push(&second, &options);
    assert_eq!((pushed.changed, pushed.moved, pushed.treated), (1, 2, 1));
    account.settle();
    assert_eq!(account.schedules("b"), before);
    account.repeat(&second, &options);
}

#[test]
fn new_decks_have_the_package_s_options_and_old_ones_their_own() {
    let account = Account::with_two();
    let releases = Releases::new();
    let options = DeckOptions::new("Slow").new_per_day(7);
    let package = |deck: &str| {
        let note = deckle::Note::new(&words()).fields(["x", deck]).key(deck);
        let mut deck = Deck::new(deck)
            .description("<b>What</b>")
            .options(options.clone());
        deck.add(note).unwrap();
        releases.build_with(&words(), &[], |it| it.deck(deck))
    };
    let first = package("Own::A");
    let pushed = account.push(&first, &plain());
    assert_eq!(pushed.presets, ["Slow"]);
    account.settle();
    let found = account.ask("b", "options", json!({"deck": "Own::A"}));
    assert_eq!(
        (found["name"].clone(), found["new"]["perDay"].clone()),
        (json!("Slow"), json!(7))
    );
    account.repeat(&first, &plain());
    // The preset is there already, and the deck of the learner's keeps its own.
    let second = package("Mine");
    let third = package("Own::B");
    assert_eq!(account.push(&second, &plain()).presets, [""; 0]);
    assert_eq!(account.push(&third, &plain()).presets, [""; 0]);
    account.settle();
    let name = |deck: &str| account.ask("b", "options", json!({"deck": deck}))["name"].clone();
    assert_eq!(
        (name("Mine"), name("Own::B")),
        (json!("Default"), json!("Slow"))
    );
}

#[test]
fn a_filtered_deck_of_the_name_is_left_alone() {
    let account = Account::with_two();
    account.ask("a", "filtered", json!({"search": "deck:Mine"}));
    account.settle();
    let releases = Releases::new();
    let first = releases.build(
        &words(),
        &[Written::new("x", &["x", "y"]).deck("Cram::Deep")],
    );
    let pushed = account.push(&first, &plain());
    assert_eq!(pushed.decks, ["Cram+", "Cram+::Deep"]);
    account.settle();
    account.repeat(&first, &plain());
}

#[test]
fn clozes_and_cards_beyond_what_was_there_are_made() {
    let account = Account::with_two();
    let releases = Releases::new();
    let cloze = NoteType::cloze();
    let fields: Vec<&str> = vec!["{{c1::a}} {{c3::b}}"];
    let first = releases.build(&cloze, &[Written::new("x", &fields)]);
    assert_eq!(account.push(&first, &plain()).cards, 2);
    account.settle();
    account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
    account.settle();
    let before = account.schedules("a");
    let more = "{{c1::a}} {{c2::b}} {{c3::c}}";
    let second = releases.build(&cloze, &[Written::new("x", &fields).fields(1, &[more])]);
    let pushed = account.push(&second, &plain().base(&first));
    assert_eq!((pushed.changed, pushed.cards), (1, 1));
    account.settle();
    let after = account.schedules("b");
    let cards = after["cards"].as_array().unwrap();
    assert_eq!(cards.len(), before["cards"].as_array().unwrap().len() + 1);
    assert!(
        before["cards"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| cards.contains(it))
    );
    assert_eq!(account.ask("b", "empty_cards", json!({})), 0);
    account.repeat(&second, &plain());
}

#[test]
fn a_key_does_instead_of_the_password() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    let key = account.push(&first, &plain()).key.unwrap();
    let with = |login: Credentials| {
        let server = Server::new(&account.url(), login).unwrap();
        push(&server, &first, &plain(), &World)
    };
    let kept = HostKey::new(key.as_str());
    assert!(!with(Credentials::of_key(kept)).unwrap().sent);
    // One that is too old is replaced.
    let old = HostKey::new("0123456789abcdef");
    let login = Credentials::new("me", "secret").key(old.clone());
    assert_eq!(with(login).unwrap().key, Some(key));
    let error = with(Credentials::of_key(old)).unwrap_err();
    assert!(
        error.to_string().contains("takes the login no more"),
        "{error}"
    );
}

/// A server tells nobody of the second deletion of one id, so nothing gets an id that was deleted.
#[test]
fn what_is_deleted_again_is_gone_everywhere() {
    let account = Account::with_two();
    let releases = Releases::new();
    let whole = releases.build(&words(), &verbs());
    let less = releases.build(&words(), &verbs()[..2]);
    let remove = |base: &std::path::Path| {
        plain()
            .base(base)
            .removed(Removal::new(Removed::Delete).most(1))
    };
    account.push(&whole, &plain());
    account.settle();
    for round in 0..2 {
        let ver = guid(&account.notes("a"), "ver");
        account.ask("a", "delete", json!({"guid": ver}));
        account.settle();
        let pushed = account.push(&whole, &plain());
        assert_eq!((pushed.added, &pushed.returned), (1, &vec![ver]), "{round}");
        account.settle();
        let pushed = account.push(&less, &remove(&whole));
        assert_eq!((pushed.treated, pushed.removed.len()), (1, 1), "{round}");
        account.settle();
        assert_eq!(account.notes("b").as_object().unwrap().len(), 3, "{round}");
        assert_eq!(account.push(&whole, &plain()).added, 1, "{round}");
        account.settle();
    }
    assert_eq!(account.notes("b").as_object().unwrap().len(), 4);
}
