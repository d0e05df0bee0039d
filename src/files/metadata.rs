//! What stands in a photo beside its pixels: where it was taken, which side is up, notes of
//! cameras and programs.
//!
//! A file is walked by its parts, from the front, each once. Of EXIF two directories are read and
//! none that they refer to, so no loop of references leads anywhere; a crate for EXIF reads
//! hundreds of tags more, and says nothing of XMP, which holds places as well. What is taken out is
//! taken out by whole parts: pixels are never encoded anew.

use std::ops::Range;

use super::container::Container;
use super::exif::Exif;

/// What a picture says beside its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Metadata {
    /// Whether it says where on earth it was taken.
    pub has_place: bool,
    /// How it is to be turned and mirrored, 1 to 8 as EXIF counts them; 1 is as it is.
    pub orientation: u8,
    /// Whether there is anything that [`without_metadata`] takes out.
    pub is_there: bool,
    /// Whether the file ends before the picture does.
    pub cut_short: bool,
    /// Whether it is a series of pictures.
    pub animated: bool,
}

/// A part of a file, and what it is.
struct Part {
    range: Range<usize>,
    role: Role,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// Pixels, or what they need.
    Needed,
    /// EXIF; where its TIFF header begins and ends.
    Exif(Range<usize>),
    /// Other metadata.
    Note,
    /// The head of an extended WebP, which says whether there is metadata.
    WebPHead,
    /// The beginning of an animation.
    Animation,
}

/// The parts of a file, and whether its end is there.
struct Parts {
    parts: Vec<Part>,
    complete: bool,
}

/// What a JPEG, PNG, WebP or GIF says beside its pixels; for other files, nothing.
#[must_use]
pub fn metadata(bytes: &[u8], container: Container) -> Metadata {
    let mut found = Metadata {
        orientation: 1,
        ..Metadata::default()
    };
    let Some(Parts { parts, complete }) = parts(bytes, container) else {
        return found;
    };
    found.cut_short = !complete;
    for part in &parts {
        match &part.role {
            Role::Exif(tiff) => {
                let exif = Exif::read(bytes.get(tiff.clone()).unwrap_or_default());
                found.has_place |= exif.has_place;
                // Browsers go by the first block.
                if found.orientation == 1 {
                    found.orientation = exif.orientation;
                }
                found.is_there = true;
            }
            Role::Note => {
                let note = bytes.get(part.range.clone()).unwrap_or_default();
                // As XMP writes it, be it as attribute or element.
                found.has_place |= holds(note, b"exif:GPSLatitude");
                found.is_there = true;
            }
            Role::Animation => found.animated = true,
            Role::Needed | Role::WebPHead => {}
        }
    }
    found
}

/// The picture without what it says beside its pixels; its color profile stays, and so does which
/// side is up. `None` where there is nothing to take out, or the file is none that this can be done to.
#[must_use]
pub fn without_metadata(bytes: &[u8], container: Container) -> Option<Vec<u8>> {
    let found = metadata(bytes, container);
    if !found.is_there || found.cut_short || container == Container::Gif {
        return None;
    }
    let turned = found.orientation != 1;
    let mut output = Vec::with_capacity(bytes.len());
    let mut put_exif = false;
    for part in parts(bytes, container)?.parts {
        let kept = bytes.get(part.range)?;
        match part.role {
            Role::Needed | Role::Animation => output.extend_from_slice(kept),
            Role::Exif(_) if turned && !put_exif => {
                put_exif = true;
                output.extend(exif_part(container, found.orientation)?);
            }
            Role::Exif(_) | Role::Note => {}
            Role::WebPHead => {
                let at = output.len() + 8;
                output.extend_from_slice(kept);
                // The flags of EXIF and XMP.
                let flags = output.get_mut(at)?;
                *flags &= if turned { !0x04 } else { !0x0c };
            }
        }
    }
    if container == Container::WebP {
        let size = u32::try_from(output.len().checked_sub(8)?).ok()?;
        output.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    }
    Some(output)
}

/// A part that says which side is up and nothing else.
fn exif_part(container: Container, orientation: u8) -> Option<Vec<u8>> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0".to_vec();
    *tiff.get_mut(19)? = orientation;
    Some(match container {
        Container::Jpeg => {
            let length = u16::try_from(tiff.len() + 8).ok()?.to_be_bytes();
            [b"\xff\xe1", &length[..], b"Exif\0\0", &tiff].concat()
        }
        Container::Png => {
            let length = u32::try_from(tiff.len()).ok()?.to_be_bytes();
            let named = [b"eXIf", &tiff[..]].concat();
            let sum = crc32(&named).to_be_bytes();
            [&length[..], &named, &sum].concat()
        }
        Container::WebP => {
            let length = u32::try_from(tiff.len()).ok()?.to_le_bytes();
            [b"EXIF", &length[..], &tiff].concat()
        }
        _ => return None,
    })
}

