//! The media of a package as files, and the names that a build gives them again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use super::Notices;
use super::names::{Unique, media_file, media_name};
use crate::identity::MediaRecord;
use crate::model::written::WrittenType;
use crate::package::{StoredMedia, is_media_name};
use crate::render::asset_names;
use crate::template::media::media_references;
use crate::{Error, files};

/// The folder of a project that media go into.
pub(in crate::project) const FOLDER: &str = "media";

/// The media of a package, on disk.
#[derive(Debug, Default)]
pub(in crate::project) struct MediaPlan {
    /// The names of the files by the names that fields say.
    pub(super) files: BTreeMap<String, String>,
    /// The names that files have now which had another one in the package, by that one.
    renamed: BTreeMap<String, String>,
    /// What the lock keeps: contents and their names.
    pub(super) records: Vec<MediaRecord>,
    /// The size of the largest file.
    pub(super) largest: u64,
    /// Whether a file could be taken for a source of notes.
    pub(super) looks_like_source: bool,
}

/// Counts and hashes what goes through.
struct Hashing<'w> {
    writer: &'w mut dyn Write,
    hash: blake3::Hasher,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.writer.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

/// Writes all media into the folder.
pub(in crate::project) fn write(
    listed: &[StoredMedia],
    copy: &mut dyn FnMut(&StoredMedia, &mut dyn Write) -> Result<u64, Error>,
    folder: &Path,
    notices: &mut Notices,
) -> Result<MediaPlan, Error> {
    let mut plan = MediaPlan::default();
    let mut taken = Unique::default();
    for media in listed {
        let shown = media.name.escape_debug().to_string();
        if !media.present {
            notices.lost(format!(
                "the package lists the media file `{shown}` but does not have it"
            ));
            continue;
        }
        let said: String = media.name.nfc().collect();
        if plan.files.contains_key(&said) {
            notices.lost(format!(
                "a second media file is called `{shown}`; the first one was kept"
            ));
            continue;
        }
        let mended = writable(media_name(&said));
        let (stem, extension) = media_file(&mended);
        let wanted = format!("{stem}{extension}");
        let file = taken.take(&stem, &extension);
        // Two names that differ in letter case alone are one file on many systems.
        let name = if file == wanted {
            mended.clone()
        } else {
            file.clone()
        };
        if name != mended {
            notices.changed(format!(
                "the media file `{shown}` is called `{name}` now, because another one differs from it in letter case alone"
            ));
        } else if name != said {
            notices.changed(format!(
                "the media file `{shown}` is called `{name}` now, as Anki would call it"
            ));
        } else if file != name {
            notices.changed(format!(
                "the media file `{shown}` lies in {FOLDER}/{file}, because not every system takes its name; packages call it as before"
            ));
        }
        let path = folder.join(FOLDER).join(&file);
        let (bytes, content) = files::write_new(&path, |writer| {
            let mut hashing = Hashing {
                writer,
                hash: blake3::Hasher::new(),
            };
            let bytes = copy(media, &mut hashing)?;
            Ok((bytes, hashing.hash.finalize().to_hex().to_string()))
        })?;
        plan.largest = plan.largest.max(bytes);
        let extensions = [".md", ".markdown", ".yaml", ".yml", ".csv", ".tsv", ".txt"];
        plan.looks_like_source |= extensions
            .iter()
            .any(|it| extension.eq_ignore_ascii_case(it));
        // An import mends a name in a field as it mends that of the file.
        for (written, now) in [(&mended, &name), (&said, &name)] {
            if written != now {
                plan.renamed.insert(written.clone(), now.clone());
            }
        }
        plan.files.entry(mended).or_insert_with(|| file.clone());
        plan.records.push(MediaRecord { content, name });
        plan.files.insert(said, file);
    }
    Ok(plan)
}

/// The name, or one that a package may have.
fn writable(name: String) -> String {
    if is_media_name(&name) {
        return name;
    }
    let known = name
        .chars()
        .filter(|it| is_media_name(&format!("a{it}a.png")));
    let (stem, extension) = media_file(&known.collect::<String>());
    format!("{stem}{extension}")
}

