//! What formulas of one build share: the files of macros, fonts, and the pictures that were made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

#[cfg(feature = "formulas")]
use super::Font;
use super::macros::Macros;
use super::{FormulaError, FormulaOptions, FormulaPicture};
use crate::model::written::MacroSettings;
use crate::render::MediaKey;

/// A formula as a file among the media.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::render) struct Drawn {
    pub(in crate::render) key: MediaKey,
    pub(in crate::render) width_em: f64,
    pub(in crate::render) depth_em: f64,
}

/// The formula, whether it stands alone on its line, and the font of the author.
type PictureKey = (String, bool, Option<MediaKey>);

/// A picture, drawn by the first who asks.
type Slot = Arc<OnceLock<Result<Drawn, FormulaError>>>;

/// The file of macros, and those that settings give beside it.
type MacroKey = (Option<String>, BTreeMap<String, String>);

/// Many threads may use it at a time.
#[derive(Default)]
pub(in crate::render) struct Formulas {
    files: Mutex<BTreeMap<String, Arc<Macros>>>,
    sets: Mutex<BTreeMap<MacroKey, Arc<Macros>>>,
    #[cfg(feature = "formulas")]
    fonts: Mutex<BTreeMap<MediaKey, Arc<OnceLock<Option<Font>>>>>,
    pictures: Mutex<BTreeMap<PictureKey, Slot>>,
}

/// A font that was asked for.
#[derive(Clone, Default)]
pub(in crate::render) struct SharedFont {
    #[cfg(feature = "formulas")]
    slot: Option<(MediaKey, Arc<OnceLock<Option<Font>>>)>,
}

impl SharedFont {
    /// The hash of its file; `None` where there is no font.
    pub(in crate::render) fn key(&self) -> Option<MediaKey> {
        #[cfg(feature = "formulas")]
        return self.slot.as_ref().map(|it| it.0);
        #[cfg(not(feature = "formulas"))]
        None
    }

    /// What formulas are typeset with.
    pub(in crate::render) fn options(&self) -> FormulaOptions<'_> {
        FormulaOptions {
            #[cfg(feature = "formulas")]
            font: self
                .slot
                .as_ref()
                .and_then(|it| it.1.get())
                .and_then(Option::as_ref),
            #[cfg(not(feature = "formulas"))]
            font: std::marker::PhantomData,
        }
    }
}

impl Formulas {
    /// Takes in the macros of the file at this path.
    pub(in crate::render) fn learn(&self, path: &str, macros: Macros) {
        lock(&self.files).insert(path.to_owned(), Arc::new(macros));
        lock(&self.sets).clear();
    }

    /// The path of the file of macros that a note in `folder` means by `name`.
    pub(in crate::render) fn find(&self, folder: &str, name: &str) -> Option<String> {
        let files = lock(&self.files);
        let mut places = super::macro_paths(folder, name);
        places.find(|path| files.contains_key(path))
    }

    /// The macros of the file at `path`, and those that the settings give beside it.
    pub(in crate::render) fn macros(
        &self,
        path: Option<String>,
        settings: &MacroSettings,
    ) -> Arc<Macros> {
        let key = (path, settings.inline.clone());
        if let Some(known) = lock(&self.sets).get(&key) {
            return Arc::clone(known);
        }
        let file = key
            .0
            .as_ref()
            .and_then(|path| lock(&self.files).get(path).cloned());
        let mut macros = file.map(|it| (*it).clone()).unwrap_or_default();
        for (name, body) in &settings.inline {
            // What cannot be defined was told where it is written.
            let _ = macros.define(name, body);
        }
        let macros = Arc::new(macros);
        lock(&self.sets).insert(key, Arc::clone(&macros));
        macros
    }

    /// The font whose file has this hash; `None` if `read` gets none.
    #[cfg(feature = "formulas")]
    pub(in crate::render) fn font(
        &self,
        key: MediaKey,
        read: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Option<SharedFont> {
        let slot = Arc::clone(lock(&self.fonts).entry(key).or_default());
        slot.get_or_init(|| Font::new(read()?)).as_ref()?;
        Some(SharedFont {
            slot: Some((key, slot)),
        })
    }

    #[cfg(not(feature = "formulas"))]
    pub(in crate::render) fn font(
        &self,
        _key: MediaKey,
        _read: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Option<SharedFont> {
        Some(SharedFont::default())
    }

    /// The picture of a formula, however often it comes. `keep` takes in the file.
    pub(in crate::render) fn picture(
        &self,
        tex: &str,
        display: bool,
        font: &SharedFont,
        keep: impl FnOnce(&FormulaPicture) -> MediaKey,
    ) -> Result<Drawn, FormulaError> {
        let key = (tex.to_owned(), display, font.key());
        let slot = Arc::clone(lock(&self.pictures).entry(key).or_default());
        slot.get_or_init(|| {
            let picture = super::svg(tex, display, &font.options())?;
            Ok(Drawn {
                key: keep(&picture),
                width_em: picture.width_em,
                depth_em: picture.depth_em,
            })
        })
        .clone()
    }
}

/// A thread that panicked while it held the lock left a whole map behind: entries are put in by
/// one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
