//! Finds the file that a reference means.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::data_uri::percent_decode;
use super::kind::{extension, has_media_extension};
use super::library::Reference;
use crate::diag::nearest;
use crate::files::{Files, file_name, join, parent};
use crate::{Error, ErrorKind};

/// What became of the search for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lookup {
    /// This file.
    Found {
        path: Arc<str>,
        size: u64,
        /// Whether its letter case is another one than that of the reference.
        case_differs: bool,
    },
    /// No file; the nearest name, as the reference would have to be written.
    Missing { nearest: Option<String> },
    /// Only outside of the project.
    Outside,
    /// Several files have this name.
    Ambiguous(Vec<String>),
    /// There is a file, but it cannot be looked at.
    Unreadable(String),
}

/// All files of the project, listed when a reference first needs them.
pub(super) struct Finder<'a> {
    files: &'a dyn Files,
    listing: OnceLock<Listing>,
}

#[derive(Default)]
struct Listing {
    paths: Vec<String>,
    /// Positions in `paths` by the file's name, in NFC and lower case.
    by_name: BTreeMap<String, Vec<usize>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            listing: OnceLock::new(),
        }
    }

    pub(super) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// The file that `reference` means: relative to the file it stands in, from the root, in a
    /// media folder, and for wiki embeds anywhere; as written first, then percent-decoded, in
    /// another normal form of Unicode, and last in another letter case.
    pub(super) fn find(&self, reference: &Reference<'_>) -> Lookup {
        let mut outside = false;
        let candidates = candidates(reference, &mut outside);
        let same = |name: &str, wanted: &str| nfc(name) == nfc(wanted);
        let same_letters = |name: &str, wanted: &str| folded(name) == folded(wanted);
        for candidate in &candidates {
            match self.files.size(candidate) {
                Ok(Some(size)) => return found(candidate.clone(), size, false),
                Ok(None) => {}
                Err(error) => match refused(&error) {
                    None => outside = true,
                    Some(text) => return Lookup::Unreadable(text),
                },
            }
        }
        for candidate in &candidates {
            if let Some(lookup) = self.in_folder(candidate, same, false) {
                return lookup;
            }
        }
        for candidate in &candidates {
            if let Some(lookup) = self.in_folder(candidate, same_letters, true) {
                return lookup;
            }
        }
        if reference.wiki
            && let Some(lookup) = self.anywhere(reference.path)
        {
            return lookup;
        }
        if outside {
            return Lookup::Outside;
        }
        Lookup::Missing {
            nearest: self.nearest(reference),
        }
    }

    /// The file beside which `candidate` would stand and whose name is `same`.
    fn in_folder(
        &self,
        candidate: &str,
        same: impl Fn(&str, &str) -> bool,
        case_differs: bool,
    ) -> Option<Lookup> {
        let wanted = file_name(candidate);
        let folder = parent(candidate);
        let names = self.files.folder(folder);
        let name = names.iter().find(|name| same(name, wanted))?;
        let path = join(folder, name)?;
        let size = self.files.size(&path).ok().flatten()?;
        Some(found(path, size, case_differs))
    }

    fn anywhere(&self, path: &str) -> Option<Lookup> {
        let listing = self.listing();
        let wanted = format!("/{}", nfc(path.trim_start_matches('/')));
        let named = listing.by_name.get(&folded(file_name(path)))?;
        let all: Vec<&String> = named
            .iter()
            .filter_map(|index| listing.paths.get(*index))
            .collect();
        let ends_alike =
            |fold: fn(&str) -> String, it: &str| fold(&format!("/{it}")).ends_with(&fold(&wanted));
        let mut matching: Vec<&String> = all
            .iter()
            .copied()
            .filter(|it| ends_alike(nfc, it))
            .collect();
        let case_differs = matching.is_empty();
        if case_differs {
            matching = all
                .into_iter()
                .filter(|it| ends_alike(folded, it))
                .collect();
        }
        match matching.as_slice() {
            [] => None,
            [path] => match self.files.size(path) {
                Ok(Some(size)) => Some(found((*path).clone(), size, case_differs)),
                Ok(None) => None,
                Err(error) => Some(refused(&error).map_or(Lookup::Outside, Lookup::Unreadable)),
            },
            _ => Some(Lookup::Ambiguous(matching.into_iter().cloned().collect())),
        }
    }

    /// How the reference would have to be written for the file with the most similar name.
    fn nearest(&self, reference: &Reference<'_>) -> Option<String> {
        // Paths that were copied on Windows.
        let typed = nfc(&reference.path.replace('\\', "/"));
        let typed_name = file_name(&typed);
        let listing = self.listing();
        let of_this_kind = |path: &str| extension(path).eq_ignore_ascii_case(extension(typed_name));
        let alike = |path: &&String| {
            let name = file_name(path);
            name.len().abs_diff(typed_name.len()) <= 4
                && (of_this_kind(name) || has_media_extension(name))
        };
        let mut paths: Vec<&String> = listing.paths.iter().filter(alike).collect();
        // A file of the same kind and folder is more likely meant than another one.
        paths.sort_by_key(|path| (!of_this_kind(path), parent(path) != reference.folder));
        // The same name in another folder first, then a similar name.
        let by_name = paths
            .iter()
            .find(|path| file_name(path).eq_ignore_ascii_case(typed_name))
            .copied()
            .or_else(|| {
                let names = paths.iter().map(|path| file_name(path));
                let name = nearest(typed_name, names)?;
                paths.iter().find(|path| file_name(path) == name).copied()
            });
        let path = by_name?;
        if reference.wiki {
            return Some(file_name(path).to_owned());
        }
        let prefix = format!("{}/", reference.folder);
        if reference.folder.is_empty() {
            return Some(path.clone());
        }
        Some(
            path.strip_prefix(&prefix)
                .map_or_else(|| format!("/{path}"), str::to_owned),
        )
    }

    fn listing(&self) -> &Listing {
        self.listing.get_or_init(|| {
            // Where the folder cannot be listed there is nothing to suggest; the missing file
            // is told all the same.
            let paths = self.files.list().unwrap_or_default().paths;
            let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (index, path) in paths.iter().enumerate() {
                let name = folded(file_name(path));
                by_name.entry(name).or_default().push(index);
            }
            Listing { paths, by_name }
        })
    }
}

