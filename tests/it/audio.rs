//! Sounds that programs make: what they are asked to speak, that builds run none of them, and that
//! what was made stays.

use crate::cli::Place;
use crate::sample::sample;

/// `tee` speaks a text by writing it down, `printf` encodes it as a frame of MP3 with 20 bytes of it.
const TYPES: &str = "
types:
  - key: word
    fields: [Word, Meaning, Audio, Other]
    card-templates: [{name: Card, front: _front.html, back: _back.html}]
defaults: {type: word}
";

fn place(audio: &str, words: &str) -> Place {
    let manifest = format!(
        "format: 1\nname: Spanish\nuid: 5c2d1c1e-90f1-4b5a-8d0f-5e1f0d5f3f77\naudio:\n  version: [echo, '1.0']\n  command: [tee, '{{out}}']\n  encode: [sh, -c, 'printf \"\\377\\363\\024\\304%-20.20s\" \"$(cat \"$1\")\" > \"$2\"', sh, '{{in}}', '{{out}}']\n{audio}{TYPES}"
    );
    Place::new(&[
        ("deckle.yaml", &manifest),
        ("_front.html", "{{Word}}{{Audio}}"),
        ("_back.html", "{{Meaning}}{{Other}}"),
        ("words.yaml", words),
    ])
}

/// The files of made sounds: the stems of their names and what is in them.
fn made(place: &Place) -> Vec<(String, String)> {
    let files = place.files();
    let made = files.iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix("notes/media/made/")?;
        let (stem, hash) = name.rsplit_once('-').unwrap();
        assert_eq!(hash.len(), "0123456789abcdef.mp3".len(), "{name}");
        let text = std::str::from_utf8(&bytes[4..]).unwrap();
        Some((stem.to_owned(), text.trim_end().to_owned()))
    });
    made.collect()
}

#[test]
fn sounds_are_made_once_and_stay() {
    let words = "- {Word: '**hablar**', Meaning: to speak}\n- {Word: '-w {out} $(x)', Meaning: x}\n- {Word: leer, Meaning: to read, Audio: '![](own.mp3)'}\n";
    let place = place("  fields: {Audio: Word}\n", words);
    place.put("own.mp3", sample("own.mp3", "own"));
    let run = place.run(&["build"]);
    assert_eq!(run.code.unwrap(), 1, "{run:?}");
    assert!(run.stderr.contains("2 sounds were not made yet"), "{run:?}");
    let run = place.run(&["audio", "--dry-run"]);
    assert_eq!(
        (run.code.unwrap(), run.stdout.lines().count()),
        (0, 2),
        "{run:?}"
    );
    assert_eq!(made(&place), Vec::new());

    let run = place.run(&["audio"]);
    assert_eq!(run.code.unwrap(), 0, "{run:?}");
    let expected = [("hablar", "hablar"), ("w_out_x", "-w {out} $(x)")];
    let expected = expected.map(|(stem, text)| (stem.to_owned(), text.to_owned()));
    assert_eq!(made(&place), expected);
    let run = place.run(&["build"]);
    assert_eq!(run.code.unwrap(), 0, "{run:?}");
    let before = place.files();
    let list = String::from_utf8(before["notes/deckle.media"].clone()).unwrap();
    assert!(list.contains("\t1.0\thablar\n"), "{list}");

    // Nothing is left to do, and another version makes nothing new by itself.
    let run = place.run(&["audio"]);
    assert!(run.stderr.contains("nothing to make"), "{run:?}");
    let manifest = String::from_utf8(before["notes/deckle.yaml"].clone()).unwrap();
    place.put("deckle.yaml", manifest.replace("'1.0'", "'2.0'"));
    let run = place.run(&["audio"]);
    assert!(run.stderr.contains("by other versions"), "{run:?}");
    assert_eq!(
        place.files()["notes/deckle.media"],
        before["notes/deckle.media"]
    );
    let run = place.run(&["audio", "--update"]);
    assert_eq!(run.stdout.lines().count(), 2, "{run:?}");

    // Who builds it elsewhere has the same package without any program.
    place.put(
        "deckle.yaml",
        manifest
            .replace("tee,", "tee, ")
            .replace("echo", "no-such-program"),
    );
    let run = place.run(&["build"]);
    assert_eq!(run.code.unwrap(), 0, "{run:?}");
    assert_eq!(
        place.files()["notes/Spanish.apkg"],
        before["notes/Spanish.apkg"]
    );
}