/// The checksum of a PNG's parts. It is only ever made of a few bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = sum & 1;
            sum >>= 1;
            if carry == 1 {
                sum ^= 0xedb8_8320;
            }
        }
    }
    !sum
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|it| it == word)
}

fn parts(bytes: &[u8], container: Container) -> Option<Parts> {
    match container {
        Container::Jpeg => jpeg(bytes),
        Container::Png => png(bytes),
        Container::WebP => webp(bytes),
        Container::Gif => gif(bytes),
        _ => None,
    }
}

fn jpeg(bytes: &[u8]) -> Option<Parts> {
    let mut parts = vec![Part {
        range: 0..2.min(bytes.len()),
        role: Role::Needed,
    }];
    let mut at = 2;
    loop {
        let Some([0xff, marker, high, low]) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>)
        else {
            return Some(Parts {
                parts,
                complete: false,
            });
        };
        let length = 2 + usize::from(u16::from_be_bytes([*high, *low]));
        let range = at..at.checked_add(length)?;
        let Some(body) = bytes.get(at + 4..range.end) else {
            return Some(Parts {
                parts,
                complete: false,
            });
        };
        let role = match marker {
            // A fill byte in front of a marker.
            0xff => {
                parts.push(Part {
                    range: at..at + 1,
                    role: Role::Needed,
                });
                at += 1;
                continue;
            }
            // The scan: from here on, pixels and what stands between them.
            0xda => break,
            0xe1 if body.starts_with(b"Exif\0\0") => Role::Exif(at + 10..range.end),
            // JFIF, color profile, what decoders of Adobe's colors need.
            0xe0 | 0xee => Role::Needed,
            0xe2 if body.starts_with(b"ICC_PROFILE\0") => Role::Needed,
            0xe1..=0xef | 0xfe => Role::Note,
            _ => Role::Needed,
        };
        at = range.end;
        parts.push(Part { range, role });
    }
    // What stands behind the end, such as a second picture for three dimensions, goes with the
    // metadata.
    let end = end_of_scans(bytes, at).unwrap_or(bytes.len());
    parts.push(Part {
        range: at..end,
        role: Role::Needed,
    });
    let complete = bytes.get(end.saturating_sub(2)..end) == Some(b"\xff\xd9") && end > at + 2;
    if end < bytes.len() {
        parts.push(Part {
            range: end..bytes.len(),
            role: Role::Note,
        });
    }
    Some(Parts { parts, complete })
}

/// Where the picture ends whose first scan begins `at`. In the pixels 0xff is followed by 0 wherever
/// it is no marker; between the scans of a progressive JPEG stand tables, whose lengths are said.
fn end_of_scans(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|it| *it == 0xff)?;
        match bytes.get(at + 1)? {
            0xd9 => return Some(at + 2),
            0xff => at += 1,
            0 | 0x01 | 0xd0..=0xd8 => at += 2,
            _ => {
                let length = bytes.get(at + 2..)?.first_chunk::<2>()?;
                at += 2 + usize::from(u16::from_be_bytes(*length)).max(2);
            }
        }
    }
}

fn png(bytes: &[u8]) -> Option<Parts> {
    let mut parts = vec![Part {
        range: 0..8.min(bytes.len()),
        role: Role::Needed,
    }];
    let mut at: usize = 8;
    let mut complete = false;
    while let Some(length) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let end = at.checked_add(length)?.checked_add(12)?;
        if end > bytes.len() {
            break;
        }
        let name = bytes.get(at + 4..at + 8)?;
        let role = match name {
            b"eXIf" => Role::Exif(at + 8..end - 4),
            b"tEXt" | b"zTXt" | b"iTXt" | b"tIME" => Role::Note,
            b"acTL" => Role::Animation,
            _ => Role::Needed,
        };
        parts.push(Part {
            range: at..end,
            role,
        });
        at = end;
        if name == b"IEND" {
            complete = true;
            break;
        }
    }
    if complete && at < bytes.len() {
        parts.push(Part {
            range: at..bytes.len(),
            role: Role::Note,
        });
    }
    Some(Parts { parts, complete })
}

