//! What the system tells of changes in a folder, and all below.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::Wake;

/// Gives the alarm for as long as it is kept.
pub(super) struct Alarm {
    _watcher: RecommendedWatcher,
}

impl Alarm {
    /// For this folder, whose path has no symbolic links. The error says why there can be none,
    /// such as that there are more folders than the system watches.
    pub(super) fn new(root: &Path, wakes: Sender<Wake>) -> Result<Self, String> {
        let folder = root.to_owned();
        let heard = move |event: notify::Result<Event>| {
            if let Some(wake) = meaning(&folder, event.ok().as_ref()) {
                // Nobody listens any more at the end of the program.
                let _ = wakes.send(wake);
            }
        };
        // A link that leads out is nothing of the project; one that stays inside is watched there.
        let config = Config::default().with_follow_symlinks(false);
        let mut watcher = RecommendedWatcher::new(heard, config).map_err(|it| it.to_string())?;
        let watching = watcher.watch(root, RecursiveMode::Recursive);
        watching.map_err(|it| it.to_string())?;
        Ok(Self { _watcher: watcher })
    }
}

/// What there is to be said of an event; of one that could not be told, that anything may have
/// happened.
fn meaning(root: &Path, event: Option<&Event>) -> Option<Wake> {
    let Some(event) = event.filter(|it| !it.need_rescan()) else {
        return Some(Wake::Alarm);
    };
    let is_root = |path: &PathBuf| path == root;
    match event.kind {
        EventKind::Access(_) => None,
        EventKind::Remove(_) if event.paths.iter().any(is_root) => Some(Wake::Lost),
        _ => {
            let matters = |path: &PathBuf| may_matter(root, path);
            event.paths.iter().any(matters).then_some(Wake::Alarm)
        }
    }
}

/// Whether a project may read what is at this path: not what is hidden, as repositories, temporary
/// files of editors and caches are. What `.gitignore` says changes what is a source.
fn may_matter(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else {
        return false;
    };
    let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    let folders = inside.parent().unwrap_or(Path::new(""));
    let name = inside.file_name().unwrap_or_default();
    !folders.iter().any(is_hidden) && (!is_hidden(name) || name == ".gitignore")
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, RemoveKind};

    use super::*;

    #[test]
    fn what_is_hidden_gives_no_alarm() {
        let root = Path::new("/home/.notes");
        let check = |path: &str, expect: bool| {
            assert_eq!(may_matter(root, Path::new(path)), expect, "{path}");
        };
        check("/home/.notes/a.md", true);
        check("/home/.notes/sub/deckle.yaml", true);
        check("/home/.notes", true);
        check("/home/.notes/.gitignore", true);
        check("/home/.notes/sub/.gitignore", true);
        check("/home/.notes/.git", false);
        check("/home/.notes/.git/index.lock", false);
        check("/home/.notes/.deckle/cache/v1/x", false);
        check("/home/.notes/.deckle-x1y2", false);
        check("/home/.notes/.a.md.swp", false);
        check("/home/elsewhere/a.md", false);
    }

    #[test]
    fn events_mean_what_they_are_about() {
        let root = Path::new("/notes");
        let check = |kind: EventKind, path: &str, expect: Option<Wake>| {
            let event = Event::new(kind).add_path(path.into());
            assert_eq!(meaning(root, Some(&event)), expect, "{event:?}");
        };
        let (create, remove) = (CreateKind::File, RemoveKind::Any);
        check(EventKind::Create(create), "/notes/a.md", Some(Wake::Alarm));
        check(EventKind::Create(create), "/notes/.a.md~", None);
        check(EventKind::Access(AccessKind::Any), "/notes/a.md", None);
        check(EventKind::Remove(remove), "/notes/a.md", Some(Wake::Alarm));
        check(EventKind::Remove(remove), "/notes", Some(Wake::Lost));
        assert_eq!(meaning(root, None), Some(Wake::Alarm));
        let overflow = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(meaning(root, Some(&overflow)), Some(Wake::Alarm));
    }
}
