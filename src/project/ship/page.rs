//! The page beside a package: what it brings and how it is imported, for a phone. One small file
//! without scripts, which nothing else belongs to.

use std::fmt::Write as _;

use crate::model::{BuildTime, escape};
use crate::package::{CardState, Difference, MediaChange, NoteChange, Summary};

/// How many notes of a kind are named.
const SHOWN: usize = 8;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}\
h1{font-size:1.4rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.5rem 0 .25rem}\
p{margin:.5rem 0}ul,ol{margin:.25rem 0;padding-left:1.5rem}\
.quiet{opacity:.7}";

/// A title, a remark, and the notes that stand below them.
type Part = (&'static str, &'static str, fn(&NoteChange) -> bool);

/// What the page is made of.
pub(super) struct Facts<'a> {
    /// The name of the package's file.
    pub(super) file: &'a str,
    /// Its size.
    pub(super) bytes: u64,
    pub(super) time: BuildTime,
    pub(super) summary: &'a Summary,
    pub(super) difference: Option<&'a Difference>,
    /// Whether no package lay there before.
    pub(super) first: bool,
}

pub(super) fn html(facts: &Facts<'_>) -> String {
    let stem = facts.file.rsplit_once('.').map_or(facts.file, |it| it.0);
    let (title, file) = (escape(stem), escape(facts.file));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n"
    );
    let summary = facts.summary;
    let _ = writeln!(
        page,
        "<p class=\"quiet\">{file}, built {} UTC: {}, {}, {}, {}</p>",
        date(facts.time),
        counted(summary.notes, "note"),
        counted(summary.cards, "card"),
        counted(summary.media.len(), "media file"),
        size(facts.bytes),
    );
    news(facts, &mut page);
    let _ = writeln!(
        page,
        "<h2>Import</h2>\n<ol>\n<li>Tap <b>{file}</b> in your file manager and choose AnkiDroid.</li>"
    );
    for option in options(facts) {
        let _ = writeln!(page, "<li>{option}</li>");
    }
    page.push_str("<li>Tap “Import”. Your progress stays as it is.</li>\n</ol>\n");
    page.push_str("<p class=\"quiet\">AnkiDroid remembers the options.</p>\n</html>\n");
    page
}

fn news(facts: &Facts<'_>, page: &mut String) {
    let Some(difference) = facts.difference else {
        if facts.first {
            page.push_str("<h2>New</h2>\n<p>All of it: this is the first delivery here.</p>\n");
        }
        return;
    };
    if let Some(refused) = difference.refused.as_ref().filter(|it| it.is_new) {
        let why = escape(&refused.why.to_string());
        let _ = writeln!(page, "<h2>Not importable</h2>\n<p>{why}</p>");
        return;
    }
    page.push_str("<p class=\"quiet\">Since the package that lay here before:</p>\n");
    let kinds: [Part; 4] = [
        ("New", "", |it| *it == NoteChange::Added),
        ("Changed", "", |it| *it == NoteChange::Updated),
        (
            "Removed",
            "They stay in your collection until you delete them there.",
            |it| *it == NoteChange::Removed,
        ),
        (
            "Not updated",
            "Yours are newer, or of another note type.",
            |it| matches!(it, NoteChange::Skipped { .. } | NoteChange::Conflicting(_)),
        ),
    ];
    let mut told = false;
    for (title, remark, wanted) in kinds {
        let notes = difference.notes.iter().filter(|it| wanted(&it.change));
        let notes: Vec<&str> = notes.map(|it| it.text.as_str()).collect();
        if notes.is_empty() {
            continue;
        }
        told = true;
        let _ = writeln!(page, "<h2>{title}: {}</h2>", counted(notes.len(), "note"));
        if !remark.is_empty() {
            let _ = writeln!(page, "<p>{remark}</p>");
        }
        page.push_str("<ul>\n");
        for text in notes.iter().take(SHOWN) {
            let text = match text.is_empty() {
                true => "<i>without text</i>".to_owned(),
                false => escape(text),
            };
            let _ = writeln!(page, "<li>{text}</li>");
        }
        if notes.len() > SHOWN {
            let _ = writeln!(page, "<li>and {} more</li>", notes.len() - SHOWN);
        }
        page.push_str("</ul>\n");
    }
    let arrives = |it: &MediaChange| {
        matches!(
            it,
            MediaChange::Added | MediaChange::Replaced | MediaChange::Renamed(_)
        )
    };
    let media = difference.media.iter().filter(|it| arrives(&it.change));
    match media.count() {
        0 if !told => page.push_str("<p>No note is new, changed or removed.</p>\n"),
        0 => {}
        count => {
            let _ = writeln!(page, "<p>With {}.</p>", counted(count, "new media file"));
        }
    }
}

/// What to choose in the import, a sentence each.
fn options(facts: &Facts<'_>) -> Vec<String> {
    let summary = facts.summary;
    let advice = facts.difference.map(Difference::advice).unwrap_or_default();
    let mut options = Vec::new();
    let suspended = summary.states.get(&CardState::Suspended).copied();
    let suspended = suspended.unwrap_or_default();
    let flagged: usize = summary.flags.values().sum();
    if suspended + flagged > 0 {
        let what = [(suspended, "suspended card"), (flagged, "flagged card")];
        let what = what.iter().filter(|it| it.0 > 0);
        let what: Vec<String> = what.map(|it| counted(it.0, it.1)).collect();
        options.push(format!(
            "Tick “Import any learning progress”: {} in it would arrive as ordinary ones. It counts for new cards only.",
            what.join(" and ")
        ));
    }
    if !summary.presets.is_empty() {
        options.push("Tick “Import any deck presets”: the decks have options of their own.".into());
    }
    if advice.merge_note_types {
        options.push(
            "Tick “Merge note types”: fields or cards of a note type changed. Sync all your devices before.".into(),
        );
    }
    options.push(match advice.always_update_notes {
        true => "Set “Update notes” to “Always”, this once.".into(),
        false => "Leave “Update notes” at “If newer”.".into(),
    });
    if advice.always_update_note_types {
        options.push("Set “Update note types” to “Always”, this once.".into());
    }
    options
}

fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// In kilobytes or megabytes, rounded up.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => {
            let tenths = bytes.div_ceil(100_000);
            format!("{}.{} MB", tenths / 10, tenths % 10)
        }
    }
}

/// The date and time of the Gregorian calendar, as `2026-11-23 10:15`.
fn date(time: BuildTime) -> String {
    let seconds = time.as_unix();
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years begin in March here, so that the leap day is the last one; an era has 400 of them.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let check = |seconds: i64, expect: &str| {
            assert_eq!(date(BuildTime::from_unix(seconds)), expect);
        };
        check(0, "1970-01-01 00:00");
        check(951_827_696, "2000-02-29 12:34");
        check(1_709_251_199, "2024-02-29 23:59");
        check(1_800_000_000, "2027-01-15 08:00");
        check(4_107_542_400, "2100-03-01 00:00");
    }

    #[test]
    fn no_time_is_too_late() {
        let _ = date(BuildTime::from_unix(i64::MAX));
    }

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!((size(1), size(999_999)), ("1 kB".into(), "1000 kB".into()));
        assert_eq!(size(1_234_567), "1.3 MB");
    }
}
