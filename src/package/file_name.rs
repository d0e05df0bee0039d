//! File names of packages: some mean something else to Anki.

use std::path::Path;

use crate::Error;

/// Refuses names that Anki would not import as a package: `collection.apkg` and `backup-*.apkg`
/// replace the learner's whole collection, and AnkiDroid opens nothing but `.apkg`.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let name = name.unwrap_or_default().to_lowercase();
    let shown = path.display();
    let Some(stem) = name.strip_suffix(".apkg").filter(|stem| !stem.is_empty()) else {
        return Err(Error::usage(format!(
            "the package's name must end in `.apkg`, not `{shown}`: AnkiDroid opens nothing else"
        )));
    };
    if stem == "collection" || stem.starts_with("backup-") {
        return Err(Error::usage(format!(
            "Anki takes `{shown}` for a backup and replaces the whole collection with it; choose \
             a name other than `collection.apkg` and `backup-...apkg`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_backups_are_refused() {
        let check = |name: &str, expect: bool| {
            assert_eq!(check(Path::new(name)).is_ok(), expect, "{name}");
        };
        check("Spanish.apkg", true);
        check("out/my-collection.apkg", true);
        check("a.APKG", true);
        check("backup.apkg", true);
        check("collection.apkg", false);
        check("out/Collection.APKG", false);
        check("backup-2024.apkg", false);
        check("deck.zip", false);
        check("deck.colpkg", false);
        check("deck", false);
        check(".apkg", false);
        check("", false);
    }
}