fn webp(bytes: &[u8]) -> Option<Parts> {
    let size = bytes.get(4..8)?.first_chunk::<4>()?;
    let end = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let end = end.checked_add(8)?;
    let complete = end <= bytes.len();
    let bytes = bytes.get(..end).unwrap_or(bytes);
    let mut parts = vec![Part {
        range: 0..12.min(bytes.len()),
        role: Role::Needed,
    }];
    let mut at: usize = 12;
    while let Some(head) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let (name, size) = head.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_le_bytes(*size.first_chunk::<4>()?)).ok()?;
        // Parts begin at even places.
        let end = at.checked_add(8)?.checked_add(size)?;
        let padded = end.checked_add(size % 2)?.min(bytes.len());
        let role = match name {
            b"EXIF" => {
                let body = at + 8..end.min(bytes.len());
                // Some programs write the mark of JPEG's EXIF in front.
                let marked = bytes
                    .get(body.clone())
                    .is_some_and(|it| it.starts_with(b"Exif\0\0"));
                let skipped = if marked { 6 } else { 0 };
                Role::Exif(body.start + skipped..body.end)
            }
            b"XMP " => Role::Note,
            b"VP8X" => Role::WebPHead,
            b"ANIM" => Role::Animation,
            _ => Role::Needed,
        };
        if end > bytes.len() {
            return Some(Parts {
                parts,
                complete: false,
            });
        }
        parts.push(Part {
            range: at..padded,
            role,
        });
        at = padded;
    }
    Some(Parts { parts, complete })
}

