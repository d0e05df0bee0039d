//! What kind of picture a file is and how large browsers show it, from its first bytes.
//!
//! Nothing is decoded: a picture of a billion pixels costs as much as a small one. The sizes of
//! pixel formats come from the crate `imagesize`; what it knows nothing of is read here: the
//! EXIF orientation of JPEG, by which browsers turn a photo on its side, and SVG.

/// A picture's format and the size at which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// What the file is, whatever its name says.
    pub format: PictureFormat,
    /// Its width in pixels, behind the turn that EXIF asks for; never 0. For SVG in CSS pixels, or
    /// in units of the `viewBox` where no size is given.
    pub width: u32,
    /// Its height, in the same unit; never 0.
    pub height: u32,
}

/// A format that the browsers of Anki's clients show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PictureFormat {
    /// PNG, with or without animation.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// AVIF.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// SVG.
    Svg,
}

impl Picture {
    /// As many bytes from the beginning of a file as are looked at: profiles and thumbnails stand
    /// in front of a photo's size.
    pub const HEADER_BYTES: u64 = 1 << 20;

    /// The picture that begins with these bytes. `None` where they are no picture, or say no size.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let limit = usize::try_from(Self::HEADER_BYTES).unwrap_or(usize::MAX);
        let bytes = bytes.get(..limit).unwrap_or(bytes);
        let (format, width, height) = pixels(bytes).or_else(|| svg(bytes))?;
        (width > 0 && height > 0).then_some(Self {
            format,
            width,
            height,
        })
    }
}

fn pixels(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    use imagesize::{Compression, ImageType};
    let format = match imagesize::image_type(bytes).ok()? {
        ImageType::Png => PictureFormat::Png,
        ImageType::Jpeg => PictureFormat::Jpeg,
        ImageType::Gif => PictureFormat::Gif,
        ImageType::Webp => PictureFormat::WebP,
        ImageType::Heif(Compression::Av1) => PictureFormat::Avif,
        ImageType::Bmp => PictureFormat::Bmp,
        // Browsers show no HEIC.
        _ => return None,
    };
    let size = imagesize::blob_size(bytes).ok()?;
    let width = u32::try_from(size.width).ok()?;
    let height = u32::try_from(size.height).ok()?;
    if format == PictureFormat::Jpeg && lies_on_its_side(bytes) {
        return Some((format, height, width));
    }
    Some((format, width, height))
}

/// Whether the EXIF orientation of a JPEG file swaps width and height.
fn lies_on_its_side(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xff, marker, high, low, behind @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = behind.get(..length.saturating_sub(2)).unwrap_or_default();
        if *marker == 0xe1
            && let Some(tiff) = segment.strip_prefix(b"Exif\0\0")
        {
            return orientation(tiff).is_some_and(|it| (5..=8).contains(&it));
        }
        // The pixels begin: no orientation stands behind.
        if *marker == 0xda || length < 2 {
            return false;
        }
        rest = behind.get(length - 2..).unwrap_or_default();
    }
    false
}

/// The orientation in the first directory of a TIFF header.
fn orientation(tiff: &[u8]) -> Option<u16> {
    const ORIENTATION: u16 = 0x0112;
    let is_big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    };
    let four: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let start = usize::try_from(if is_big {
        u32::from_be_bytes(four)
    } else {
        u32::from_le_bytes(four)
    })
    .ok()?;
    let entries = usize::from(short(start)?);
    (0..entries)
        .map_while(|index| start.checked_add(2 + 12 * index))
        .map_while(|at| Some((short(at)?, short(at.checked_add(8)?)?)))
        .find(|(tag, _)| *tag == ORIENTATION)
        .map(|(_, value)| value)
}

fn svg(bytes: &[u8]) -> Option<(PictureFormat, u32, u32)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The last character may be cut in two.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let tag = root_tag(text)?;
    let view = attribute(tag, "viewBox").and_then(view_box);
    let width = attribute(tag, "width").and_then(css_pixels);
    let height = attribute(tag, "height").and_then(css_pixels);
    // One side that is missing follows from the other, as browsers have it.
    let (width, height) = match (width, height, view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width * h / w),
        (None, Some(height), Some((w, h))) => (height * w / h, height),
        (None, None, Some(view)) => view,
        (_, _, None) => return None,
    };
    Some((PictureFormat::Svg, rounded(width)?, rounded(height)?))
}

