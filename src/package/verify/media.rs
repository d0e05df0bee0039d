//! Rules about media: their names, and whether what is there and what is asked for are the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::finding::{Findings, Place, shown};
use super::note_types::{Type, Types};
use super::{media_name, rules};
use crate::package::{Contents, StoredMedia, Variant};
use crate::template::media::{css_references, media_references, template_references};

/// AnkiWeb takes no larger files, in bytes.
const LARGEST: u64 = 100 << 20;

/// What asks for media, by the names that references have after an import.
struct References {
    /// With the note that is the first to ask.
    fields: BTreeMap<String, usize>,
    /// In templates and styles, of files that begin with an underscore.
    fixed: BTreeSet<String>,
    /// There, of all other files.
    loose: BTreeSet<String>,
}

pub(super) fn check(contents: &Contents, types: &Types<'_>, whole: bool, findings: &mut Findings) {
    let references = References::new(contents, types);
    let mut names: HashMap<String, &str> = HashMap::new();
    let mut folded: HashMap<String, &str> = HashMap::new();
    for media in &contents.media {
        check_name(media, contents.variant, findings);
        let name = media_name::normal(&media.name);
        let lower = name.to_lowercase();
        if names.contains_key(&name) {
            findings.add(&rules::SAME_MEDIA, || {
                (
                    Place::media(&media.name),
                    format!("in the entry `{}`", shown(&media.entry)),
                )
            });
        } else if let Some(other) = folded.get(&lower) {
            findings.add(&rules::MEDIA_CASE, || {
                (
                    Place::media(&media.name),
                    format!("so is `{}`", shown(other)),
                )
            });
        }
        check_use(media, &name, &references, whole, findings);
        names.insert(name, &media.name);
        folded.entry(lower).or_insert(&media.name);
    }
    for (name, at) in references
        .fields
        .iter()
        .filter(|(name, _)| !names.contains_key(*name))
    {
        let Some(note) = contents.notes.get(*at) else {
            continue;
        };
        findings.add(&rules::MEDIA_MISSING, || {
            let close = folded.get(&name.to_lowercase());
            let detail = match close {
                Some(close) => format!("`{}`; there is `{}`", shown(name), shown(close)),
                None => format!("`{}`", shown(name)),
            };
            (Place::note(note), detail)
        });
    }
    let in_types = references.fixed.union(&references.loose);
    for name in in_types.filter(|name| !names.contains_key(*name)) {
        findings.add(&rules::STATIC_MISSING, || {
            (Place::media(name), String::new())
        });
    }
}

fn check_name(media: &StoredMedia, variant: Variant, findings: &mut Findings) {
    let place = || Place::media(&media.name);
    if !is_safe(&media.name) {
        findings.add(&rules::UNSAFE_MEDIA_NAME, || (place(), String::new()));
        return;
    }
    let becomes = media_name::normal(&media.name);
    if becomes != media.name {
        let rule = match variant {
            Variant::Latest => &rules::STRICT_MEDIA_NAME,
            _ => &rules::CHANGED_MEDIA_NAME,
        };
        findings.add(rule, || (place(), format!("becomes `{}`", shown(&becomes))));
    }
    if media.name.contains('%') {
        findings.add(&rules::PERCENT, || (place(), String::new()));
    }
    if media.name.starts_with('_') && !has_hash(&media.name) {
        findings.add(&rules::STATIC_MEDIA, || (place(), String::new()));
    }
}

/// One plain part of a path, where Anki runs on Linux; elsewhere it takes fewer names.
fn is_safe(name: &str) -> bool {
    !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '\0'])
}

/// Whether a name has what looks like a hash: eight hexadecimal digits, figures among them.
fn has_hash(name: &str) -> bool {
    let runs = name.split(|it: char| !it.is_ascii_hexdigit());
    let mut long = runs.filter(|it| it.len() >= 8);
    long.any(|it| it.contains(|it: char| it.is_ascii_digit()))
}

/// `name` is what the file is called after an import.
fn check_use(
    media: &StoredMedia,
    name: &str,
    references: &References,
    whole: bool,
    findings: &mut Findings,
) {
    let place = || (Place::media(&media.name), String::new());
    let always = whole || name.starts_with('_') || name.starts_with("latex-");
    let in_fields = references.fields.contains_key(name);
    if media.size.is_some_and(|size| size > LARGEST) {
        findings.add(&rules::LARGE_MEDIA, place);
    }
    if !media.present {
        let needed = always || in_fields;
        let rule = if needed {
            &rules::ABSENT_MEDIA
        } else {
            &rules::ABSENT_UNUSED
        };
        findings.add(rule, place);
    } else if !always && !in_fields {
        let in_types = references.loose.contains(name);
        let rule = if in_types {
            &rules::TEMPLATE_MEDIA
        } else {
            &rules::UNUSED_MEDIA
        };
        findings.add(rule, place);
    }
}

impl References {
    fn new(contents: &Contents, types: &Types<'_>) -> Self {
        let mut found = Self {
            fields: BTreeMap::new(),
            fixed: BTreeSet::new(),
            loose: BTreeSet::new(),
        };
        for (at, note) in contents.notes.iter().enumerate() {
            // Most notes have none, and looking for a character is fast.
            if !note.fields.contains(['<', '[']) {
                continue;
            }
            for field in note.fields() {
                for reference in media_references(field)
                    .iter()
                    .filter(|it| is_local(&it.name))
                {
                    let name = media_name::normal(&reference.name);
                    found.fields.entry(name).or_insert(at);
                }
            }
        }
        for it in types.used() {
            found.add_type(it);
        }
        found
    }

    fn add_type(&mut self, it: &Type<'_>) {
        let stored = it.stored;
        for template in &stored.templates {
            let sides = [
                &template.front,
                &template.back,
                &template.browser_front,
                &template.browser_back,
            ];
            for side in sides {
                let fixed = template_references(side);
                self.fixed
                    .extend(fixed.into_iter().map(|it| it.name.into_owned()));
                for reference in media_references(side) {
                    self.add_loose(&reference.name);
                }
            }
        }
        let fixed = css_references(&stored.css);
        self.fixed
            .extend(fixed.into_iter().map(|it| it.name.into_owned()));
        for (at, _) in stored.css.match_indices("url(") {
            let rest = stored.css.get(at + 4..).unwrap_or_default();
            // A name is short; without an end it is none.
            let end = rest.char_indices().take(300).find(|(_, it)| *it == ')');
            let name = end.and_then(|(end, _)| rest.get(..end)).unwrap_or_default();
            self.add_loose(name.trim().trim_matches(['"', '\'']));
        }
    }

    /// A name that Anki does not follow: one that a field fills in is none.
    fn add_loose(&mut self, name: &str) {
        if is_local(name) && !name.starts_with('_') && !name.contains("{{") && !name.contains('#') {
            self.loose.insert(name.to_owned());
        }
    }
}

/// Whether Anki looks for the name among the media: addresses and paths it leaves alone.
fn is_local(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && !name.starts_with("data:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_change_with_their_content_are_known() {
        for name in ["_a-3fa9c1b2.css", "_0123456789abcdef.js"] {
            assert!(has_hash(name), "{name}");
        }
        for name in ["_style.css", "_feedface.css", "_font2.woff", "_3fa9.css"] {
            assert!(!has_hash(name), "{name}");
        }
    }
}
