//! Passwords and keys come from the environment, from files and from standard input, and are told
//! to nobody but their server.

use std::io::Read as _;
use std::path::Path;

use deckle::project::ship::{Secret, SecretSource, ShipTarget, Via, read_secret};
use deckle::{Error, ErrorKind};

use super::expanded;

/// The secrets of one run.
pub(in crate::cli) struct Secrets {
    /// What came over standard input, for the one target that is a server.
    typed: Option<Secret>,
}

impl Secrets {
    /// Those that the targets name.
    pub(in crate::cli) fn none() -> Self {
        Self { typed: None }
    }

    /// With the first line of standard input, if that is where the secret is.
    pub(in crate::cli) fn new(from_input: bool, targets: &[ShipTarget]) -> Result<Self, Error> {
        if !from_input {
            return Ok(Self { typed: None });
        }
        let servers = targets
            .iter()
            .filter(|it| !matches!(it.via, Via::Folder(_)));
        let mut names: Vec<&str> = servers.map(|it| it.name.as_str()).collect();
        names.dedup();
        if names.len() != 1 {
            let text = match names.is_empty() {
                true => "`--password-stdin` is for a target that is a server, and none is chosen"
                    .to_owned(),
                false => format!(
                    "`--password-stdin` brings one secret; name one target: {}",
                    names.join(", ")
                ),
            };
            return Err(Error::new(ErrorKind::Usage(text)));
        }
        let mut text = String::new();
        let read = std::io::stdin().take(4096).read_to_string(&mut text);
        read.map_err(|error| {
            Error::new(ErrorKind::Read("standard input".into())).caused_by(error)
        })?;
        let typed = Secret::new(&text);
        if typed.is_empty() {
            let text = "standard input brought no secret; write it in the first line".to_owned();
            return Err(Error::new(ErrorKind::Usage(text)));
        }
        Ok(Self { typed: Some(typed) })
    }

    /// The secret of a server: what was typed, else what its target names; `None` where it names
    /// nothing. Paths begin in the project.
    pub(in crate::cli) fn of(
        &self,
        source: Option<&SecretSource>,
        root: &Path,
    ) -> Result<Option<Secret>, Error> {
        if let Some(typed) = &self.typed {
            return Ok(Some(typed.clone()));
        }
        match source {
            None => Ok(None),
            Some(SecretSource::Environment(name)) => environment(name).map(Some),
            Some(SecretSource::File(path)) => read_secret(&root.join(expanded(path)?)).map(Some),
            Some(_) => Ok(None),
        }
    }
}

fn environment(name: &str) -> Result<Secret, Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let value = std::env::var(name);
    let secret = value.ok().map(|it| Secret::new(&it));
    secret.filter(|it| !it.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Usage(format!(
            "the variable {name}, which holds the secret, is not set; set it, or pass `--password-stdin`"
        )))
    })
}
