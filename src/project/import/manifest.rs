//! The project file of an import.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Paths, Read};
use crate::model::DeckName;
use crate::source::defaults::Defaults;
use crate::source::dialect::FrontEnd;
use crate::source::emit::value;

/// How the notes are rendered, where that is not deckle's default.
#[derive(Debug, Default)]
pub(super) struct Settings {
    hard_breaks: bool,
    curly: bool,
    media_paths: BTreeSet<String>,
}

impl Settings {
    pub(super) fn of(read: &[Read]) -> Self {
        let mut all = Self::default();
        for note in read.iter().flat_map(|it| &it.notes) {
            all.hard_breaks |= note.settings.hard_breaks;
            all.curly |= note.settings.curly;
            if note
                .settings
                .media_paths
                .iter()
                .any(|it| !all.media_paths.contains(it))
            {
                all.media_paths
                    .extend(note.settings.media_paths.iter().cloned());
            }
        }
        all
    }

    /// What the project's notes inherit with these settings.
    pub(super) fn apply(&self, defaults: &mut Defaults) {
        let settings = std::sync::Arc::make_mut(&mut defaults.settings);
        settings.hard_breaks = self.hard_breaks;
        settings.curly = self.curly;
        settings.media_paths = self.media_paths.iter().cloned().collect();
    }
}

/// The text of the project file.
pub(super) fn text(
    tool: FrontEnd,
    name: &DeckName,
    uid: &str,
    settings: &Settings,
    media: &Paths,
) -> String {
    let mut text = format!(
        "format: 1\nname: {}\nuid: {}\n",
        value(name.as_str(), 2),
        value(uid, 2)
    );
    // Writing to a string cannot fail.
    if tool == FrontEnd::MarkdownAnkiDecks {
        let _ = writeln!(text, "compat-guid: {}", tool.name());
    }
    if settings.hard_breaks {
        let _ = writeln!(text, "markdown: {{breaks: hard}}");
    }
    if settings.curly {
        let _ = writeln!(text, "cloze: {{curly: true}}");
    }
    // A folder that nothing comes into would not be there.
    let folders = settings.media_paths.iter().filter(|folder| {
        let in_it = |path: &String| {
            let rest = path.strip_prefix(folder.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        media.keys().any(in_it)
    });
    let folders: Vec<&String> = folders.collect();
    let largest = media.values().max().copied().unwrap_or_default();
    if !folders.is_empty() || largest > 20_000_000 {
        text.push_str("media:\n");
        if !folders.is_empty() {
            text.push_str("  paths:\n");
            for path in folders {
                let _ = writeln!(text, "    - {}", value(path, 6));
            }
        }
        if largest > 20_000_000 {
            let megabytes = largest.div_ceil(1_000_000).min(100);
            let _ = writeln!(text, "  max-mb: {megabytes}");
        }
    }
    text
}
