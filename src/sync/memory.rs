//! What is kept of an account from one push to the next: all that a push reads, as the server sent
//! it. Over a slow line that is what takes long.
//!
//! Whether it is still so is not believed. The server says when the account began anew (`scm`), how
//! many syncs it has seen (`usn`) and when the last one ended (`mod`). If all three are the same
//! there may be nothing to do at all. Else what changed since is read, in the transaction in which
//! something may be sent, as any client of Anki's does; and then the server counts notes, cards,
//! reviews, note types, decks and presets, before anything is planned, and again before it makes
//! anything lasting. Where one of these differs, all is read anew.

use serde::{Deserialize, Serialize};

use super::options::PushOptions;
use super::rows::Meta;
use super::server::{Protocol, Server};
use super::state::State;
use super::stream::{pack, unpack};
use crate::files::Cache;

/// In front of what makes the key. Another form of what is kept takes another number.
const FORM: &str = "deckle account 1";
/// The folder of the cache.
const KIND: &str = "sync";

/// Where accounts are kept.
pub(super) struct Memory {
    cache: Cache,
    /// Whose account it is.
    key: [u8; 32],
    is_trusted: bool,
}

/// What is kept of an account: `S` is a [`State`], or what it is borrowed as.
#[derive(Serialize, Deserialize)]
struct Kept<S> {
    schema: i64,
    usn: i64,
    modified: i64,
    state: S,
}

/// An account as it was.
pub(super) struct Recalled {
    pub(super) state: State,
    /// How many syncs there had been.
    pub(super) usn: i64,
    /// Whether nothing has changed since.
    pub(super) is_current: bool,
}

