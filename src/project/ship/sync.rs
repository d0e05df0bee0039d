//! A package onto a sync server, and kept once it is there.

use super::Parcel;
use crate::Error;
use crate::model::Removal;
use crate::sync::{self, Outside, PushOptions, Pushed, Server};

impl Parcel {
    /// Pushes to a sync server, by the difference to the package that was pushed before, and keeps
    /// this one in its place. A dry run changes nothing, neither there nor here.
    ///
    /// # Errors
    /// As [`sync::push`]; when the package before cannot be read, or this one not be kept.
    pub fn push(
        &self,
        server: &Server,
        removal: &Removal,
        dry_run: bool,
        outside: &dyn Outside,
    ) -> Result<Pushed, Error> {
        let mut options = PushOptions::new().removed(removal.clone()).dry_run(dry_run);
        if let Some(base) = self.base()? {
            options = options.base(base);
        }
        if let Some(project) = &self.cache {
            options = options.cache(project);
        }
        let pushed = sync::push(server, &self.built.path, &options, outside)?;
        if !dry_run {
            self.keep()?;
        }
        Ok(pushed)
    }
}
