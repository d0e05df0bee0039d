//! What people read about progress.

use deckle::package::{Difference, LearnerSummary, Measure, NoteChange, NoteDifference, Progress};

use super::super::words::{plain, plural};

/// What a learner's collection holds, below the heading of its report.
pub(super) fn whose(learner: LearnerSummary) -> String {
    let mut text = format!(
        "{} studied in it, with {}; an import deletes no card and changes none",
        plural(learner.studied, "card"),
        reviews(learner.reviews)
    );
    match learner.own_notes {
        0 => {}
        1 => text.push_str("\n1 note has to do with other decks: it is left out of account"),
        count => text.push_str(&format!(
            "\n{} have to do with other decks: they are left out of account",
            plural(count, "note")
        )),
    }
    text
}

/// Headings and the lines below them.
pub(super) fn groups(it: &Difference) -> Vec<(String, Vec<String>)> {
    let mut groups = Vec::new();
    let cards = emptied(it);
    if !cards.is_empty() {
        let count = plural(cards.len(), "card");
        let (show, them) = if cards.len() == 1 {
            ("shows", "it")
        } else {
            ("show", "them")
        };
        groups.push((
            format!("{count} {show} nothing any more; \"Empty Cards\" deletes {them}"),
            cards,
        ));
    }
    let cards = exchanged(it);
    if !cards.is_empty() {
        let count = plural(cards.len(), "card");
        let ask = if cards.len() == 1 { "asks" } else { "ask" };
        groups.push((
            format!(
                "{count} {ask} for another cloze than before, because numbers changed; what \
                 learners know of the old one counts for the new one"
            ),
            cards,
        ));
    }
    let notes = doubled(it);
    if !notes.is_empty() {
        let text = match notes.len() {
            1 => "1 added note begins like a note that learners keep: it comes in beside that, \
                  without its progress"
                .to_owned(),
            count => format!(
                "{} begin like notes that learners keep: they come in beside those, without \
                 their progress",
                plural(count, "added note")
            ),
        };
        groups.push((text, notes));
    }
    if let Some(text) = removed(it) {
        groups.push((text, Vec::new()));
    }
    if it.progress_left_out > 0 {
        groups.push((
            format!(
                "{} of the new package carry somebody's progress, which an import leaves out",
                plural(it.progress_left_out, "card")
            ),
            Vec::new(),
        ));
    }
    groups
}

fn emptied(it: &Difference) -> Vec<String> {
    let cards = it.notes.iter().flat_map(|note| {
        note.cards_emptied.iter().map(|card| {
            let mut line = format!("{}, {}", named(note), plain(&card.name));
            if let Some(now) = card.now {
                line += &format!("; its text is c{} now", u32::from(now) + 1);
            }
            line + &studied(card.progress)
        })
    });
    cards.collect()
}

fn exchanged(it: &Difference) -> Vec<String> {
    let cards = it.notes.iter().flat_map(|note| {
        note.cards_exchanged.iter().map(|card| {
            format!(
                "{}, c{}: \"{}\" -> \"{}\"{}",
                named(note),
                u32::from(card.ordinal) + 1,
                plain(&card.old),
                plain(&card.new),
                studied(card.progress)
            )
        })
    });
    cards.collect()
}

fn doubled(it: &Difference) -> Vec<String> {
    let notes = it.notes.iter().filter_map(|note| {
        let again = note.said_again.as_ref()?;
        let mut line = format!(
            "{}: guid {}, learners have {}",
            named(note),
            plain(&note.guid),
            plain(&again.guid)
        );
        if again.studied.cards > 0 {
            line += &format!("; {}", reviews(again.studied.reviews));
        }
        Some(line)
    });
    notes.collect()
}

fn removed(it: &Difference) -> Option<String> {
    let cards = it.count(Measure::StudiedRemoved);
    let removed = it
        .notes
        .iter()
        .filter(|it| it.change == NoteChange::Removed);
    let answered = removed.map(|it| it.studied.reviews).sum();
    (cards > 0).then(|| {
        format!(
            "{} of notes that are not in the new package were studied, with {}; learners go on \
             with them",
            plural(cards, "card"),
            reviews(answered)
        )
    })
}

fn named(note: &NoteDifference) -> String {
    format!("{} ({})", plain(&note.text), plain(&note.note_type))
}

/// Behind what is said of a card; nothing where nobody studied it.
fn studied(progress: Progress) -> String {
    if !progress.studied {
        return String::new();
    }
    let mut text = format!("; {}", reviews(u64::from(progress.reviews)));
    if progress.interval > 0 {
        let days = usize::try_from(progress.interval).unwrap_or(usize::MAX);
        text += &format!(", interval {}", plural(days, "day"));
    }
    text
}

fn reviews(count: u64) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), "review")
}