#[test]
fn recorded_sounds_win() {
    let words = "- {Word: 'Hablar?', Meaning: a}\n- {Word: comer, Meaning: b}\n";
    let place = place("  recorded: rec\n  fields: {Audio: Word}\n", words);
    place.put("rec/hablar.ogg", sample("hablar.ogg", "recorded"));
    place.put("rec/comer.txt", "no sound");
    let run = place.run(&["audio"]);
    assert_eq!(run.code.unwrap(), 0, "{run:?}");
    let stems: Vec<String> = made(&place).into_iter().map(|(stem, _)| stem).collect();
    assert_eq!(stems, ["comer"]);
    // A recording in the place of a made file is kept, and never removed.
    let path = run.stdout.split('\t').nth(1).unwrap().to_owned();
    place.put(&path, "my voice");
    place.put("words.yaml", "- {Word: 'Hablar?', Meaning: a}\n");
    let run = place.run(&["audio", "--prune"]);
    assert_eq!((run.code.unwrap(), run.stdout.as_str()), (0, ""), "{run:?}");
    assert_eq!(made(&place).len(), 1);
}

#[test]
fn sounds_that_nobody_asks_for_are_removed_on_request() {
    let place = place(
        "  fields: {Audio: {text: [Other, Word], voice: de}}\n",
        "- {Word: a, Other: b}\n",
    );
    assert_eq!(place.run(&["audio"]).code.unwrap(), 0);
    assert_eq!(made(&place), [("b".to_owned(), "b".to_owned())]);
    place.put("words.yaml", "- {Word: a, Meaning: m}\n");
    assert_eq!(place.run(&["audio"]).code.unwrap(), 0);
    assert_eq!(made(&place).len(), 2);
    let run = place.run(&["audio", "--prune"]);
    assert!(run.stdout.starts_with("removed\tmedia/made/b-"), "{run:?}");
    assert_eq!(made(&place), [("a".to_owned(), "a".to_owned())]);
}

#[test]
fn a_program_that_fails_is_told_with_its_words() {
    let check = |command: &str, code: i32, expect: &str| {
        let place = place("  fields: {Audio: Word}\n", "- {Word: a, Meaning: b}\n");
        let manifest = String::from_utf8(place.files()["notes/deckle.yaml"].clone()).unwrap();
        place.put("deckle.yaml", manifest.replace("[tee, '{out}']", command));
        let run = place.run(&["audio"]);
        assert_eq!(run.code.unwrap(), code, "{run:?}");
        assert!(run.stderr.contains(expect), "{run:?}");
        assert_eq!(made(&place), Vec::new());
    };
    check(
        "[no-such-program, '{out}']",
        3,
        "there is no program `no-such-program`",
    );
    check("[cat, '{out}']", 3, "`cat` ended with code 1: cat:");
    check("[echo, '{out}']", 3, "`echo` ended well, but wrote nothing");
    check("[tee, out]", 1, "does not say where `{out}` goes");
}

/// The learner's note changes with the voice, and only then.
#[test]
fn another_sound_is_another_content() {
    let place = place("  fields: {Audio: Word}\n", "- {Word: a, Meaning: b}\n");
    assert_eq!(place.run(&["audio"]).code.unwrap(), 0);
    assert_eq!(place.run(&["build"]).code.unwrap(), 0);
    let lock = place.files()["notes/deckle.lock"].clone();
    let manifest = String::from_utf8(place.files()["notes/deckle.yaml"].clone()).unwrap();
    // Another command makes the same bytes here: the note stays as it is.
    place.put(
        "deckle.yaml",
        manifest.replace("encode: [cp,", "encode: [cp, -f,"),
    );
    assert_eq!(place.run(&["audio"]).code.unwrap(), 0);
    assert_eq!(place.run(&["build"]).code.unwrap(), 0);
    assert_eq!(place.files()["notes/deckle.lock"], lock);
    place.put(
        "deckle.yaml",
        manifest.replace("{Audio: Word}", "{Other: Word}"),
    );
    assert_eq!(place.run(&["build"]).code.unwrap(), 0);
    assert_ne!(place.files()["notes/deckle.lock"], lock);
}
