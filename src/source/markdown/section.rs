//! What notes inherit from the headings above them.

use std::rc::Rc;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, Span, Text};
use crate::source::defaults::Defaults;
use crate::source::draft::NoteSettings;
use crate::source::types::TypeSet;

/// What holds at one place of the file.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) defaults: Defaults,
    /// The titles of the headings above, outermost first.
    pub(super) headings: Arc<[String]>,
    /// The same with their places.
    pub(super) trail: Vec<Text>,
    /// Nothing in it is a note.
    pub(super) skip: bool,
}

/// The headings that are open at one place of the file.
#[derive(Debug)]
pub(super) struct Sections {
    root: Rc<Scope>,
    open: Vec<(u8, Rc<Scope>)>,
}

impl Sections {
    /// A file that inherits this.
    pub(super) fn new(defaults: Defaults) -> Self {
        let root = Rc::new(Scope {
            defaults,
            headings: Arc::from([]),
            trail: Vec::new(),
            skip: false,
        });
        Self {
            root,
            open: Vec::new(),
        }
    }

    /// What holds here.
    pub(super) fn current(&self) -> &Rc<Scope> {
        self.open.last().map_or(&self.root, |it| &it.1)
    }

    /// What holds for a heading of this level that stands here.
    pub(super) fn above(&self, level: u8) -> &Scope {
        let outer = self.open.iter().rev().find(|it| it.0 < level);
        outer.map_or(&self.root, |it| &it.1)
    }

    /// Ends the sections that a heading of this level ends.
    pub(super) fn leave(&mut self, level: u8) {
        while self.open.last().is_some_and(|it| it.0 >= level) {
            self.open.pop();
        }
    }

    /// Begins a section.
    pub(super) fn enter(
        &mut self,
        level: u8,
        title: Text,
        settings: NoteSettings,
        types: &TypeSet,
        sink: &mut Diagnostics,
    ) {
        self.leave(level);
        let outer = self.current();
        let mut trail = outer.trail.clone();
        if !title.is_empty() {
            trail.push(title);
        }
        let scope = Scope {
            headings: trail.iter().map(|it| it.as_str().to_owned()).collect(),
            trail,
            skip: outer.skip || settings.skip,
            defaults: inherited(&outer.defaults, settings, types, sink),
        };
        self.open.push((level, Rc::new(scope)));
    }
}

fn inherited(
    outer: &Defaults,
    settings: NoteSettings,
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Defaults {
    let mut defaults = outer.inside();
    if let Some(key) = settings.note_type
        && types.resolve(&key, sink).is_some()
    {
        defaults.note_type = key;
    }
    if let Some(deck) = &settings.deck {
        defaults.set_deck(deck, sink);
    }
    if settings.replace_tags {
        defaults.tags.clear();
    }
    for tag in settings.tags {
        if !defaults.tags.iter().any(|it| it.value == tag.value) {
            defaults.tags.push(tag);
        }
    }
    if let Some(suspend) = settings.suspend {
        defaults.suspend = suspend;
    }
    if let Some(flag) = settings.flag {
        defaults.flag = flag;
    }
    if let Some(id) = &settings.id {
        sink.push(only_of_notes("id", id.span));
    }
    if let Some(guid) = &settings.guid {
        sink.push(only_of_notes("guid", guid.span));
    }
    if let Some(was) = &settings.was {
        sink.push(only_of_notes("was", was.span));
    }
    defaults
}

fn only_of_notes(what: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::Attributes, format!("a section has no `{what}`"))
        .at(span, "this heading is no note")
        .help("sections take `.tag`, `type`, `deck`, `tags`, `flag` and `suspend`; if the heading is meant as a note, add the word `note`")
}
