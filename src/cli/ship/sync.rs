//! Onto a sync server.

use std::path::Path;

use deckle::project::Parcel;
use deckle::source::ship::SyncServer;
use deckle::{Error, ErrorKind};

use super::Shipping;
use super::outcome::Shipped;

impl Shipping {
    #[expect(
        clippy::unused_self,
        reason = "what speaks to a sync server takes its password from here"
    )]
    pub(super) fn to_sync_server(
        &self,
        server: &SyncServer,
        _root: &Path,
        _parcels: &[Parcel],
        _shipped: &mut Shipped,
    ) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Usage(format!(
            "this deckle was built without the feature `sync`, which `{}` needs",
            server.url
        ))))
    }
}
