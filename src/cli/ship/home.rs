//! The user's own folder.

use std::path::PathBuf;

use deckle::{Error, ErrorKind};

/// A path as it is written, with the user's own folder for a `~` in front.
pub(in crate::cli) fn expanded(path: &str) -> Result<PathBuf, Error> {
    let rest = path.strip_prefix('~');
    let Some(rest) = rest.filter(|it| it.is_empty() || it.starts_with(['/', '\\'])) else {
        return Ok(path.into());
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let home = ["HOME", "USERPROFILE"].iter().find_map(std::env::var_os);
    let home = home.filter(|it| !it.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Usage(format!(
            "`{path}` begins with `~`, and neither HOME nor USERPROFILE says which folder that is"
        )))
    })?;
    Ok(PathBuf::from(home).join(rest.trim_start_matches(['/', '\\'])))
}
