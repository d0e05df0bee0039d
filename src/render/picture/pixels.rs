//! Decoding, scaling and encoding: the one file that knows the crates for it.
//!
//! Scaling is by Catmull-Rom, whose weights are sums and products: a filter made of sines could
//! come out differently with another system's mathematics.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngDecoder, PngEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, Limits};

use crate::files::Container;

/// The quality of a JPEG that is made narrower. Its pixels are new ones, so that nothing of the
/// original's is there to be kept.
const QUALITY: u8 = 85;

/// The most memory that a decoder may take, in bytes.
const MEMORY: u64 = 1 << 30;

/// What is to be done.
pub(super) struct Task {
    /// JPEG, PNG or WebP.
    pub(super) container: Container,
    /// Width and height, where they change.
    pub(super) size: Option<(u32, u32)>,
    /// How it is to be turned, as EXIF has it.
    pub(super) orientation: u8,
    /// Whether a PNG may become a WebP.
    pub(super) as_webp: bool,
}

/// The picture anew, and what it is then; `None` where there is nothing to be done.
///
/// # Errors
/// A phrase that says why it cannot be decoded or encoded.
pub(super) fn encode(bytes: &[u8], task: &Task) -> Result<Option<(Vec<u8>, Container)>, String> {
    match task.container {
        Container::Png if task.size.is_none() => {
            let smaller = optimized(bytes)?;
            let webp = if task.as_webp {
                as_webp(&decoded(bytes, task)?)?
            } else {
                None
            };
            Ok(Some(smallest(smaller, webp)))
        }
        Container::Png => {
            let picture = decoded(bytes, task)?;
            let mut output = Vec::new();
            let fast = CompressionType::Fast;
            let encoder = PngEncoder::new_with_quality(&mut output, fast, PngFilter::Adaptive);
            picture.write(encoder)?;
            let webp = if task.as_webp {
                as_webp(&picture)?
            } else {
                None
            };
            Ok(Some(smallest(optimized(&output)?, webp)))
        }
        Container::Jpeg if task.size.is_some() => {
            let picture = decoded(bytes, task)?;
            let mut output = Vec::new();
            picture.write(JpegEncoder::new_with_quality(&mut output, QUALITY))?;
            Ok(Some((output, Container::Jpeg)))
        }
        Container::WebP if task.size.is_some() => {
            let webp = as_webp(&decoded(bytes, task)?)?;
            Ok(webp.map(|it| (it, Container::WebP)))
        }
        _ => Ok(None),
    }
}

fn smallest(png: Vec<u8>, webp: Option<Vec<u8>>) -> (Vec<u8>, Container) {
    match webp {
        Some(webp) if webp.len() < png.len() => (webp, Container::WebP),
        _ => (png, Container::Png),
    }
}

struct Decoded {
    image: DynamicImage,
    /// The color profile.
    profile: Option<Vec<u8>>,
}

impl Decoded {
    fn write(&self, mut encoder: impl ImageEncoder) -> Result<(), String> {
        if let Some(profile) = &self.profile {
            encoder
                .set_icc_profile(profile.clone())
                .map_err(|error| error.to_string())?;
        }
        let image = &self.image;
        encoder
            .write_image(
                image.as_bytes(),
                image.width(),
                image.height(),
                image.color().into(),
            )
            .map_err(|error| error.to_string())
    }
}

/// The picture, turned and scaled.
fn decoded(bytes: &[u8], task: &Task) -> Result<Decoded, String> {
    let source = Cursor::new(bytes);
    let failed = |error: image::ImageError| error.to_string();
    let (mut image, profile) = match task.container {
        Container::Jpeg => from(JpegDecoder::new(source).map_err(failed)?)?,
        Container::Png => from(PngDecoder::with_limits(source, limits()).map_err(failed)?)?,
        _ => from(WebPDecoder::new(source).map_err(failed)?)?,
    };
    if let Some(turn) = Orientation::from_exif(task.orientation) {
        image.apply_orientation(turn);
    }
    if let Some((width, height)) = task.size {
        image = scaled(image, width, height);
    }
    Ok(Decoded { image, profile })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    limits
}

fn from(mut decoder: impl ImageDecoder) -> Result<(DynamicImage, Option<Vec<u8>>), String> {
    let failed = |error: image::ImageError| error.to_string();
    // Colors for print have no place in the formats of the web, and no one way into theirs.
    if decoder.original_color_type() == ExtendedColorType::Cmyk8 {
        return Err("its colors are those of print (CMYK)".to_owned());
    }
    decoder.set_limits(limits()).map_err(failed)?;
    let profile = decoder.icc_profile().map_err(failed)?;
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok((image, profile))
}

/// The picture in another size. Transparent pixels have colors too, which must not run into their
/// neighbors: colors are weighed with their opacity first.
fn scaled(image: DynamicImage, width: u32, height: u32) -> DynamicImage {
    let color = image.color();
    if !color.has_alpha() {
        return image.resize_exact(width, height, FilterType::CatmullRom);
    }
    const FULL: u32 = 65_535;
    let mut weighed = image.into_rgba16();
    for pixel in weighed.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let weigh = |it: u32| u16::try_from((it * alpha + FULL / 2) / FULL).unwrap_or(u16::MAX);
        pixel.0 = [weigh(red), weigh(green), weigh(blue), pixel.0[3]];
    }
    let weighed = DynamicImage::ImageRgba16(weighed);
    let mut scaled = weighed
        .resize_exact(width, height, FilterType::CatmullRom)
        .into_rgba16();
    for pixel in scaled.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let free = |it: u32| {
            let value = (it * FULL + alpha / 2).checked_div(alpha).unwrap_or(0);
            u16::try_from(value).unwrap_or(u16::MAX)
        };
        pixel.0 = [free(red), free(green), free(blue), pixel.0[3]];
    }
    let scaled = DynamicImage::ImageRgba16(scaled);
    match color {
        ColorType::La8 => DynamicImage::ImageLumaA8(scaled.into_luma_alpha8()),
        ColorType::La16 => DynamicImage::ImageLumaA16(scaled.into_luma_alpha16()),
        ColorType::Rgba8 => DynamicImage::ImageRgba8(scaled.into_rgba8()),
        _ => scaled,
    }
}

/// As lossless WebP; `None` of pictures with 16 bits a color, which WebP does not have.
fn as_webp(picture: &Decoded) -> Result<Option<Vec<u8>>, String> {
    const MOST: u32 = 16_383;
    let image = &picture.image;
    let color = image.color();
    let fits = [
        ColorType::L8,
        ColorType::La8,
        ColorType::Rgb8,
        ColorType::Rgba8,
    ]
    .contains(&color);
    if !fits || image.width() > MOST || image.height() > MOST {
        return Ok(None);
    }
    let mut output = Vec::new();
    picture.write(WebPEncoder::new_lossless(&mut output))?;
    Ok(Some(output))
}

/// The same PNG in fewer bytes.
fn optimized(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut options = oxipng::Options::from_preset(2);
    options.max_decompressed_size = usize::try_from(MEMORY).ok();
    oxipng::optimize_from_memory(bytes, &options).map_err(|error| error.to_string())
}
