//! `rules`: settings for the files that patterns name, wherever these lie.
//!
//! A rule takes every key of a header, because it is applied as one: between the settings of the
//! folders and the header of the file itself.

use std::sync::Arc;

use super::defaults::Defaults;
use super::header;
use super::layout::Selection;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Spanned, nearest};

/// The key of a rule's patterns.
pub const MATCH: &str = "match";

/// Settings for the files that its patterns name.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The folder that its patterns count from; empty for the root.
    folder: String,
    patterns: Vec<(Spanned<String>, Selection)>,
    /// What it sets; each of it was tried.
    entries: Vec<Entry>,
}

/// The rules of a list in the file of a folder, the root's being empty. `defaults` is what the
/// folder inherits: values that could not be set there are told once, here.
#[must_use]
pub fn read(
    value: &Node,
    folder: &str,
    defaults: &Defaults,
    sink: &mut Diagnostics,
) -> Vec<Arc<Rule>> {
    let items = decode::list(value, "rules", sink).unwrap_or_default();
    let rules = items
        .iter()
        .filter_map(|it| rule(it, folder, defaults, sink));
    rules.map(Arc::new).collect()
}

fn rule(item: &Node, folder: &str, defaults: &Defaults, sink: &mut Diagnostics) -> Option<Rule> {
    let Value::Mapping(entries) = &item.value else {
        return decode::wrong_shape(item, "rules", "mappings with `match` and settings", sink);
    };
    let Some(given) = entries.iter().find(|it| it.name() == MATCH) else {
        let diagnostic = Diagnostic::new(Code::BadValue, "the rule has no `match`")
            .at(item.span.at_start(), "for which files?");
        let mut misspelt = entries
            .iter()
            .filter(|it| nearest(it.name(), [MATCH]).is_some());
        sink.push(match misspelt.next() {
            Some(entry) => diagnostic.fix("a similar key stands there", entry.key_span(), MATCH),
            None => diagnostic.help("add `match: ` and a pattern of files, such as `\"pharm/**\"`"),
        });
        return None;
    };
    let typed = decode::strings(&given.value, MATCH, sink)?;
    if typed.is_empty() {
        sink.push(
            Diagnostic::new(Code::BadValue, "the rule's `match` names no files")
                .at(decode::visible(given), "no pattern")
                .help("write a pattern of files, such as `\"pharm/**\"`, or take the rule out"),
        );
        return None;
    }
    let patterns = typed.into_iter().map(|it| {
        let selection = Selection::of(std::slice::from_ref(&it), sink);
        (it, selection)
    });
    let patterns = patterns.collect();
    let mut scratch = defaults.clone();
    let mut kept = Vec::new();
    for entry in entries.iter().filter(|it| it.name() != MATCH) {
        let before = sink.count(Severity::Error);
        if !header::apply(entry, &mut scratch, sink) {
            let keys: Vec<&str> = header::KEYS.iter().copied().chain([MATCH]).collect();
            decode::unknown_key(&entry.key, "in a rule", &keys, sink);
        }
        if sink.count(Severity::Error) == before {
            kept.push(entry.clone());
        }
    }
    if entries.len() == 1 {
        sink.push(
            Diagnostic::new(Code::BadValue, "the rule sets nothing")
                .at(given.key_span(), "nothing but `match`")
                .help("add settings, such as `type: cloze`, or take the rule out"),
        );
    }
    Some(Rule {
        folder: folder.to_owned(),
        patterns,
        entries: kept,
    })
}

