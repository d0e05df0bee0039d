//! What became of a target, in words and as JSON: one form for every way.

use serde_json::{Map, Value, json};

use super::outcome::{Sent, SentState, Shipped};
use crate::cli::build::shown;
use crate::cli::printer::Printer;
use crate::cli::words::{plain, plural, size};

/// Tells of a target, and of its packages: of all, or of those that are new there.
pub(in crate::cli) fn tell(shipped: &Shipped, dry_run: bool, all: bool, printer: &Printer) {
    let target = &shipped.target;
    for text in &shipped.warnings {
        printer.summary(&format!("warning: {target}: {text}"));
    }
    if shipped.away {
        printer.failure(&format!(
            "{target}: there is no folder `{}`; it is not made, because a folder that is away may be a disk that is not mounted",
            plain(&shipped.place)
        ));
    }
    // What a folder got before it failed cannot be told from what it did not.
    let arrived = shipped.failure.is_none() || shipped.via != "folder";
    let is_told = |it: &&Sent| arrived && (all || it.state != SentState::Unchanged);
    for it in shipped.packages.iter().filter(is_told) {
        for text in &it.notices {
            match text.strip_prefix("warning: ") {
                Some(text) => printer.summary(&format!("warning: {target}: {text}")),
                None => printer.summary(&format!("{target}: {text}")),
            }
        }
        printer.summary(&format!("{target}: {}", line(it, shipped, dry_run)));
    }
    if let Some(error) = &shipped.failure {
        printer.failed_at(target, error);
        if let Some(mend) = &shipped.mend {
            printer.summary(&format!("{target}: {mend}"));
        }
    }
}

fn line(it: &Sent, shipped: &Shipped, dry_run: bool) -> String {
    let path = plain(&shown(&it.path).to_string_lossy());
    let path = match shipped.via {
        "folder" => path,
        _ => {
            let name = it.path.file_name().unwrap_or_default().to_string_lossy();
            format!("{} to {}", plain(&name), plain(&shipped.place))
        }
    };
    let bytes = size(it.built.bytes);
    let verb = match (it.state, dry_run) {
        (SentState::Unchanged, _) => {
            let at = path.replacen(" to ", " at ", usize::from(shipped.via != "folder"));
            return format!("unchanged {at}, {bytes}");
        }
        (_, true) => "would deliver",
        (_, false) => "delivered",
    };
    let media = plural(it.built.media, "media file");
    let sent = match it.fate.transfer {
        "" => String::new(),
        verb => format!(", of which {verb} {}", size(it.transfer)),
    };
    format!("{verb} {path}: {}; {media}; {bytes}{sent}", counts(it))
}

fn counts(it: &Sent) -> String {
    let notes = plural(it.built.notes, "note");
    if it.state == SentState::New {
        return format!("{notes}, all new");
    }
    if !it.compared {
        return format!("{notes}, in place of what cannot be read");
    }
    let aside = |count: usize, text: &str| match (count, text) {
        (0, _) | (_, "") => String::new(),
        _ => format!(" ({text})"),
    };
    format!(
        "{} new, {} changed, {} moved{}, {} removed{}",
        it.added,
        it.changed,
        plural(it.moved, "card"),
        aside(it.moved, it.fate.moved),
        it.removed,
        aside(it.removed, &it.fate.removed)
    )
}

pub(in crate::cli) fn object(shipped: &Shipped) -> Value {
    let place = if shipped.via == "folder" {
        "folder"
    } else {
        "url"
    };
    let mut object = Map::new();
    object.insert("target".to_owned(), json!(shipped.target));
    object.insert("via".to_owned(), json!(shipped.via));
    object.insert(place.to_owned(), json!(shipped.place));
    object.insert("away".to_owned(), json!(shipped.is_away()));
    let error = shipped.failure.as_ref().map(ToString::to_string);
    object.insert("error".to_owned(), json!(error));
    object.extend(shipped.more.clone());
    let packages: Value = shipped.packages.iter().map(package).collect();
    object.insert("packages".to_owned(), packages);
    Value::Object(object)
}

fn package(it: &Sent) -> Value {
    let mut object = json!({
        "package": it.built.name,
        "path": it.path.to_string_lossy(),
        "state": match it.state {
            SentState::New => "new",
            SentState::Changed => "changed",
            SentState::Unchanged => "unchanged",
        },
        "bytes": it.built.bytes,
        "transfer": it.transfer,
        "notes": it.built.notes,
        "cards": it.built.cards,
        "media": it.built.media,
        "compared": it.compared,
        "added": it.added,
        "changed": it.changed,
        "moved": it.moved,
        "removed": it.removed,
        "notices": it.notices,
    });
    if let Value::Object(known) = &mut object {
        known.extend(it.more.clone());
    }
    object
}
