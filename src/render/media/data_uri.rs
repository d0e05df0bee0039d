//! `data:` addresses: files written into the text itself.

/// The bytes of a `data:` address, and the extension of a file of its kind.
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
    let extension = extension(&mime).ok_or_else(|| {
        format!("`{mime}` is no kind of picture or sound that Anki shows, such as `image/png`")
    })?;
    let percent_decoded = percent_decode(body.as_bytes());
    if parts.any(|part| part.eq_ignore_ascii_case("base64")) {
        let bytes = base64(&percent_decoded).ok_or("its data is no base64 text")?;
        Ok((bytes, extension))
    } else {
        Ok((percent_decoded, extension))
    }
}

fn extension(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/avif" => "avif",
        "image/svg+xml" => "svg",
        "image/bmp" => "bmp",
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/ogg" => "ogg",
        "audio/wav" | "audio/x-wav" => "wav",
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
    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let check = |address: &str, expect: Result<(&[u8], &str), &str>| match decode(address) {
            Ok((bytes, extension)) => assert_eq!(Ok((&*bytes, extension)), expect, "{address}"),
            Err(error) => assert!(expect.is_err_and(|it| error.contains(it)), "{error}"),
        };
        check("data:image/png;base64,aGVsbG8=", Ok((b"hello", "png")));
        check("data:image/png;base64,aGVs%62G8", Ok((b"hello", "png")));
        check("data:image/svg+xml,%3Csvg/%3E", Ok((b"<svg/>", "svg")));
        check("data:image/svg+xml;utf8,100%", Ok((b"100%", "svg")));
        check("data:image/png;base64,a*b", Err("base64"));
        check("data:text/html,x", Err("text/html"));
        check("data:image/png", Err("comma"));
        check("data:", Err("comma"));
    }
}
