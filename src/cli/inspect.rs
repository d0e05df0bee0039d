//! `deckle inspect`

use std::fmt::Write as _;

use deckle::Error;
use deckle::model::NoteTypeKind;
use deckle::package::{CardState, PackageReader, Summary, Verification};

use super::Outcome;
use super::args::InspectArgs;
use super::printer::Printer;
use super::verify::counts;
use super::words::{plain, plural, size};

const FLAGS: [&str; 7] = [
    "red",
    "orange",
    "green",
    "blue",
    "pink",
    "turquoise",
    "purple",
];
const STATES: [(CardState, &str); 5] = [
    (CardState::New, "new"),
    (CardState::Learning, "learning"),
    (CardState::Review, "in review"),
    (CardState::Suspended, "suspended"),
    (CardState::Buried, "buried"),
];

pub(super) fn inspect(args: &InspectArgs, printer: &Printer) -> Result<Outcome, Error> {
    let package = PackageReader::open(&args.file)?;
    let summary = Summary::new(package.contents());
    if args.json {
        printer.data(&summary.to_json());
        return Ok(Outcome::Done);
    }
    printer.data(&table(&summary));
    let verification = Verification::of_contents(package.contents(), super::build_time()?);
    if verification.worst().is_some() {
        let file = args.file.display();
        printer.summary(&format!(
            "{}; `deckle verify {file}` tells which",
            counts(&verification)
        ));
    }
    Ok(Outcome::Done)
}

/// What people read. Names come from the package: what would steer a terminal is escaped.
fn table(summary: &Summary) -> String {
    let mut text = format!(
        "{}, schema {}: {}, {}, {}, {}\n",
        summary.variant.name(),
        summary.schema,
        plural(summary.notes, "note"),
        plural(summary.cards, "card"),
        plural(
            usize::try_from(summary.reviews).unwrap_or(usize::MAX),
            "review"
        ),
        plural(summary.media.len(), "media file"),
    );
    if !summary.decks.is_empty() {
        decks(summary, &mut text);
    }
    if !summary.note_types.is_empty() {
        note_types(summary, &mut text);
    }
    let states = STATES.iter().filter_map(|(state, word)| {
        let count = summary.states.get(state)?;
        Some(format!("{count} {word}"))
    });
    let flags = summary.flags.iter().filter_map(|(flag, count)| {
        let name = FLAGS.get(usize::from(*flag).checked_sub(1)?)?;
        Some(format!("{count} {name}"))
    });
    let presets = summary.presets.iter().map(|name| plain(name));
    let lines = [
        ("Cards", join(states)),
        ("Flags", join(flags)),
        ("Tags", summary.tags.to_string()),
        ("Presets", join(presets)),
        ("Media", media(summary)),
    ];
    text.push('\n');
    for (name, value) in lines {
        let value = if value.is_empty() { "none" } else { &value };
        let _ = writeln!(text, "{name:<9}{value}");
    }
    text.truncate(text.trim_end().len());
    text
}

/// Numbers stand in front: how wide a name is depends on the terminal's font.
fn decks(summary: &Summary, text: &mut String) {
    text.push_str("\n  notes    cards  deck\n");
    for deck in &summary.decks {
        let filtered = if deck.filtered { " (filtered)" } else { "" };
        let (notes, cards, name) = (deck.notes, deck.cards, plain(&deck.name));
        let _ = writeln!(text, "{notes:>7}  {cards:>7}  {name}{filtered}");
    }
}

fn note_types(summary: &Summary, text: &mut String) {
    text.push_str("\nNote types\n");
    for it in &summary.note_types {
        let cloze = match it.kind {
            NoteTypeKind::Cloze => " (cloze)",
            _ => "",
        };
        let _ = writeln!(
            text,
            "  {}{cloze}: {}, {}\n    fields     {}\n    templates  {}",
            plain(&it.name),
            plural(it.notes, "note"),
            plural(it.cards, "card"),
            join(it.fields.iter().map(|name| plain(name))),
            join(it.templates.iter().map(|name| plain(name))),
        );
    }
}

fn media(summary: &Summary) -> String {
    let mut parts = vec![
        plural(summary.media.len(), "file"),
        size(summary.media_bytes()),
    ];
    let largest = summary.media.iter().max_by_key(|it| it.size);
    if let Some(largest) = largest
        && summary.media.len() > 1
    {
        let bytes = size(largest.size.unwrap_or_default());
        parts.push(format!(
            "the largest `{}` with {bytes}",
            plain(&largest.name)
        ));
    }
    let missing = summary.media.iter().filter(|it| !it.present).count();
    if missing > 0 {
        parts.push(format!("{missing} listed but not there"));
    }
    parts.join(", ")
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
