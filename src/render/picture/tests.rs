use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;
use crate::files::metadata;

fn photo(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        // Grain, without which the narrow picture might be the larger file.
        let grain = (x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77)) >> 27;
        let shade = |at: u32, of: u32| u8::try_from(at * 220 / of + grain).unwrap();
        Rgb([
            shade(x, width),
            shade(y, height),
            shade(x + y, width + height),
        ])
    }))
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with EXIF in front of it.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0]);
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    tiff.extend(b"\0\x01\0\x02\0\x05\0\0\0\x03\0\0\0\0\0\0\0\0");
    let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
    [
        &jpeg[..2],
        b"\xff\xe1",
        &length,
        b"Exif\0\0",
        &tiff,
        &jpeg[2..],
    ]
    .concat()
}

fn run(bytes: &[u8], images: Images) -> Outcome {
    let content = Content::read(bytes).unwrap();
    change(&content, &images, &Cache::none(), || Ok(bytes.to_vec()))
}

fn narrow(width: u32) -> Images {
    Images {
        max_width: Some(width),
        ..Images::default()
    }
}

fn changed_to(outcome: Outcome) -> (Vec<u8>, Container, (u32, u32)) {
    let Outcome::Changed(made) = outcome else {
        panic!("{outcome:?}");
    };
    let content = Content::read(&*made.bytes).unwrap();
    assert_eq!(content.container, Some(made.container));
    let size = shown_size(&content).unwrap();
    (made.bytes, made.container, size)
}

#[test]
fn wide_pictures_become_narrow_ones() {
    let wide = photo(400, 300);
    for (format, container) in [
        (ImageFormat::Jpeg, Container::Jpeg),
        (ImageFormat::Png, Container::Png),
        (ImageFormat::WebP, Container::WebP),
    ] {
        let bytes = encode(&wide, format);
        let (made, is, size) = changed_to(run(&bytes, narrow(100)));
        assert_eq!((is, size), (container, (100, 75)));
        assert!(made.len() < bytes.len());
        assert_eq!(
            changed_to(run(&bytes, narrow(100))).0,
            made,
            "the same bytes each time"
        );
        assert_eq!(run(&bytes, narrow(400)), Outcome::Same);
    }
}

#[test]
fn a_photo_is_turned_and_forgets_where_it_was() {
    let bytes = with_exif(&encode(&photo(400, 300), ImageFormat::Jpeg), 6);
    let content = Content::read(&*bytes).unwrap();
    assert!(content.metadata.has_place);
    assert_eq!(shown_size(&content), Some((300, 400)));
    let strip = Images {
        strip_metadata: true,
        ..Images::default()
    };
    let (made, _, size) = changed_to(run(&bytes, strip));
    let found = metadata(&made, Container::Jpeg);
    assert_eq!(
        (size, found.has_place, found.orientation),
        ((300, 400), false, 6)
    );
    let both = Images {
        max_width: Some(150),
        ..strip
    };
    let (made, _, size) = changed_to(run(&bytes, both));
    let found = metadata(&made, Container::Jpeg);
    assert_eq!(
        (size, found.has_place, found.orientation),
        ((150, 200), false, 1)
    );
}

#[test]
fn pixels_stay_where_only_bytes_are_to_be_fewer() {
    let image = DynamicImage::ImageRgba8(RgbaImage::from_fn(64, 64, |x, y| {
        Rgba([
            if x > y { 200 } else { 10 },
            0,
            90,
            if x % 9 == 0 { 0 } else { 255 },
        ])
    }));
    let bytes = encode(&image, ImageFormat::Png);
    for recompress in [Recompress::Lossless, Recompress::WebP] {
        let images = Images {
            recompress,
            ..Images::default()
        };
        let (made, _, _) = changed_to(run(&bytes, images));
        let again = image::load_from_memory(&made).unwrap();
        assert_eq!(again.to_rgba8(), image.to_rgba8());
        // There is nothing left to be gained, or the result would change at every build.
        if recompress == Recompress::Lossless {
            assert_eq!(run(&made, images), Outcome::Same);
        }
    }
}

#[test]
fn transparent_pixels_lend_no_color() {
    let image = DynamicImage::ImageRgba8(RgbaImage::from_fn(64, 64, |x, _| {
        Rgba(if x % 2 == 0 {
            [0, 0, 0, 255]
        } else {
            [255, 255, 255, 0]
        })
    }));
    let task = pixels::Task {
        container: Container::Png,
        size: Some((16, 16)),
        orientation: 1,
        as_webp: false,
    };
    let (made, _) = pixels::encode(&encode(&image, ImageFormat::Png), &task)
        .unwrap()
        .unwrap();
    for pixel in image::load_from_memory(&made).unwrap().to_rgba8().pixels() {
        assert!(pixel.0[0] < 8, "{pixel:?}");
    }
}

#[test]
fn what_a_cache_holds_comes_out_as_it_went_in() {
    let changed = Outcome::Changed(Changed {
        bytes: vec![1, 2, 3],
        container: Container::WebP,
        done: "WebP 10 10".to_owned(),
    });
    for outcome in [Outcome::Same, changed] {
        let packed = pack(&outcome).unwrap();
        assert_eq!(unpack(&packed), Some(outcome));
    }
    assert_eq!(pack(&Outcome::Failed(String::new())), None);
}

#[test]
fn pictures_that_would_explode_are_left_alone() {
    // A PNG that says 60000 × 60000 pixels and holds none.
    let mut bytes = encode(&photo(8, 8), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let outcome = run(&bytes, narrow(100));
    assert!(
        matches!(&outcome, Outcome::Failed(text) if text.contains("60000")),
        "{outcome:?}"
    );
}

/// Known by their bytes so that a new version of a crate that encodes differently is seen: then
/// [`VERSION`] needs another number.
#[test]
fn encoders_are_the_ones_that_the_version_says() {
    let hash = |format| {
        let (made, ..) = changed_to(run(&encode(&photo(64, 48), format), narrow(32)));
        blake3::hash(&made).to_hex()[..8].to_owned()
    };
    let hashes = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].map(hash);
    assert_eq!(hashes, ["d86fc13c", "b0d56d8a", "2bb9520b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn never_panics(
        format in 0_usize..3,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP][format];
        let mut bytes = encode(&photo(40, 30), format);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let images = Images {
            max_width: Some(20),
            recompress: Recompress::WebP,
            strip_metadata: true,
        };
        if let Outcome::Changed(made) = run(&bytes, images) {
            prop_assert!(made.bytes.len() <= bytes.len() + 40);
        }
    }
}
