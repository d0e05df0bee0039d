//! `data:` addresses: files written into the text itself.

use super::kind::has_media_extension;
use crate::files::{Nature, container_of};

/// The bytes of a `data:` address, and the extension of a file of its kind: of what the bytes are,
/// where that shows, else of what the address says.
///
/// # Errors
/// A phrase that says what cannot be read.
pub(super) fn decode(address: &str) -> Result<(Vec<u8>, &'static str), String> {
    let Some((head, body)) = address
        .get(5..)
        .and_then(|behind_scheme| behind_scheme.split_once(','))
    else {
        return Err("there is no comma between its kind and its data".to_owned());
    };
    let mut parts = head.split(';').map(str::trim);
    let mime = parts.next().unwrap_or_default().to_ascii_lowercase();
    let said = extension(&mime);
    let tells_nothing = matches!(mime.as_str(), "" | "application/octet-stream");
    if said.is_none() && !tells_nothing {
        return Err(format!(
            "`{mime}` is no kind of picture or sound that Anki shows, such as `image/png`"
        ));
    }
    let mut bytes = percent_decode(body.as_bytes());
    if parts.any(|part| part.eq_ignore_ascii_case("base64")) {
        bytes = base64(&bytes).ok_or("its data is no base64 text")?;
    }
    if bytes.is_empty() {
        return Err("it holds nothing".to_owned());
    }
    match container_of(&bytes) {
        Some(container) if container.nature() == Nature::Other => {
            Err(format!("it holds {}", container.noun()))
        }
        Some(container) => {
            let extension = container.extensions().iter();
            let mut extension = extension.filter(|it| has_media_extension(&format!("pasted.{it}")));
            let extension = extension.next().copied();
            let none = || format!("it holds {}, which Anki does not show", container.noun());
            Ok((bytes, extension.ok_or_else(none)?))
        }
        None => said
            .map(|extension| (bytes, extension))
            .ok_or_else(|| "it does not say what it is, such as `image/png`".to_owned()),
    }
}

fn extension(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "image/png" | "image/apng" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/svg+xml" => "svg",
        "image/bmp" => "bmp",
        "image/x-icon" | "image/vnd.microsoft.icon" => "ico",
        "image/tiff" => "tif",
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/ogg" | "application/ogg" => "ogg",
        "audio/opus" => "opus",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" => "m4a",
        "audio/aac" => "aac",
        "audio/flac" | "audio/x-flac" => "flac",
        "audio/webm" | "video/webm" => "webm",
        "video/mp4" => "mp4",
        "video/ogg" => "ogv",
        "video/quicktime" => "mov",
        _ => return None,
    })
}

/// The bytes with `%XX` decoded; a percent sign without two digits stays.
pub(super) fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = |index: usize| text.get(index).and_then(|it| char::from(*it).to_digit(16));
        let pair = digit(at + 1).zip(digit(at + 2));
        match pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()) {
            Some(value) if byte == b'%' => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

/// The bytes of base64 text in either alphabet, white space and padding aside.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b' ' | b'\n' | b'\r' | b'\t' => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let check = |address: &str, expect: Result<(&[u8], &str), &str>| match decode(address) {
            Ok((bytes, extension)) => assert_eq!(Ok((&*bytes, extension)), expect, "{address}"),
            Err(error) => assert!(expect.is_err_and(|it| error.contains(it)), "{error}"),
        };
        let png = "\u{89}PNG\r\n\u{1a}\n";
        let png: Vec<u8> = png
            .chars()
            .map(|it| u8::try_from(u32::from(it)).unwrap())
            .collect();
        check("data:image/png;base64,iVBORw0KGgo=", Ok((&png, "png")));
        check("data:image/png;base64,iVBO%52w0KGgo", Ok((&png, "png")));
        // What the bytes are counts, whatever is said of them.
        check("data:image/jpeg;base64,iVBORw0KGgo=", Ok((&png, "png")));
        check("data:;base64,iVBORw0KGgo=", Ok((&png, "png")));
        check(
            "data:application/octet-stream;base64,iVBORw0KGgo=",
            Ok((&png, "png")),
        );
        check(
            "data:video/webm;base64,GkXfo59CgoR3ZWJt",
            Ok((b"\x1aE\xdf\xa3\x9fB\x82\x84webm", "webm")),
        );
        check(
            "data:audio/mp4;base64,AAECAw==",
            Ok((b"\0\x01\x02\x03", "m4a")),
        );
        check(
            "data:application/octet-stream;base64,AAECAw==",
            Err("does not say"),
        );
        check("data:image/svg+xml,%3Csvg/%3E", Ok((b"<svg/>", "svg")));
        check(
            "data:image/svg+xml;utf8,<svg>100%</svg>",
            Ok((b"<svg>100%</svg>", "svg")),
        );
        check("data:image/png,404: Not Found", Err("text"));
        check("data:image/png;base64,", Err("nothing"));
        check("data:image/png,<html>", Err("a web page"));
        check("data:image/png;base64,a*b", Err("base64"));
        check("data:text/html,x", Err("text/html"));
        check("data:image/png", Err("comma"));
        check("data:", Err("comma"));
    }
    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}", head in 0_usize..4) {
            let heads = ["data:image/png;base64,", "data:,", "data:image/svg+xml,", "data:"];
            let _ = decode(&format!("{}{text}", heads[head]));
        }
    }
}
