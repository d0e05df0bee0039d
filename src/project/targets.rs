//! What the clients that a deck is made for do not show, as far as only the whole of a build tells.

use crate::diag::Diagnostics;
use crate::model::{MediaFile, Targets};
use crate::render::targets::of_name;

/// Tells of names of files that a client has trouble with.
pub(super) fn tell(media: &[MediaFile], targets: Targets, sink: &mut Diagnostics) {
    for file in media {
        if let Some(found) = of_name(&file.name, targets) {
            sink.push(found);
        }
    }
}
