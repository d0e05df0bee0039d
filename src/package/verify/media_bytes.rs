//! Rules that only the bytes of media can break.

use std::io::{self, Write};

use sha1::{Digest, Sha1};

use super::finding::{Findings, Place};
use super::{causes, rules};
use crate::package::PackageReader;

/// Reads all media, one after the other, and keeps none.
pub(super) fn check(package: &mut PackageReader, findings: &mut Findings) {
    for media in package.contents().media.clone() {
        if !media.present {
            continue;
        }
        let place = || Place::media(&media.name);
        let mut sum = Sum(media.sha1.map(|_| Sha1::new()));
        let length = match package.copy_media(&media, &mut sum) {
            Ok(length) => length,
            Err(error) => {
                findings.add(&rules::DAMAGED_MEDIA, || (place(), causes(&error)));
                continue;
            }
        };
        let found = sum.0.map(|it| it.finalize().into());
        if media.sha1 != found {
            findings.add(&rules::MEDIA_SUM, || (place(), String::new()));
        }
        // Only the latest list has sizes of its own, and none for what 32 bits cannot count.
        let listed = media.size.filter(|_| media.sha1.is_some());
        let listed = listed.filter(|size| *size != 0 || length <= u64::from(u32::MAX));
        if let Some(size) = listed.filter(|size| *size != length) {
            findings.add(&rules::MEDIA_SIZE, || {
                (place(), format!("{size} bytes listed, {length} there"))
            });
        }
    }
}

/// Sums up what is written, where there is something to compare with.
struct Sum(Option<Sha1>);

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(sum) = &mut self.0 {
            sum.update(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