/// The attributes of the root element `svg`, behind a declaration, comments and a document type.
fn root_tag(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<?") {
            rest.find("?>")? + 2
        } else if rest.starts_with("<!--") {
            rest.find("-->")? + 3
        } else if rest.starts_with("<!") {
            // Entities may be declared in brackets, with `>` in them.
            match (rest.find('['), rest.find('>')?) {
                (Some(open), close) if open < close => {
                    let inner = rest.find(']')?;
                    inner + rest.get(inner..)?.find('>')? + 1
                }
                (_, close) => close + 1,
            }
        } else {
            break;
        };
        rest = rest.get(end..)?.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let name = name.strip_prefix("svg:").unwrap_or(name);
    let attributes = name.strip_prefix("svg")?;
    if !attributes.starts_with(|it: char| it.is_ascii_whitespace() || matches!(it, '>' | '/')) {
        return None;
    }
    // A `>` in a value ends nothing.
    let mut quote = None;
    let end = attributes.char_indices().find_map(|(at, it)| {
        match quote {
            Some(open) if open == it => quote = None,
            Some(_) => {}
            None if matches!(it, '"' | '\'') => quote = Some(it),
            None if it == '>' => return Some(at),
            None => {}
        }
        None
    })?;
    attributes.get(..end)
}

/// The value of an attribute of a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    loop {
        let equals = rest.find('=')?;
        let found = rest.get(..equals)?.trim();
        let behind = rest.get(equals + 1..)?.trim_start();
        let quote = behind
            .chars()
            .next()
            .filter(|it| matches!(it, '"' | '\''))?;
        let value = behind.get(1..)?;
        let end = value.find(quote)?;
        if found == name {
            return value.get(..end);
        }
        rest = value.get(end + 1..)?;
    }
}

/// Width and height of a `viewBox`.
fn view_box(value: &str) -> Option<(f64, f64)> {
    let mut numbers = value
        .split(|it: char| it.is_ascii_whitespace() || it == ',')
        .filter(|it| !it.is_empty())
        .map(|it| it.parse::<f64>().ok().filter(|it| it.is_finite()));
    let (_, _) = (numbers.next()??, numbers.next()??);
    let (width, height) = (numbers.next()??, numbers.next()??);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

/// Units of length that stand for the same everywhere, in CSS pixels.
pub(crate) const UNITS: [(&str, f64); 6] = [
    ("px", 1.0),
    ("in", 96.0),
    ("cm", 96.0 / 2.54),
    ("mm", 96.0 / 25.4),
    ("pt", 96.0 / 72.0),
    ("pc", 16.0),
];

/// A length in CSS pixels; `None` for one that depends on what is around the picture.
fn css_pixels(value: &str) -> Option<f64> {
    let value = value.trim();
    let (number, factor) = UNITS
        .iter()
        .chain(&[("em", 16.0), ("", 1.0)])
        .find_map(|(unit, factor)| Some((value.strip_suffix(unit)?, factor)))?;
    let number: f64 = number.trim_end().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number * factor)
}