impl Memory {
    /// That of the server's account. Older servers have none: they save each call at once, so that
    /// their counts come too late.
    pub(super) fn new(server: &Server, options: &PushOptions) -> Self {
        let user = &server.credentials.user;
        let is_known = !user.is_empty() && server.speaks() == Protocol::Current;
        let folder = options.cache.as_ref().filter(|_| is_known);
        let mut hasher = blake3::Hasher::new();
        for part in [FORM, server.url(), user] {
            hasher.update(&part.len().to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self {
            cache: folder.map_or_else(Cache::none, |it| Cache::of(it)),
            key: hasher.finalize().into(),
            is_trusted: true,
        }
    }

    /// What is kept of the account, if it can be of this one.
    pub(super) fn recall(&self, meta: &Meta) -> Option<Recalled> {
        if !self.is_trusted {
            return None;
        }
        let kept = self.cache.get(KIND, &self.key)?;
        let kept: Kept<State> = serde_json::from_slice(&unpack(&kept, None).ok()?).ok()?;
        let is_current = (kept.usn, kept.modified) == (meta.usn, meta.modified);
        // What has seen fewer syncs, or other ones, was put back from a copy.
        let is_older = is_current || kept.usn < meta.usn;
        if meta.empty || kept.schema != meta.schema || !is_older {
            return None;
        }
        Some(Recalled {
            state: kept.state,
            usn: kept.usn,
            is_current,
        })
    }

    /// Keeps what was read; `meta` was said right before. What cannot be kept is read again.
    pub(super) fn keep(&self, meta: &Meta, state: &State) {
        // A collection that is not there yet has no beginning.
        if meta.empty || self.cache.is_none() {
            return;
        }
        let kept = Kept {
            schema: meta.schema,
            usn: meta.usn,
            modified: meta.modified,
            state,
        };
        let text = serde_json::to_vec(&kept).ok();
        let packed = text.and_then(|it| pack(&it).ok());
        if let Some(packed) = packed {
            self.cache.put(KIND, &self.key, &packed);
        }
    }

    /// Drops it: it is not what the server has.
    pub(super) fn forget(&mut self) {
        self.is_trusted = false;
        if !self.cache.is_none() {
            self.cache.put(KIND, &self.key, b"");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::server::Credentials;

    fn memory(folder: &std::path::Path, url: &str, user: &str) -> Memory {
        let server = Server::new(url, Credentials::new(user, "secret")).unwrap();
        Memory::new(&server, &PushOptions::new().cache(folder))
    }

    fn meta(schema: i64, usn: i64, modified: i64) -> Meta {
        Meta {
            schema,
            usn,
            modified,
            ..Meta::default()
        }
    }

    fn state() -> State {
        let note = r#"[1,"g",2,3,4," a ","x\u001fy","","",0,""]"#;
        let card = r#"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,"{}"]"#;
        let preset = r#"{"id":1,"usn":2,"name":"Slow","x":[0.9,null]}"#;
        State {
            presets: [(1, serde_json::from_str(preset).unwrap())].into(),
            tags: vec!["a".to_owned()],
            next_position: 4,
            notes: [(1, serde_json::from_str(note).unwrap())].into(),
            cards: [(1, serde_json::from_str(card).unwrap())].into(),
            reviews: 5,
            older_reviews: 3,
            ..State::default()
        }
    }

    #[test]
    fn what_is_kept_is_for_one_account_that_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let it = memory(folder.path(), "http://h/", "me");
        assert!(it.recall(&meta(1, 7, 9)).is_none());
        it.keep(&meta(1, 7, 9), &state());
        let check = |meta: &Meta, expect: Option<bool>| {
            let found = it.recall(meta).map(|it| it.is_current);
            assert_eq!(found, expect, "{meta:?}");
        };
        check(&meta(1, 7, 9), Some(true));
        check(&meta(1, 8, 10), Some(false));
        // Began anew, was put back, and others than it was.
        check(&meta(2, 8, 10), None);
        check(&meta(1, 6, 10), None);
        check(&meta(1, 7, 10), None);
        let empty = Meta {
            empty: true,
            ..meta(1, 8, 10)
        };
        check(&empty, None);

        let found = it.recall(&meta(1, 8, 10)).unwrap();
        assert_eq!(found.usn, 7);
        assert_eq!(format!("{:?}", found.state), format!("{:?}", state()));

        for (url, user) in [("http://h/", "you"), ("http://i/", "me"), ("http://h/", "")] {
            let other = memory(folder.path(), url, user);
            assert!(other.recall(&meta(1, 7, 9)).is_none(), "{url} {user}");
        }
    }

    #[test]
    fn what_is_in_doubt_is_dropped_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let mut it = memory(folder.path(), "http://h/", "me");
        it.keep(&meta(1, 7, 9), &state());
        it.forget();
        assert!(it.recall(&meta(1, 7, 9)).is_none());
        assert!(
            memory(folder.path(), "http://h/", "me")
                .recall(&meta(1, 7, 9))
                .is_none()
        );
        // Not even what was read since is taken in this push; the next one does.
        it.keep(&meta(1, 8, 10), &state());
        assert!(it.recall(&meta(1, 8, 10)).is_none());
        assert!(
            memory(folder.path(), "http://h/", "me")
                .recall(&meta(1, 8, 10))
                .is_some()
        );
    }

    #[test]
    fn nothing_is_kept_of_an_account_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let kept = |server: Server, options: &PushOptions| {
            let it = Memory::new(&server, options);
            it.keep(&meta(1, 7, 9), &state());
            it.recall(&meta(1, 7, 9)).is_some()
        };
        let server = |user: &str| Server::new("http://h/", Credentials::new(user, "x")).unwrap();
        let options = PushOptions::new().cache(folder.path());
        assert!(!kept(server("me"), &PushOptions::new()));
        assert!(!kept(server(""), &options));
        assert!(!kept(server("me").protocol(Protocol::Legacy), &options));
        assert!(crate::files::is_missing(&folder.path().join(".deckle")));
        assert!(kept(server("me"), &options));
        // Neither the password nor a key, nor what a password could be guessed from.
        let other = Server::new("http://h/", Credentials::new("me", "y")).unwrap();
        assert!(
            Memory::new(&other, &options)
                .recall(&meta(1, 7, 9))
                .is_some()
        );
    }
}