/// What the references of the fields come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Some name files that are not in the package.
    pub(super) missing: usize,
    /// Some lie on the network.
    pub(super) remote: usize,
    /// Fields with code that has colors, and fields with code that could have some.
    pub(super) colored_code: usize,
    pub(super) plain_code: usize,
    /// Fields with formulas that deckle made pictures of.
    pub(super) drawn: usize,
}

impl Seen {
    /// Counts the code and the formulas in a field.
    pub(super) fn code(&mut self, html: &str) {
        if html.contains("<span class=\"hl-") {
            self.colored_code += 1;
        } else if html.contains("<code class=\"language-") {
            self.plain_code += 1;
        }
        self.drawn += usize::from(html.contains("<img class=\"latex\" alt=\"$"));
    }

    /// Whether formulas are pictures, which hold their source.
    pub(super) fn has_drawn(self) -> bool {
        self.drawn > 0
    }

    /// Whether the code is that of a tool, or of a deckle, without colors.
    pub(super) fn has_plain_code(self) -> bool {
        self.plain_code > 0 && self.colored_code == 0
    }
}

impl MediaPlan {
    /// A field's HTML with the names that media have in packages from now on.
    pub(super) fn renamed(&self, html: &str) -> String {
        if self.renamed.is_empty() {
            return html.to_owned();
        }
        replaced(html, |name| self.renamed.get(name).map(String::as_str))
    }

    /// A field's HTML with the names of files in the place of names that no file could have.
    pub(super) fn rewritten(&self, html: &str, seen: &mut Seen) -> String {
        replaced(html, |name| {
            let file = self.file(name);
            if file.is_none() {
                let lower = name.to_ascii_lowercase();
                if ["http:", "https:", "//"]
                    .iter()
                    .any(|it| lower.starts_with(it))
                {
                    seen.remote += 1;
                } else if !lower.starts_with("data:") {
                    seen.missing += 1;
                }
            }
            file.map(String::as_str)
        })
    }

    /// How many names of files in the card templates and CSS of these types lead to none.
    pub(super) fn missing_in<'t>(&self, types: impl Iterator<Item = &'t WrittenType>) -> usize {
        let names = types.flat_map(|it| asset_names(&it.note_type));
        names.filter(|name| self.file(name).is_none()).count()
    }

    /// The files that come along whether anything names them or not, because their names begin with
    /// `_`, and that are none of these, nor named by a file among them that loads others.
    pub(super) fn unnamed(&self, mut named: BTreeSet<String>, folder: &Path) -> Vec<String> {
        const LOADERS: [&str; 4] = [".css", ".js", ".mjs", ".html"];
        let statics = || self.files.iter().filter(|(name, _)| name.starts_with('_'));
        let loaders = statics().filter(|(_, file)| LOADERS.iter().any(|it| file.ends_with(it)));
        for (_, file) in loaders {
            let bytes = files::read_if_exists(&folder.join(FOLDER).join(file));
            let bytes = bytes.ok().flatten().unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let words = text.split(|it: char| it.is_whitespace() || "\"'`()<>=?#".contains(it));
            named.extend(words.filter(|it| it.starts_with('_')).map(str::to_owned));
        }
        let unnamed = statics().filter(|(name, file)| {
            !named.contains(name.as_str()) && !named.contains(file.as_str())
        });
        let unnamed: BTreeSet<&String> = unnamed.map(|(_, file)| file).collect();
        unnamed.into_iter().cloned().collect()
    }

    fn file(&self, name: &str) -> Option<&String> {
        self.files
            .get(name)
            .or_else(|| self.files.get(&media_name(name)))
    }
}

/// The HTML with other names of media; those that stay are left as they are written.
pub(in crate::project) fn replaced<'n>(
    html: &str,
    mut name_of: impl FnMut(&str) -> Option<&'n str>,
) -> String {
    let mut text = String::with_capacity(html.len());
    let mut at = 0;
    for reference in media_references(html) {
        let name: String = reference.name.trim().nfc().collect();
        match name_of(&name) {
            Some(now) if now != name && reference.range.start >= at => {
                text.push_str(html.get(at..reference.range.start).unwrap_or_default());
                text.push_str(now);
                at = reference.range.end;
            }
            _ => {}
        }
    }
    text.push_str(html.get(at..).unwrap_or_default());
    text
}