impl Rule {
    /// Whether it is one for this file.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.inside(path)
            .is_some_and(|inside| self.patterns.iter().any(|(_, it)| it.holds(inside)))
    }

    /// Sets what it says. What is wrong with it was told when it was read.
    pub fn apply(&self, defaults: &mut Defaults) {
        for entry in &self.entries {
            header::apply(entry, defaults, &mut Diagnostics::new());
        }
    }

    /// Tells patterns that name none of the `sources`: all of them where the whole rule is for
    /// nothing, else those that name one file or folder. `listed` are all files there are.
    pub fn tell_unmatched(&self, sources: &[String], listed: &[String], sink: &mut Diagnostics) {
        let dead = !sources.iter().any(|path| self.matches(path));
        let sources: Vec<&str> = sources.iter().filter_map(|it| self.inside(it)).collect();
        for (pattern, selection) in &self.patterns {
            let names_one = !pattern.value.contains(['*', '?', '[', '{']);
            if (dead || names_one) && !sources.iter().any(|it| selection.holds(it)) {
                sink.push(self.unmatched(pattern, selection, &sources, listed));
            }
        }
    }

    fn unmatched(
        &self,
        pattern: &Spanned<String>,
        selection: &Selection,
        sources: &[&str],
        listed: &[String],
    ) -> Diagnostic {
        let title = format!("no source matches `{}`", pattern.value);
        let found = Diagnostic::new(Code::RuleUnmatched, title).at(pattern.span, "has no effect");
        if let Some(mended) = self.mended(&pattern.value, sources) {
            return found.fix("a source with a similar path exists", pattern.span, mended);
        }
        let mut others = listed.iter().filter_map(|it| self.inside(it));
        if let Some(other) = others.find(|it| selection.holds(it)) {
            return found
                .note(format!("`{other}` matches it, but is no source"))
                .help("rules are for files with notes; see `sources` and `exclude`");
        }
        let place = match self.folder.as_str() {
            "" => "the project's folder".to_owned(),
            folder => format!("`{folder}`, where this file lies"),
        };
        found
            .note(format!("patterns count from {place}"))
            .help("mend the pattern, or take it out")
    }

    /// The pattern with one part of it exchanged, if it then names a source.
    fn mended(&self, pattern: &str, sources: &[&str]) -> Option<String> {
        let names_one = |pattern: &str| {
            let pattern = Spanned::new(pattern.to_owned(), crate::diag::Span::NONE);
            let selection = Selection::of(&[pattern], &mut Diagnostics::new());
            sources.iter().any(|it| selection.holds(it))
        };
        // Written from the root, though it counts from the folder.
        let from_root = pattern.trim_start_matches('/').strip_prefix(&self.folder);
        let inside = from_root.and_then(|it| it.strip_prefix('/'));
        if let Some(inside) = inside.filter(|it| !self.folder.is_empty() && names_one(it)) {
            return Some(inside.to_owned());
        }
        let mut names: Vec<&str> = sources.iter().flat_map(|it| it.split('/')).collect();
        names.sort_unstable();
        names.dedup();
        let parts: Vec<&str> = pattern.split('/').collect();
        parts.iter().enumerate().find_map(|(index, part)| {
            let near = nearest(part, names.iter().copied().filter(|it| it != part))?;
            let mut mended = parts.clone();
            *mended.get_mut(index)? = near;
            Some(mended.join("/")).filter(|it| names_one(it))
        })
    }

    /// The path as the rule's patterns count it.
    fn inside<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self.folder.as_str() {
            "" => Some(path),
            folder => path.strip_prefix(folder)?.strip_prefix('/'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::model::DeckName;
    use crate::source::manifest::Manifest;
    use crate::source::yaml;

    fn rules(folder: &str, source: &str) -> Vec<Arc<Rule>> {
        let file = Sources::new().add("deckle.yaml", source);
        let mut sink = Diagnostics::new();
        let documents = yaml::parse(file, source, 0, &mut sink);
        let defaults = Manifest::without_file(&DeckName::new("A").unwrap()).defaults;
        let rules = read(&documents[0], folder, &defaults, &mut sink);
        assert!(sink.is_empty(), "{source}");
        rules
    }

    #[test]
    fn patterns_count_from_the_folder_of_their_file() {
        let check = |folder: &str, pattern: &str, path: &str, expect: bool| {
            let rules = rules(folder, &format!("- {{match: {pattern}, flag: red}}\n"));
            let found = rules.iter().any(|it| it.matches(path));
            assert_eq!(found, expect, "{folder}: {pattern}: {path}");
        };
        check("", "'a/**'", "a/b/c.md", true);
        check("", "'a/**'", "ab/c.md", false);
        check("", "a/", "a/c.md", true);
        check("", "c.md", "a/b/c.md", true);
        check("", "/c.md", "a/c.md", false);
        check("", "[x.md, c.md]", "a/c.md", true);
        check("a", "'*.md'", "a/b/c.md", true);
        check("a", "/c.md", "a/c.md", true);
        check("a", "b/c.md", "a/b/c.md", true);
        check("a", "a/b/c.md", "a/b/c.md", false);
        check("a", "'**'", "ab/c.md", false);
    }

    #[test]
    fn what_matches_nothing_is_told_with_what_was_meant() {
        let sources = ["pharm/beta.md", "words/vocab.yaml", "words/verbs.yaml"];
        let sources = sources.map(str::to_owned);
        let listed = [&sources[..], &["old/export.txt".to_owned()]].concat();
        let check = |folder: &str, pattern: &str, expect: &[&str]| {
            let mut sink = Diagnostics::new();
            for rule in rules(folder, &format!("- {{match: {pattern}, flag: red}}\n")) {
                rule.tell_unmatched(&sources, &listed, &mut sink);
            }
            let found: Vec<String> = sink
                .iter()
                .map(|it| match (&it.fix, it.notes.first()) {
                    (Some(fix), _) => fix.edits[0].1.clone(),
                    (None, Some(note)) => note.clone(),
                    (None, None) => String::new(),
                })
                .collect();
            assert_eq!(found, expect, "{folder}: {pattern}");
        };
        check("", "'pharm/**'", &[]);
        check("", "'pahrm/**'", &["pharm/**"]);
        check("", "pharm/bta.md", &["pharm/beta.md"]);
        check("", "'**/vocb.yaml'", &["**/vocab.yaml"]);
        check(
            "",
            "old/",
            &["`old/export.txt` matches it, but is no source"],
        );
        check(
            "",
            "'new/**'",
            &["patterns count from the project's folder"],
        );
        check("words", "words/vocab.yaml", &["vocab.yaml"]);
        check(
            "words",
            "x.md",
            &["patterns count from `words`, where this file lies"],
        );
        // One that asks for whatever there may be is told only if the whole rule is for nothing.
        check("", "['**/*.yaml', '**/*.tsv']", &[]);
        check("", "['**/*.yaml', pharm/bta.md]", &["pharm/beta.md"]);
        let none = "patterns count from the project's folder";
        check("", "['**/*.csv', '**/*.tsv']", &[none, none]);
    }
}
