//! The table of rules. What Anki does was measured on Anki 26.9.3 and 25.9.2, where it imports a
//! package with its default options and with all of them.

use super::rule::Harm::{Fails, Loses, Odd};
use super::rule::Rule;

macro_rules! rules {
    ($($id:ident: $harm:ident $name:literal, $what:literal, $why:literal, $mend:literal;)*) => {
        $(pub(super) static $id: Rule = Rule {
            name: $name,
            harm: $harm,
            what: $what,
            why: $why,
            mend: $mend,
        };)*

        pub(super) static ALL: &[&Rule] = &[$(&$id),*];
    };
}

rules! {
    UNREADABLE: Fails "unreadable", "the package cannot be read",
        "Anki refuses archives and databases that are damaged, columns with values of another kind or range, and text that is no UTF-8; a limit that is named is deckle's own",
        "build or export the package again, and compare sizes after a download";
    FILE_NAME: Loses "file-name", "the file has the name of a backup",
        "Anki takes `collection.apkg` and `backup-...apkg` for a whole collection and replaces the learner's with it",
        "give the file another name";
    FILE_ENDING: Odd "file-ending", "the file's name does not end in `.apkg`",
        "AnkiDroid opens no other packages",
        "give the file a name that ends in `.apkg`";
    MISSING_KEY: Fails "missing-key", "a note type, deck or preset lacks a key, or has a value of another kind than Anki asks for",
        "Anki reads these objects as a whole or not at all",
        "write all keys that Anki's own packages have";
    FIELD_COUNT: Fails "field-count", "notes have more or fewer fields than their note type",
        "Anki stops the import at the first one; a character U+001F in a text counts as the end of a field",
        "give each note exactly the fields of its type, empty ones included";
    UNKNOWN_NOTE_TYPE: Fails "unknown-note-type", "notes are of a note type that is not in the package",
        "Anki stops the import",
        "put the note type into the package, under the id that the notes name";
    EMPTY_NOTE_TYPE: Fails "empty-note-type", "a note type, field or card template has no name, or there is none",
        "Anki asks each note type for a name, a field and a card template, names included",
        "name them, or leave the note type out";
    UNKNOWN_PRESET: Fails "unknown-preset", "decks have a preset of options that is not in the package",
        "an import with \"Import any deck presets\" ends in an error",
        "put the preset into the package, or give the deck preset 1";
    DECK_DEPTH: Fails "deck-depth", "decks are nested more than eleven deep and the decks above are not in the package",
        "Anki makes missing decks above a deck, but not so many at once",
        "put all decks above into the package, or nest less deeply";
    CARD_STATE: Fails "card-state", "cards have a type or queue that Anki does not know",
        "types are 0 to 3 and queues -3 to 4; Anki stops the import at any other",
        "write new cards as type 0 and queue 0";
    UNSAFE_MEDIA_NAME: Fails "unsafe-media-name", "media names are paths, or none at all",
        "Anki refuses the whole package",
        "name each file by one plain name, without slashes";
    STRICT_MEDIA_NAME: Fails "strict-media-name", "media names are not as Anki keeps them, in the latest container",
        "there Anki refuses the whole package; in the older containers it changes the names",
        "rename the files and the references to them, as the examples say";
    ABSENT_MEDIA: Fails "absent-media", "media are listed and used, but the archive does not have them",
        "Anki stops the import when it wants to copy the first one",
        "put the files into the package, or take them from the list";
    DAMAGED_MEDIA: Fails "damaged-media", "media cannot be unpacked",
        "Anki stops the import when it wants to copy the first one",
        "build or export the package again";
    SAME_GUID: Loses "same-guid", "notes share one guid",
        "a first import adds them all; every later one updates just one of them with each in turn",
        "give each note a guid of its own";
    CONTROL_CHARACTERS: Loses "control-characters", "fields hold control characters",
        "Anki removes them, so that words may run together",
        "write spaces, line breaks (`<br>`) or nothing";
    TAG_CHANGES: Loses "tag-changes", "tags are not as Anki keeps them",
        "Anki removes control characters, trims the parts and calls empty ones `blank`",
        "use tags without control characters and empty parts";
    NO_CARDS: Loses "no-cards", "notes have no card",
        "an import makes no cards: such notes are in the collection and nobody sees them",
        "put the cards of each note into the package";
    MISSING_CARD: Loses "missing-card", "notes lack cards that Anki would make of them",
        "an import makes no cards of new notes; they appear only when somebody runs Check Database",
        "put all cards of each note into the package, as the note type's fronts or the clozes say";
    UNKNOWN_NOTE: Loses "unknown-note", "cards are of notes that are not in the package",
        "Anki leaves them out",
        "put the notes into the package";
    UNKNOWN_TEMPLATE: Loses "unknown-template", "cards are of card templates that their note type does not have",
        "Anki shows an error instead of the card, and Check Database deletes it",
        "write positions of card templates, from 0";
    SAME_CARD: Loses "same-card", "notes have the same card more than once",
        "Anki imports them all; Check Database deletes all but one",
        "write each card once";
    UNKNOWN_DECK: Loses "unknown-deck", "cards are in decks that are not in the package",
        "the cards come in under a deck that does not exist; Check Database makes one called `recovered`",
        "put the decks into the package";
    DEFAULT_DECK: Loses "default-deck", "the deck with id 1 holds cards and has a name or a description of its own",
        "id 1 is everybody's own Default: the cards go there, the package's name and description do not come along",
        "give the deck another id";
    DUE_RANGE: Loses "due-range", "positions or dates of cards are out of range",
        "Anki reads them as 0",
        "count positions of new cards from 0";
    FUTURE_ID: Loses "future-id", "ids of notes or cards lie in the future",
        "ids are times in milliseconds: Anki gives others to those more than a day ahead, and refuses to export them",
        "use milliseconds, not microseconds, and a clock that is right";
    CLOZE_NUMBER: Loses "cloze-number", "cloze numbers are higher than 500",
        "they share the card of number 500, which asks for none of them",
        "number the clozes of each note from 1";
    CLOZE_TEXT: Loses "cloze-text", "clozes are not closed, or nested more than ten deep",
        "Anki drops a cloze that is not closed, with its text; beyond ten levels the wrong one ends",
        "close each `{{c1::` with `}}`";
    CHANGED_NAME: Loses "changed-name", "names of note types, fields or card templates are not as Anki keeps them",
        "Anki removes characters from the names, but not from the card templates that use them",
        "use the names that the examples give";
    SAME_NAME: Loses "same-name", "names of note types, fields, card templates or decks are one to Anki",
        "letter case does not count: Anki adds a mark to the name of one of them",
        "give each a name of its own";
    DECK_NAME: Loses "deck-name", "deck names are not as Anki keeps them",
        "Anki removes control characters, trims the parts and calls empty ones `blank`",
        "use the names that the examples give";
    TEMPLATE_ERROR: Loses "template-error", "cards show an error instead of their content",
        "Anki imports such card templates without a word and shows the error in review",
        "mend the card templates, as the examples say";
    REFUSED_OPTIONS: Loses "refused-options", "presets have values that Anki does not take",
        "these options have Anki's default after an import",
        "use values in the range that Anki's own dialog offers";
    CHANGED_MEDIA_NAME: Loses "changed-media-name", "media names are not as Anki keeps them",
        "Anki renames the files and the references in fields, but not those in card templates; in the latest container it would refuse the package",
        "rename the files and the references to them, as the examples say";
    SAME_MEDIA: Loses "same-media", "several media have one name",
        "one of them arrives, whichever it is",
        "give each file a name of its own";
    MEDIA_CASE: Loses "media-case", "media names differ in letter case alone",
        "on Windows and macOS they are one file",
        "use lower case names only";
    MEDIA_MISSING: Loses "media-missing", "fields refer to media that are not in the package",
        "cards lack pictures and sounds, unless the learner happens to have a file of that name",
        "put the files into the package, or mend the references";
    TEMPLATE_MEDIA: Loses "template-media", "only card templates or styles refer to media whose names do not begin with `_`",
        "Anki takes these files for unused and leaves them out",
        "rename the files, such as `_logo.png`, and the references to them";
    STATIC_MISSING: Loses "static-missing", "card templates or styles refer to media that are not in the package",
        "cards lack pictures, fonts or scripts, unless the learner happens to have a file of that name",
        "put the files into the package, or mend the references";
    MEDIA_SUM: Loses "media-sum", "the list of media has a wrong SHA-1",
        "Anki goes by it to see whether the learner has the file, and may keep another one",
        "write the SHA-1 of the plain file";
    EMPTY_GUID: Odd "empty-guid", "guids are empty or hold control characters",
        "Anki takes them as they are; other programs may not, and a learner cannot search for them",
        "use letters and digits";
    OTHER_FORM: Odd "other-form", "texts are not in Unicode's normal form C, or hold carriage returns",
        "Anki writes them differently, though they look the same",
        "write texts in form C, with plain line feeds";
    LEARNING_TAG: Odd "learning-tag", "notes have the tags `marked` or `leech`",
        "Anki removes them, unless a learner imports learning progress",
        "use other tags";
    FUTURE_TIME: Odd "future-time", "notes or note types were changed in the future",
        "no later release updates them before that time has come",
        "write times in seconds, by a clock that is right";
    BLANK_CARD: Odd "blank-card", "cards have nothing to ask",
        "Anki shows that the card is blank, and Empty Cards deletes it",
        "leave out cards whose front shows no field, or whose cloze number the note does not have";
    POSITION: Odd "position", "new cards have positions of a million or more, or below 0",
        "Check Database complains of them",
        "count positions from 0";
    PROGRESS: Odd "progress", "cards are not new, suspended, or have a flag",
        "they arrive as new ones, unless a learner imports learning progress",
        "tell learners to import learning progress, or ship new cards";
    FILTERED_DECK: Odd "filtered-deck", "decks are filtered",
        "they arrive as normal decks, unless a learner imports learning progress",
        "empty and delete filtered decks before an export";
    DECKS_ABOVE: Odd "decks-above", "decks above others are not in the package",
        "Anki makes them with its own options",
        "put the decks above into the package";
    DEFAULT_USED: Odd "default-used", "cards are in the deck with id 1",
        "they go to the learner's own Default, among other cards",
        "put the cards into a deck with a name and an id of its own";
    UNUSED_TYPE: Odd "unused-note-type", "no note is of these note types",
        "Anki leaves them out",
        "leave them out of the package";
    UNUSED_DECK: Odd "unused-deck", "no card is in these decks or below them",
        "Anki leaves them out, with their descriptions",
        "leave them out of the package";
    TEMPLATE_REFUSED: Odd "template-refused", "Anki would not save these card templates",
        "an import takes them, but a learner cannot edit the note type before they are mended",
        "mend the card templates, as the examples say";
    TEMPLATE_ODD: Odd "template-odd", "card templates hold what Anki passes over or reads differently",
        "nothing tells a learner",
        "mend the card templates, as the examples say";
    TEMPLATE_DECK: Odd "template-deck", "card templates send new cards to a deck of their own",
        "decks get other ids in an import, and this number stays as it is: it names no deck there, or a wrong one",
        "leave the deck override out";
    NO_PART_IDS: Odd "no-part-ids", "fields or card templates have no ids",
        "after one was renamed an import cannot tell it from a new one: learners get a second note type, and their notes no update",
        "write a constant id for each field and card template";
    SORT_FIELD: Odd "sort-field", "the sort field is none of the fields",
        "Anki takes the last one",
        "name a field's position, from 0";
    SEVERAL_NUMBERS: Odd "several-numbers", "clozes have several numbers",
        "AnkiDroid with the backend 25.9.2 shows `{{c1,2::` as plain text",
        "nest one cloze in another: `{{c1::{{c2::..}}}}`";
    UNUSED_MEDIA: Odd "unused-media", "nothing refers to these media",
        "Anki leaves them out",
        "leave them out of the package, or refer to them in a field";
    STATIC_MEDIA: Odd "static-media", "names of media begin with `_` and say nothing of the content",
        "Anki never replaces a file whose name begins so: learners keep the first one they got",
        "put a hash of the content into the name, such as `_style-3fa9c1b2.css`";
    ABSENT_UNUSED: Odd "absent-unused-media", "media are listed, but neither used nor in the archive",
        "Anki passes over them",
        "take them from the list";
    MEDIA_SIZE: Odd "media-size", "the list of media has a wrong size",
        "Anki does not look; other programs may",
        "write the size of the plain file in bytes";
    LARGE_MEDIA: Odd "large-media", "media are larger than 100 MiB",
        "they never reach AnkiWeb, and so none of the learner's other devices",
        "make them smaller";
    PERCENT: Odd "percent", "media names hold a percent sign",
        "Anki does not encode it for display, so the file may not be found",
        "leave percent signs out of names";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_have_names_of_their_own_and_whole_texts() {
        let names: BTreeSet<&str> = ALL.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), ALL.len());
        for rule in ALL {
            let name = |it: char| it.is_ascii_lowercase() || it == '-';
            assert!(rule.name.chars().all(name), "{}", rule.name);
            for text in [rule.what, rule.why, rule.mend] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}", rule.name);
            }
        }
    }
}
