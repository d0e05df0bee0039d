//! An export of CrowdAnki, by the way that packages go.

use std::path::Path;

use super::{ImportFormat, ImportOptions, Imported, Origin};
use crate::Error;
use crate::files::{Files, join, parent};
use crate::package::{StoredMedia, read_crowd_anki};
use crate::project::Report;
use crate::project::unpack::notices::Notices;
use crate::project::unpack::{UnpackOptions, Unpacking, media};

/// The folder that media lie in, beside the JSON file.
const MEDIA: &str = "media";

pub(super) fn import(
    origin: &Origin,
    path: &str,
    folder: &Path,
    options: &ImportOptions,
    sign: Option<String>,
) -> Result<Imported, Error> {
    let bytes = origin.disk.read(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("`{path}` is not UTF-8 text")))?;
    let contents = read_crowd_anki(text.trim_start_matches('\u{feff}'))?;
    let beside = join(parent(path), MEDIA).unwrap_or_else(|| MEDIA.to_owned());
    let names = origin.disk.folder(&beside);
    let listed: Vec<StoredMedia> = names
        .into_iter()
        .filter(|name| !name.ends_with('/'))
        .map(|name| StoredMedia {
            entry: format!("{beside}/{name}"),
            name,
            present: true,
            size: None,
            sha1: None,
        })
        .collect();
    let mut notices = Notices::default();
    let mut copy = |media: &StoredMedia, to: &mut dyn std::io::Write| {
        let mut file = origin.disk.open(&media.entry)?;
        std::io::copy(&mut file, to).map_err(|source| Error::read(&media.entry, source))
    };
    let plan = media::write(&listed, &mut copy, folder, &mut notices)?;
    let mut unpack = UnpackOptions::new(&options.uid).positions(false);
    if let Some(name) = &options.name {
        unpack = unpack.name(name);
    }
    let unpacking = Unpacking::new(&contents, plan, &origin.stem, &unpack, notices);
    let unpacked = unpacking.inexact().finish(folder)?;
    Ok(Imported {
        name: unpacked.name,
        from: ImportFormat::CrowdAnki,
        sign,
        notes: unpacked.notes,
        note_types: unpacked.note_types,
        media: unpacked.media,
        folders: Vec::new(),
        found: Report::default(),
        notices: unpacked.notices,
        report: unpacked.report,
    })
}
