//! Texts that many records share, such as the paths of files: each is kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// How many of the last texts are looked at first. A record has a note type, a path and a heading,
/// and the next one mostly has the same.
const RECENT: usize = 3;

/// The texts so far.
#[derive(Debug, Default)]
pub(super) struct Shared {
    known: HashSet<Arc<str>>,
    recent: [Option<Arc<str>>; RECENT],
    /// Which of the recent ones is the oldest.
    oldest: usize,
}

impl Shared {
    /// The one copy of this text.
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        let recent = self.recent.iter().flatten();
        if let Some(known) = recent.into_iter().find(|it| &***it == text) {
            return known.clone();
        }
        let one = self.known.get(text).cloned().unwrap_or_else(|| {
            let new: Arc<str> = text.into();
            self.known.insert(new.clone());
            new
        });
        if let Some(place) = self.recent.get_mut(self.oldest) {
            *place = Some(one.clone());
        }
        self.oldest = (self.oldest + 1) % RECENT;
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut shared = Shared::default();
        let texts = ["a", "", "b", "c", "d", "a", "", "d"];
        let kept = texts.map(|it| shared.get(it));
        assert_eq!(kept.each_ref().map(|it| &**it), texts);
        assert!(Arc::ptr_eq(&kept[0], &kept[5]));
        assert!(Arc::ptr_eq(&kept[1], &kept[6]));
        assert!(Arc::ptr_eq(&kept[4], &kept[7]));
    }
}
