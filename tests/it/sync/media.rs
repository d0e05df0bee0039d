//! Media: sent once, replaced where nobody else did, and never at the cost of a learner's.

use deckle::Package;
use deckle::sync::PushOptions;
use serde_json::json;

use super::account::{Account, Releases, Written, words};

fn plain() -> PushOptions {
    PushOptions::new()
}

#[test]
fn media_arrive_once() {
    let account = Account::with_two();
    let releases = Releases::new();
    let notes = [Written::new(
        "x",
        &["<img src=\"жук.png\">", "[sound:a.mp3]"],
    )];
    // More than fit into two archives.
    let more = |package: Package, style: &str| {
        let mut package = package
            .media_bytes("жук.png", "picture")
            .media_bytes("a.mp3", "sound")
            .media_bytes("_style.css", style.to_owned())
            .media_bytes("_empty.css", "");
        for index in 0..60 {
            package = package.media_bytes(format!("_{index}.png"), format!("{index}"));
        }
        package
    };
    let first = releases.build_with(&words(), &notes, |it| more(it, "a"));
    let dry = account.push(&first, &plain().dry_run(true));
    let pushed = account.push(&first, &plain());
    for it in [&dry, &pushed] {
        assert_eq!(it.media, 63, "{it:?}");
        assert_eq!(
            it.media_left_out,
            [("_empty.css".to_owned(), "it is empty")]
        );
    }
    account.settle();
    let files = account.ask("b", "files", json!({}));
    assert_eq!(
        (files["жук.png"].clone(), files["_59.png"].clone()),
        (json!("picture"), json!("59"))
    );
    account.repeat(&first, &plain());

    // What the base brought is replaced; what a learner did stays.
    let second = releases.build_with(&words(), &notes, |it| more(it, "b"));
    let unknown = account.push(&second, &plain());
    assert_eq!(
        (unknown.media, unknown.media_kept),
        (0, vec!["_style.css".to_owned()])
    );
    let pushed = account.push(&second, &plain().base(&first));
    assert_eq!(
        (pushed.sent, pushed.media, pushed.media_kept.len()),
        (true, 1, 0)
    );
    account.settle();
    assert_eq!(account.ask("b", "files", json!({}))["_style.css"], "b");
    account.ask("a", "store", json!({"name": "_style.css", "text": "mine"}));
    account.ask("a", "store", json!({"name": "own.png", "text": "mine"}));
    account.settle();
    let third = releases.build_with(&words(), &notes, |it| more(it, "c"));
    let pushed = account.push(&third, &plain().base(&second));
    assert_eq!((pushed.media, pushed.media_kept.len()), (0, 1));
    account.settle();
    let files = account.ask("b", "files", json!({}));
    assert_eq!(
        (files["_style.css"].clone(), files["own.png"].clone()),
        (json!("mine"), json!("mine"))
    );
}

#[test]
fn a_long_list_of_media_is_read_to_its_end() {
    let account = Account::with_two();
    let releases = Releases::new();
    let note = [Written::new("x", &["x", "y"])];
    let first = releases.build_with(&words(), &note, |mut package| {
        for index in 0..1100 {
            package = package.media_bytes(format!("_{index}.png"), index.to_string());
        }
        package
    });
    assert_eq!(account.push(&first, &plain()).media, 1100);
    account.settle();
    account.repeat(&first, &plain());
}