/// A side as a whole number of pixels.
fn rounded(side: f64) -> Option<u32> {
    let side = side.round().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number is whole and lies in the range"
    )]
    (side <= f64::from(u32::MAX)).then_some(side as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], expect: Option<(PictureFormat, u32, u32)>) {
        let found = Picture::of(bytes).map(|it| (it.format, it.width, it.height));
        assert_eq!(found, expect, "{:?}", String::from_utf8_lossy(bytes));
    }

    fn jpeg(exif: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        if !exif.is_empty() {
            let length = u16::try_from(exif.len() + 8).unwrap();
            bytes.extend([0xff, 0xe1]);
            bytes.extend(length.to_be_bytes());
            bytes.extend(b"Exif\0\0");
            bytes.extend(exif);
        }
        // Height 2, width 3.
        bytes.extend([0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        bytes.extend([0xff, 0xd9]);
        bytes
    }

    #[test]
    fn pixel_formats_say_their_size() {
        use PictureFormat::{Bmp, Gif, Jpeg, Png, WebP};
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 1, 0, 0, 0, 0, 7, 8, 6, 0, 0, 0]);
        check(&png, Some((Png, 256, 7)));
        check(png.get(..20).unwrap(), None);
        check(b"GIF89a\x05\0\x06\0\0\0\0", Some((Gif, 5, 6)));
        check(b"GIF89a\0\0\x06\0\0\0\0", None);
        let webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x04\x40\x01\0\0\0\0";
        check(webp, Some((WebP, 5, 6)));
        let mut bmp = b"BM".to_vec();
        bmp.extend([0; 12]);
        bmp.extend([40, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0]);
        check(&bmp, Some((Bmp, 9, 4)));
        check(&jpeg(b""), Some((Jpeg, 3, 2)));
        check(b"not a picture", None);
        check(b"", None);
    }

    #[test]
    fn photos_are_turned_as_browsers_turn_them() {
        use PictureFormat::Jpeg;
        let big = |value: u8| {
            let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
            tiff.extend([value, 0, 0]);
            tiff
        };
        let little = |value: u8| {
            let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
            tiff.extend([value, 0, 0, 0]);
            tiff
        };
        for value in 0..=9 {
            let turned = (5..=8).contains(&value);
            let size = if turned { (2, 3) } else { (3, 2) };
            check(&jpeg(&big(value)), Some((Jpeg, size.0, size.1)));
            check(&jpeg(&little(value)), Some((Jpeg, size.0, size.1)));
        }
        // A directory that lies behind the end, and one that says more than there is.
        check(&jpeg(b"MM\0*\xff\xff\xff\xff"), Some((Jpeg, 3, 2)));
        check(&jpeg(b"II*\0\x08\0\0\0\xff\xff"), Some((Jpeg, 3, 2)));
    }

    #[test]
    fn an_svg_has_the_size_of_its_root() {
        let check = |text: &str, expect: Option<(u32, u32)>| {
            let expect = expect.map(|(width, height)| (PictureFormat::Svg, width, height));
            check(text.as_bytes(), expect);
        };
        check(r#"<svg width="30" height='20px'/>"#, Some((30, 20)));
        check(r#"<svg width="1in" height="72pt">"#, Some((96, 96)));
        check(r#"<svg viewBox="0 0 300 200">"#, Some((300, 200)));
        check(
            r#"<svg viewBox="0,0,300,200" width="150">"#,
            Some((150, 100)),
        );
        check(
            r#"<svg viewBox="0 0 300 200" height="100">"#,
            Some((150, 100)),
        );
        let percent = r#"<svg width="100%" height="100%" viewBox="0 0 4 3">"#;
        check(percent, Some((4, 3)));
        let mm = r#"<svg width="210mm" height="297mm" viewBox="0 0 210 297">"#;
        check(mm, Some((794, 1123)));
        let prolog = "\u{feff}<?xml version='1.0'?>\n<!-- <svg> -->\
            <!DOCTYPE svg [<!ENTITY a '>'>]><svg:svg title='a>b' width='3' height='4'>";
        check(prolog, Some((3, 4)));
        for nothing in [
            "<svg>",
            "<svg width='3'>",
            "<svgx width='3' height='4'>",
            "<svg width='3' height='4'",
            "<svg width='-3' height='4'>",
            "<svg width='inf' height='4'>",
            "<svg width='1e300' height='4'>",
            "<svg viewBox='0 0 0 4'>",
            "<html>",
        ] {
            check(nothing, None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            start in prop::sample::select(vec![
                &b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\x00\x10Exif\0\0",
                b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x18ftypavif", b"BM", b"<svg ",
            ]),
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut all = start.to_vec();
            all.extend(bytes);
            let _ = Picture::of(&all);
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"(<[!?a-z]|svg |[a-zA-Z]{1,7}=|["'\[\]>é]|-->|[0-9. ]{1,5}){0,40}"#) {
            let _ = Picture::of(text.as_bytes());
            let _ = Picture::of(format!("<svg {text}>").as_bytes());
        }
    }
}