fn found(path: String, size: u64, case_differs: bool) -> Lookup {
    Lookup::Found {
        path: path.into(),
        size,
        case_differs,
    }
}

/// `None` where the error says that the path leads out of the project.
fn refused(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Outside(_) => None,
        _ => Some(error.to_string()),
    }
}

/// Paths from the root that the reference may mean, the likeliest first.
fn candidates(reference: &Reference<'_>, outside: &mut bool) -> Vec<String> {
    let decoded = String::from_utf8(percent_decode(reference.path.as_bytes()))
        .ok()
        .filter(|decoded| decoded != reference.path);
    let spellings = [Some(reference.path), decoded.as_deref()];
    let spellings = || spellings.iter().flatten().copied();
    let mut paths: Vec<String> = Vec::new();
    let mut add = |folder: &str, path: &str| match join(folder, path) {
        Some(path) if !paths.contains(&path) => paths.push(path),
        Some(_) => {}
        None => *outside = true,
    };
    for spelling in spellings() {
        match spelling
            .strip_prefix("@/")
            .or_else(|| spelling.strip_prefix('/'))
        {
            Some(from_root) => add("", from_root),
            None => add(reference.folder, spelling),
        }
    }
    // A folder outside of the project is told by itself.
    for folder in reference.media_paths.iter().filter_map(|it| join("", it)) {
        for spelling in spellings() {
            add(&folder, spelling.trim_start_matches('/'));
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

pub(in crate::render) fn nfc(text: &str) -> String {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        _ => text.nfc().collect(),
    }
}

fn folded(text: &str) -> String {
    nfc(text).to_lowercase()
}