/// A GIF is walked for its end and its number of pictures alone.
fn gif(bytes: &[u8]) -> Option<Parts> {
    let mut parts = Vec::new();
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3 << ((flags & 7) + 1)
        }
    };
    let mut at: usize = 13 + table(*bytes.get(10).unwrap_or(&0));
    let mut complete = false;
    let mut pictures = 0;
    while let Some(kind) = bytes.get(at) {
        at += match kind {
            0x3b => {
                complete = true;
                break;
            }
            0x21 => 2,
            0x2c => {
                pictures += 1;
                11 + table(*bytes.get(at + 9).unwrap_or(&0))
            }
            // Programs pad with zeros.
            0 => {
                at += 1;
                continue;
            }
            _ => break,
        };
        while let Some(&length) = bytes.get(at) {
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
    if pictures > 1 {
        parts.push(Part {
            range: 0..0,
            role: Role::Animation,
        });
    }
    Some(Parts { parts, complete })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A TIFF block with an orientation, and a place if wanted.
    pub(crate) fn exif(orientation: u8, place: bool) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend(b"\x12\x01\x03\0\x01\0\0\0");
        tiff.extend([orientation, 0, 0, 0]);
        tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0");
        // A version, and a latitude.
        let tag = if place { 2 } else { 4 };
        tiff.extend(b"\x02\0\0\0\x01\0\x04\0\0\0\x02\x03\0\0");
        tiff.extend([tag, 0, 5, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        tiff
    }

    /// A JPEG of these segments, which no program could show.
    pub(crate) fn jpeg_of(segments: &[(u8, &[u8])]) -> Vec<u8> {
        let mut bytes = b"\xff\xd8".to_vec();
        for (marker, body) in segments {
            bytes.extend([0xff, *marker]);
            bytes.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
            bytes.extend_from_slice(body);
        }
        bytes.extend(b"\xff\xda\0\x02pixels\xff\0more\xff\xd9");
        bytes
    }

    fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, body) in chunks {
            bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            let named = [&name[..], body].concat();
            bytes.extend(&named);
            bytes.extend(crc32(&named).to_be_bytes());
        }
        bytes
    }

    fn webp_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        for (name, data) in chunks {
            body.extend(&name[..]);
            body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            body.extend_from_slice(data);
            if data.len() % 2 == 1 {
                body.push(0);
            }
        }
        let size = u32::try_from(body.len()).unwrap().to_le_bytes();
        [b"RIFF", &size[..], &body].concat()
    }

    #[test]
    fn places_and_sides_are_read_and_taken_out() {
        let marked = |tiff: Vec<u8>| [b"Exif\0\0", &tiff[..]].concat();
        let check = |bytes: &[u8], container, place: bool, orientation: u8, rest: Option<&[u8]>| {
            let found = metadata(bytes, container);
            let facts = (found.has_place, found.orientation, found.cut_short);
            assert_eq!(facts, (place, orientation, false), "{container:?}");
            let output = without_metadata(bytes, container);
            assert_eq!(output.as_deref(), rest, "{container:?}");
            if let Some(output) = output {
                let again = metadata(&output, container);
                let facts = (again.has_place, again.orientation, again.cut_short);
                assert_eq!(facts, (false, orientation, false));
            }
        };
        use Container::{Jpeg, Png, WebP};
        let icc: (u8, &[u8]) = (0xe2, b"ICC_PROFILE\0\x01\x01...");
        let plain = jpeg_of(&[(0xe0, b"JFIF\0"), icc, (0xdb, b"tables")]);
        check(&plain, Jpeg, false, 1, None);
        let exif_body = marked(exif(1, true));
        let photo = jpeg_of(&[
            (0xe0, b"JFIF\0"),
            (0xe1, &exif_body),
            icc,
            (0xfe, b"GIMP"),
            (0xdb, b"tables"),
        ]);
        check(&photo, Jpeg, true, 1, Some(&plain));
        let behind = [&photo[..], b"\xff\xd8 a second picture"].concat();
        check(&behind, Jpeg, true, 1, Some(&plain));
        let xmp = b"http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude='48,1N'/>";
        let photo = jpeg_of(&[(0xe0, b"JFIF\0"), icc, (0xe1, xmp), (0xdb, b"tables")]);
        check(&photo, Jpeg, true, 1, Some(&plain));
        let side = marked(exif_part(Png, 6).unwrap()[8..34].to_vec());
        let turned = jpeg_of(&[(0xe1, &side), (0xdb, b"tables")]);
        let exif_body = marked(exif(6, false));
        let photo = jpeg_of(&[(0xe1, &exif_body), (0xdb, b"tables"), (0xed, b"Photoshop")]);
        check(&photo, Jpeg, false, 6, Some(&turned));

        let tiff = exif(1, true);
        let plain = png_of(&[
            (b"IHDR", b"head"),
            (b"iCCP", b"x"),
            (b"IDAT", b"data"),
            (b"IEND", b""),
        ]);
        check(&plain, Png, false, 1, None);
        let noted = png_of(&[
            (b"IHDR", b"head"),
            (b"iCCP", b"x"),
            (b"tEXt", b"a"),
            (b"IDAT", b"data"),
            (b"eXIf", &tiff),
            (b"IEND", b""),
        ]);
        check(&noted, Png, true, 1, Some(&plain));

        let plain = webp_of(&[(b"VP8X", b"\0\0\0\0\0\0\0\0\0\0"), (b"VP8L", b"odd")]);
        check(&plain, WebP, false, 1, None);
        let noted = webp_of(&[
            (b"VP8X", b"\x0c\0\0\0\0\0\0\0\0\0"),
            (b"VP8L", b"odd"),
            (b"EXIF", &tiff),
            (b"XMP ", b"<x/>"),
        ]);
        check(&noted, WebP, true, 1, Some(&plain));
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn an_end_that_is_missing_is_seen() {
        let whole: [(Container, Vec<u8>); 4] = [
            (Container::Jpeg, jpeg_of(&[(0xe0, b"JFIF\0")])),
            (
                Container::Png,
                png_of(&[(b"IHDR", b"head"), (b"IEND", b"")]),
            ),
            (Container::WebP, webp_of(&[(b"VP8L", b"some")])),
            (
                Container::Gif,
                b"GIF89a\x01\0\x01\0\x80\0\0......\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
                    .to_vec(),
            ),
        ];
        for (container, bytes) in whole {
            assert!(!metadata(&bytes, container).cut_short, "{container:?}");
            for length in 12..bytes.len() {
                let cut = metadata(&bytes[..length], container);
                assert!(cut.cut_short, "{container:?} at {length}");
            }
        }
    }

    #[test]
    fn directories_that_refer_to_one_another_have_an_end() {
        // The place of the place directory is the first directory itself.
        let mut tiff = exif(1, true);
        tiff[30..34].copy_from_slice(&8_u32.to_le_bytes());
        assert!(!Exif::read(&tiff).has_place);
        // A directory of the most entries, all of them the same.
        let mut tiff = b"II*\0\x08\0\0\0\xff\xff".to_vec();
        for _ in 0..2000 {
            tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x08\0\0\0");
        }
        assert!(!Exif::read(&tiff).has_place);
    }

    proptest! {
        #[test]
        fn never_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            beginning in 0_usize..4,
            changed in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        ) {
            let tiff = exif(6, true);
            let exif = [b"Exif\0\0", &tiff[..]].concat();
            let (container, mut whole) = match beginning {
                0 => (Container::Jpeg, jpeg_of(&[(0xe1, &exif), (0xfe, &bytes)])),
                1 => (Container::Png, png_of(&[(b"eXIf", &tiff), (b"tEXt", &bytes), (b"IEND", b"")])),
                2 => (Container::WebP, webp_of(&[(b"VP8X", &bytes), (b"EXIF", &tiff)])),
                _ => (Container::Gif, [b"GIF89a", &bytes[..]].concat()),
            };
            for (at, byte) in changed {
                let at = at.index(whole.len());
                whole[at] = byte;
            }
            let _ = metadata(&whole, container);
            if let Some(output) = without_metadata(&whole, container) {
                prop_assert!(output.len() <= whole.len() + 40);
                prop_assert!(!metadata(&output, container).has_place);
            }
            Exif::read(&bytes);
        }
    }
}
