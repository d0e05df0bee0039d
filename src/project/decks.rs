//! The decks of a package: notes sorted into them, descriptions, ids and options.

use std::collections::BTreeMap;

use globset::GlobBuilder;

use super::render::Batch;
use super::{Project, load};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Spanned, nearest};
use crate::model::{Deck, DeckName, stable_id};
use crate::source::manifest::Manifest;

pub(super) struct DeckPlan<'m> {
    manifest: &'m Manifest,
    whole: bool,
    /// Descriptions as texts, by the name that was written.
    descriptions: Vec<(Spanned<String>, String)>,
    html_descriptions: Vec<(Spanned<String>, String)>,
    decks: BTreeMap<DeckName, Deck>,
    /// Decks in the order in which notes ask for them.
    order: Vec<DeckName>,
}

impl<'m> DeckPlan<'m> {
    pub(super) fn new(
        project: &Project,
        manifest: &'m Manifest,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Self, Error> {
        let mut descriptions = Vec::new();
        for (name, written) in &manifest.descriptions {
            let text = &written.value;
            // One line that names a file is the file.
            let named = !text.contains('\n') && !text.contains("..");
            let is_file = named && matches!(project.files.size(text), Ok(Some(_)));
            if is_file {
                let read = load::read_text(project, text, sources, sink)?;
                let text = read.map(|file| sources.text(file).trim().to_owned());
                descriptions.extend(text.map(|text| (name.clone(), text)));
                continue;
            }
            if named && text.ends_with(".md") {
                sink.push(
                    Diagnostic::new(Code::MediaMissing, format!("file not found: `{text}`"))
                        .at(written.span, "the description of a deck"),
                );
            }
            descriptions.push((name.clone(), text.clone()));
        }
        let mut html_descriptions = Vec::new();
        for (name, written) in &manifest.html_descriptions {
            let text = &written.value;
            let is_path = text.ends_with(".html") && !text.contains(['\n', '<']);
            if !is_path || text.contains("..") {
                html_descriptions.push((name.clone(), text.clone()));
            } else if matches!(project.files.size(text), Ok(Some(_))) {
                let read = load::read_text(project, text, sources, sink)?;
                let text = read.map(|file| sources.text(file).to_owned());
                html_descriptions.extend(text.map(|text| (name.clone(), text)));
            } else {
                sink.push(
                    Diagnostic::new(Code::MediaMissing, format!("file not found: `{text}`"))
                        .at(written.span, "the description of a deck"),
                );
            }
        }
        let whole = project.is_whole();
        Ok(Self {
            manifest,
            whole,
            descriptions,
            html_descriptions,
            decks: BTreeMap::new(),
            order: Vec::new(),
        })
    }

    /// Puts notes into their decks.
    pub(super) fn add(&mut self, batch: Batch) {
        let Some(first) = batch.facts.first().map(|it| it.deck.clone()) else {
            return;
        };
        // Most batches are of one deck; then nothing is moved.
        if batch.facts.iter().all(|it| it.deck == first) {
            if let Some(deck) = self.open(&first) {
                deck.add_all_checked(batch.notes);
            }
            return;
        }
        for (note, facts) in batch.notes.into_iter().zip(batch.facts) {
            if let Some(deck) = self.open(&facts.deck) {
                deck.add_checked(note);
            }
        }
    }

    fn open(&mut self, name: &DeckName) -> Option<&mut Deck> {
        // Decks above come first, so that theirs is the first place in the order.
        let mut missing = Vec::new();
        let mut above = Some(name.clone());
        while let Some(deck) = above.filter(|deck| !self.decks.contains_key(deck)) {
            above = deck.parent();
            missing.push(deck);
        }
        for deck in missing.into_iter().rev() {
            self.decks.insert(deck.clone(), self.deck(&deck));
            self.order.push(deck);
        }
        self.decks.get_mut(name)
    }

    /// The decks in their order. What the manifest says of decks that do not exist is told.
    pub(super) fn finish(mut self, sink: &mut Diagnostics) -> Vec<Deck> {
        if self.whole {
            let descriptions = self.descriptions.iter().map(|(name, _)| name);
            let html = self.html_descriptions.iter();
            let descriptions = descriptions.chain(html.map(|(name, _)| name));
            for name in descriptions.chain(self.manifest.deck_ids.iter().map(|(name, _)| name)) {
                if !self.decks.keys().any(|deck| self.means(name, deck)) {
                    sink.push(self.unknown(name));
                }
            }
        }
        let order = std::mem::take(&mut self.order);
        order
            .iter()
            .filter_map(|name| self.decks.remove(name))
            .collect()
    }

    fn deck(&self, name: &DeckName) -> Deck {
        let given = self
            .manifest
            .deck_ids
            .iter()
            .find(|(it, _)| self.means(it, name));
        let derived = || stable_id(&[&self.manifest.uid, "deck", name.as_str()]);
        let mut deck = Deck::new(name.as_str()).id(given.map_or_else(derived, |(_, id)| *id));
        if let Some((_, text)) = self
            .descriptions
            .iter()
            .find(|(it, _)| self.means(it, name))
        {
            deck = deck.markdown_description(text.clone());
        }
        let html = self.html_descriptions.iter();
        if let Some((_, html)) = html.rev().find(|(it, _)| self.means(it, name)) {
            deck = deck.description(html.clone());
        }
        // The last pattern that matches wins, as with all rules.
        let preset = self
            .manifest
            .deck_presets
            .iter()
            .rev()
            .find(|(pattern, _)| self.means(pattern, name) || matches(&pattern.value, name));
        match preset {
            Some((_, preset)) => deck.options(preset.clone()),
            None => deck,
        }
    }

    /// Whether a name in the manifest means the deck: the full name, or `::X` below the root.
    fn means(&self, written: &Spanned<String>, deck: &DeckName) -> bool {
        let full = match written.value.strip_prefix("::") {
            Some(rest) => self.manifest.name.child(rest),
            None => DeckName::new(&written.value),
        };
        full.is_ok_and(|full| full.folded() == deck.folded())
    }

    fn unknown(&self, name: &Spanned<String>) -> Diagnostic {
        let title = format!("there is no deck `{}`", name.value);
        let diagnostic = Diagnostic::new(Code::BadValue, title).at(name.span, "no note is in it");
        let names: Vec<&str> = self.decks.keys().map(DeckName::as_str).collect();
        match nearest(&name.value, names.iter().copied()) {
            Some(near) => diagnostic.fix("a deck with a similar name exists", name.span, near),
            None => diagnostic.help(format!("the decks are `{}`", names.join("`, `"))),
        }
    }
}

/// Whether a pattern means the deck or one above it: a full name, `::X` below the root, or either
/// with `*`.
pub(super) fn takes(written: &str, root: &DeckName, deck: &str) -> bool {
    let full = match written.strip_prefix("::") {
        Some(rest) => format!("{}::{rest}", globset::escape(root.as_str())),
        None => written.to_owned(),
    };
    let same = |name: &DeckName| {
        let plain = match written.strip_prefix("::") {
            Some(rest) => root.child(rest),
            None => DeckName::new(written),
        };
        plain.is_ok_and(|it| it.folded() == name.folded())
    };
    let mut above = DeckName::new(deck).ok();
    while let Some(name) = above {
        if same(&name) || matches(&full, &name) {
            return true;
        }
        above = name.parent();
    }
    false
}

/// `*` in a pattern of deck names stands for anything, `::` included.
fn matches(pattern: &str, deck: &DeckName) -> bool {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(false)
        .case_insensitive(true)
        .build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(deck.as_str()))
}
