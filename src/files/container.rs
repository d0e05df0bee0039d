//! What a file really is, by its first bytes and whatever its name says.
//!
//! A table of our own and not a crate: what matters is which codec an Ogg holds, whether a
//! Matroska is `WebM`, which brand an MP4 has, and which files are no media at all (a saved error
//! page, a pointer that Git LFS left behind). `infer` and `file-format`, which know hundreds of formats, tell only
//! some of these apart.

use Container::*;

/// How many bytes [`container_of`] is best given: an SVG may begin with long comments.
pub const HEAD: usize = 1 << 16;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are those of the formats")]
pub enum Container {
    Png,
    Jpeg,
    Gif,
    WebP,
    Avif,
    Heic,
    JpegXl,
    Svg,
    Bmp,
    Ico,
    Tiff,
    Mp3,
    /// AAC in its own stream (ADTS).
    Aac,
    Flac,
    Wav,
    Aiff,
    Amr,
    Midi,
    /// Ogg with Vorbis.
    Vorbis,
    /// Ogg with Opus.
    Opus,
    /// Ogg with Speex.
    Speex,
    /// Ogg with FLAC.
    OggFlac,
    /// Ogg with film.
    OggVideo,
    /// Ogg with something else.
    Ogg,
    /// MP4 that says that it holds sound alone.
    M4a,
    Mp4,
    QuickTime,
    WebM,
    Matroska,
    Avi,
    Flv,
    Mpeg,
    /// Windows Media, sound or film.
    Asf,
    Html,
    /// Text without a picture in it.
    Text,
    /// What Git LFS leaves in the place of a file that was not fetched.
    LfsPointer,
    /// What git-annex leaves in the place of a file that was not fetched.
    AnnexPointer,
    Pdf,
    Zip,
    Gzip,
}

/// What there is to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nature {
    /// To look at.
    Picture,
    /// To listen to, or to watch.
    Sound,
    /// Neither.
    Other,
}

impl Container {
    /// A phrase for it, such as `a PNG picture`.
    #[must_use]
    pub fn noun(self) -> &'static str {
        self.facts().0
    }

    /// The extensions that it goes by, the usual one first; none for what is no media.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        self.facts().2
    }

    /// What there is to do with it.
    #[must_use]
    pub fn nature(self) -> Nature {
        self.facts().1
    }

    /// Whether it is Ogg, whatever is in it.
    #[must_use]
    pub fn is_ogg(self) -> bool {
        matches!(self, Vorbis | Opus | Speex | OggFlac | OggVideo | Ogg)
    }

    #[rustfmt::skip]
    fn facts(self) -> (&'static str, Nature, &'static [&'static str]) {
        use Nature::{Other, Picture, Sound};
        match self {
            Png => ("a PNG picture", Picture, &["png", "apng"]),
            Jpeg => ("a JPEG picture", Picture, &["jpg", "jpeg", "jfif", "jpe"]),
            Gif => ("a GIF picture", Picture, &["gif"]),
            WebP => ("a WebP picture", Picture, &["webp"]),
            Avif => ("an AVIF picture", Picture, &["avif"]),
            Heic => ("a HEIC picture", Picture, &["heic", "heif"]),
            JpegXl => ("a JPEG XL picture", Picture, &["jxl"]),
            Svg => ("an SVG picture", Picture, &["svg"]),
            Bmp => ("a BMP picture", Picture, &["bmp"]),
            Ico => ("an icon", Picture, &["ico", "cur"]),
            Tiff => ("a TIFF picture", Picture, &["tif", "tiff"]),
            Mp3 => ("MP3 sound", Sound, &["mp3"]),
            Aac => ("AAC sound", Sound, &["aac"]),
            Flac => ("FLAC sound", Sound, &["flac"]),
            Wav => ("WAV sound", Sound, &["wav"]),
            Aiff => ("AIFF sound", Sound, &["aiff", "aif"]),
            Amr => ("AMR sound", Sound, &["amr"]),
            Midi => ("a MIDI file", Sound, &["mid", "midi"]),
            Vorbis => ("Ogg Vorbis sound", Sound, &["ogg", "oga", "ogx"]),
            Opus => ("Ogg Opus sound", Sound, &["opus", "ogg", "oga", "ogx"]),
            Speex => ("Ogg Speex sound", Sound, &["spx", "ogg", "oga", "ogx"]),
            OggFlac => ("Ogg FLAC sound", Sound, &["oga", "ogg", "ogx"]),
            OggVideo => ("Ogg film", Sound, &["ogv", "ogg", "ogx"]),
            Ogg => ("an Ogg file", Sound, &["ogg", "oga", "ogv", "ogx", "opus", "spx"]),
            M4a => ("MP4 sound", Sound, &["m4a", "mp4", "m4b", "m4v", "mov", "3gp"]),
            Mp4 => ("an MP4 file", Sound, &["mp4", "m4a", "m4b", "m4v", "mov", "3gp"]),
            QuickTime => ("a QuickTime film", Sound, &["mov", "mp4", "m4a", "m4v", "3gp"]),
            WebM => ("a WebM file", Sound, &["webm", "mkv"]),
            Matroska => ("a Matroska file", Sound, &["mkv", "mka"]),
            Avi => ("an AVI film", Sound, &["avi"]),
            Flv => ("Flash film", Sound, &["flv"]),
            Mpeg => ("MPEG film", Sound, &["mpg", "mpeg"]),
            Asf => ("a Windows Media file", Sound, &["wma", "wmv", "asf"]),
            Html => ("a web page", Other, &[]),
            Text => ("text", Other, &[]),
            LfsPointer => ("a pointer of Git LFS", Other, &[]),
            AnnexPointer => ("a pointer of git-annex", Other, &[]),
            Pdf => ("a PDF document", Other, &[]),
            Zip => ("a zip archive", Other, &[]),
            Gzip => ("a gzip archive", Other, &[]),
        }
    }
}

/// What a file is that begins with these bytes; `None` for what is not known, and for no bytes.
/// A tag in front of a sound (ID3) is passed over, as far as its end is here.
#[must_use]
pub fn container_of(head: &[u8]) -> Option<Container> {
    let begins = |bytes: &[u8]| head.starts_with(bytes);
    let has = |at: usize, bytes: &[u8]| head.get(at..).is_some_and(|it| it.starts_with(bytes));
    if let Some(length) = id3_length(head) {
        return head.get(length..).and_then(behind_tag);
    }
    #[rustfmt::skip]
    const BEGINNINGS: &[(&[u8], Container)] = &[
        (b"\x89PNG\r\n\x1a\n", Png), (b"\xff\xd8\xff", Jpeg), (b"GIF87a", Gif), (b"GIF89a", Gif),
        (b"II*\0", Tiff), (b"MM\0*", Tiff), (b"\0\0\x01\0", Ico),
        (b"\0\0\0\x0cJXL \r\n\x87\n", JpegXl), (b"fLaC", Flac), (b"#!AMR", Amr), (b"MThd", Midi),
        (b"FLV\x01", Flv), (b"\0\0\x01\xba", Mpeg), (b"\0\0\x01\xb3", Mpeg),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Asf), (b"%PDF-", Pdf), (b"PK\x03\x04", Zip),
        (b"\x1f\x8b", Gzip), (b"version https://git-lfs.github.com/spec/", LfsPointer),
        (b"/annex/objects/", AnnexPointer),
    ];
    let by_beginning = BEGINNINGS.iter().find(|(bytes, _)| begins(bytes));
    if let Some((_, container)) = by_beginning {
        return Some(*container);
    }
    if begins(b"RIFF") {
        let forms = [(b"WEBP", WebP), (b"WAVE", Wav), (b"AVI ", Avi)];
        return forms.iter().find(|(name, _)| has(8, *name)).map(|it| it.1);
    }
    if begins(b"FORM") && (has(8, b"AIFF") || has(8, b"AIFC")) {
        return Some(Aiff);
    }
    // The length of the header distinguishes a bitmap from text that begins with these letters.
    if begins(b"BM") && has(15, b"\0\0") && head.get(14).is_some_and(|it| (12..=124).contains(it)) {
        return Some(Bmp);
    }
    // A transport stream: each packet of 188 bytes begins with the same one.
    if begins(b"G") && has(188, b"G") && has(376, b"G") {
        return Some(Mpeg);
    }
    if begins(b"\x1aE\xdf\xa3") {
        let start = head.get(..64).unwrap_or(head);
        let is_webm = start.windows(4).any(|it| it == b"webm");
        return Some(if is_webm { WebM } else { Matroska });
    }
    if begins(b"OggS") {
        return Some(ogg(head));
    }
    iso(head)
        .or_else(|| behind_tag(head))
        .or_else(|| written(head))
}

/// The length of the tag that begins with `ID3`.
pub(super) fn id3_length(head: &[u8]) -> Option<usize> {
    let [b'I', b'D', b'3', _, _, flags, size @ ..] = head else {
        return None;
    };
    // Seven bits a byte.
    let size = size.get(..4)?.iter();
    let size = size.fold(0_usize, |size, byte| (size << 7) | usize::from(byte & 0x7f));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// Sound that may stand behind a tag: MP3, AAC, FLAC.
fn behind_tag(bytes: &[u8]) -> Option<Container> {
    if bytes.starts_with(b"fLaC") {
        return Some(Flac);
    }
    if let Some(length) = adts_frame(bytes) {
        return match bytes.get(length..) {
            Some(next) if next.len() >= 6 => adts_frame(next).map(|_| Aac),
            _ => Some(Aac),
        };
    }
    let length = mp3_frame(bytes)?;
    // Two bytes are a thin proof: where there is a second frame, it must be one too.
    match bytes.get(length..) {
        Some(next) if next.len() >= 4 => mp3_frame(next).map(|_| Mp3),
        _ => Some(Mp3),
    }
}

/// The length of the ADTS frame that begins here; of all there is where its head is cut off.
pub(super) fn adts_frame(bytes: &[u8]) -> Option<usize> {
    let [0xff, second, third, rest @ ..] = bytes else {
        return None;
    };
    if second & 0xf6 != 0xf0 || (third >> 2) & 0x0f >= 13 {
        return None;
    }
    let [first, second, third, ..] = *rest else {
        return Some(bytes.len());
    };
    let length = usize::from(first & 3) << 11 | usize::from(second) << 3 | usize::from(third >> 5);
    (length >= 7).then_some(length)
}

/// The length of the MP3 frame that begins here.
pub(super) fn mp3_frame(bytes: &[u8]) -> Option<usize> {
    const FIRST: [usize; 14] = [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ];
    const SECOND: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [0xff, second, third, ..] = *bytes else {
        return None;
    };
    if second & 0xe0 != 0xe0 || second & 0x06 != 0x02 {
        return None;
    }
    let (rates, samples, divisor) = match second & 0x18 {
        0x18 => (&FIRST, 144, 1),
        0x10 => (&SECOND, 72, 2),
        0x00 => (&SECOND, 72, 4),
        _ => return None,
    };
    let rate = rates.get(usize::from(third >> 4).checked_sub(1)?)?;
    let frequency = [44_100, 48_000, 32_000].get(usize::from((third >> 2) & 3))? / divisor;
    Some(samples * rate * 1000 / frequency + usize::from((third >> 1) & 1))
}

/// What an Ogg holds, by the first packet of its first stream, and whether a film is among them.
fn ogg(head: &[u8]) -> Container {
    let start = head.get(..512).unwrap_or(head);
    let holds = |name: &[u8]| start.windows(name.len()).any(|it| it == name);
    if holds(b"\x80theora") {
        OggVideo
    } else if holds(b"OpusHead") {
        Opus
    } else if holds(b"\x01vorbis") {
        Vorbis
    } else if holds(b"Speex   ") {
        Speex
    } else if holds(b"\x7fFLAC") {
        OggFlac
    } else {
        Ogg
    }
}

/// The family of MP4, which AVIF and HEIC belong to as well: by their brands.
fn iso(head: &[u8]) -> Option<Container> {
    match head.get(4..8)? {
        b"ftyp" => {}
        b"moov" | b"mdat" | b"wide" | b"pnot" => return Some(QuickTime),
        _ => return None,
    }
    let size = head.first_chunk::<4>().map(|it| u32::from_be_bytes(*it));
    let size = size.and_then(|it| usize::try_from(it).ok()).unwrap_or(16);
    let brands = head.get(8..size.clamp(12, head.len().clamp(12, 256)))?;
    let has = |name: &[u8; 4]| brands.chunks(4).any(|it| it == name);
    Some(if has(b"avif") || has(b"avis") {
        Avif
    } else if [b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1"]
        .iter()
        .any(|it| has(it))
    {
        Heic
    } else if brands.starts_with(b"M4A ") || brands.starts_with(b"M4B ") {
        M4a
    } else if brands.starts_with(b"qt  ") {
        QuickTime
    } else {
        Mp4
    })
}

/// Files that are text: SVG, a web page, a pointer, something else.
fn written(head: &[u8]) -> Option<Container> {
    let text = text_of(head)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return None;
    }
    if let Some(line) = text.lines().next()
        && line.starts_with("../")
        && line.contains(".git/annex/objects/")
    {
        return Some(AnnexPointer);
    }
    match root_element(text) {
        Root::Named(name) => {
            let name = name.rsplit(':').next().unwrap_or(name);
            let is = |it: &str| name.eq_ignore_ascii_case(it);
            let is_page = [
                "html", "head", "body", "script", "title", "meta", "div", "p",
            ];
            if name == "svg" {
                Some(Svg)
            } else if is_page.into_iter().any(is) {
                Some(Html)
            } else {
                Some(Text)
            }
        }
        Root::Page => Some(Html),
        Root::Beyond => None,
        Root::None => Some(Text),
    }
}

/// The bytes as text, in UTF-8 or with the mark of UTF-16; `None` where they are something else.
pub(super) fn text_of(head: &[u8]) -> Option<String> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = head.chunks_exact(2).filter_map(|it| it.try_into().ok());
        let text: String = char::decode_utf16(units.map(read))
            .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        text
    };
    let text = match head {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => match std::str::from_utf8(head) {
            Ok(text) => text.to_owned(),
            // The last character may be cut off.
            Err(error) if error.error_len().is_none() => {
                let whole = head.get(..error.valid_up_to()).unwrap_or_default();
                String::from_utf8_lossy(whole).into_owned()
            }
            Err(_) => return None,
        },
    };
    let is_odd = |it: char| it.is_control() && !"\t\n\r\u{c}\u{85}".contains(it);
    (!text.contains(is_odd)).then_some(text)
}

enum Root<'t> {
    /// An element of this name.
    Named(&'t str),
    /// A web page, by its document type.
    Page,
    /// It may stand behind what is here.
    Beyond,
    /// There is none: the text is no markup.
    None,
}

/// The name of the first element, behind declarations and comments.
fn root_element(mut text: &str) -> Root<'_> {
    loop {
        text = text.trim_start();
        let (start, end) = if text.starts_with("<!--") {
            (4, "-->")
        } else if text.starts_with("<?") {
            (2, "?>")
        } else if text.starts_with("<!") {
            let word = text.get(..14).unwrap_or_default();
            if word.eq_ignore_ascii_case("<!doctype html") {
                return Root::Page;
            }
            // A document type with declarations of its own ends behind their bracket.
            let bracket = text.find('[').zip(text.find('>'));
            let own = bracket.is_some_and(|(bracket, end)| bracket < end);
            (2, if own { "]>" } else { ">" })
        } else {
            break;
        };
        let Some(at) = text.get(start..).and_then(|rest| rest.find(end)) else {
            return Root::Beyond;
        };
        text = text.get(start + at + end.len()..).unwrap_or_default();
    }
    if text.is_empty() {
        return Root::Beyond;
    }
    let Some(inside) = text.strip_prefix('<') else {
        return Root::None;
    };
    let end = inside.find(|it: char| it.is_whitespace() || it == '>' || it == '/');
    match end.and_then(|end| inside.get(..end)) {
        Some(name) if name.starts_with(char::is_alphabetic) => Root::Named(name),
        _ => Root::None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let check = |head: &[u8], expect: Option<Container>| {
            assert_eq!(
                container_of(head),
                expect,
                "{:?}",
                head.escape_ascii().to_string()
            );
        };
        check(b"", None);
        check(b"\x89PNG\r\n\x1a\n\0\0", Some(Png));
        check(b"\xff\xd8\xff\xe0", Some(Jpeg));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", Some(WebP));
        check(b"RIFF\x10\0\0\0WAVEfmt ", Some(Wav));
        check(b"RIFF\x10\0\0\0????", None);
        check(
            b"OggS\0\x02........................\x13OpusHead",
            Some(Opus),
        );
        check(
            b"OggS\0\x02........................\x1e\x01vorbis",
            Some(Vorbis),
        );
        check(
            b"OggS\0\x02........................\x2a\x80theora",
            Some(OggVideo),
        );
        check(b"OggS", Some(Ogg));
        check(b"\x1aE\xdf\xa3\x9f\x42\x82\x84webm", Some(WebM));
        check(b"\x1aE\xdf\xa3\x9f\x42\x82\x88matroska", Some(Matroska));
        check(b"\0\0\0\x18ftypM4A \0\0\0\0isomiso2", Some(M4a));
        check(b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", Some(Mp4));
        check(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", Some(Avif));
        check(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some(Heic));
        check(b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", Some(QuickTime));
        check(b"\xff\xfb\x90\x64", Some(Mp3));
        check(b"\xff\xf3\x40\xc4", Some(Mp3));
        check(b"\xff\xf1\x50\x80", Some(Aac));
        check(
            b"\xff\xf1\x50\x80\x01\x1f\xfc\x00\xff\xf1\x50\x80\x01\x1f",
            Some(Aac),
        );
        check(
            b"\xff\xf1\x50\x80\x01\x1f\xfc\x00\x12\x34\x50\x80\x01\x1f",
            None,
        );
        check(b"ID3\x04\0\0\0\0\0\x02ab\xff\xfb\x90\x64", Some(Mp3));
        check(b"ID3\x04\0\0\0\0\0\x02abfLaC", Some(Flac));
        check(b"ID3\x04\0\0\0\0\x7f\x7f\xff\xfb", None);
        check(b"ID3", Some(Text));
        check(b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Some(Bmp));
        check(b"BM is short for bitmap", Some(Text));
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(Svg));
        check(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<!DOCTYPE svg [<!ENTITY a 'b'>]>\n<svg:svg >", Some(Svg));
        check(b"\xff\xfe<\0s\0v\0g\0>\0", Some(Svg));
        check(b"<?xml version='1.0'?><!-- cut", None);
        check(b"<!DOCTYPE HTML PUBLIC \"\"><html>", Some(Html));
        check(b"\n<html lang=en>", Some(Html));
        check(b"<?xml version='1.0'?><kml >", Some(Text));
        check(b"404: Not Found", Some(Text));
        check(b"a < b and b > c", Some(Text));
        check(b"sound", Some(Text));
        check(b"1", Some(Text));
        check(b"\n", None);
        check(
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d",
            Some(LfsPointer),
        );
        check(
            b"../.git/annex/objects/xX/9j/SHA256E-s3--ab.png\n",
            Some(AnnexPointer),
        );
        check(b"four words and caf\xc3", Some(Text));
        check(b"\x00\x01\x02\x03binary", None);
    }

    #[test]
    fn the_length_of_a_frame_is_known() {
        let frame = |header: [u8; 3], length: usize, next: &[u8]| {
            let mut bytes = vec![0; length];
            bytes[..3].copy_from_slice(&header);
            bytes.extend_from_slice(next);
            container_of(&bytes)
        };
        // 128 kbit/s at 44.1 kHz; 64 kbit/s at 22.05 kHz.
        assert_eq!(frame([0xff, 0xfb, 0x90], 417, b"\xff\xfb\x90\0"), Some(Mp3));
        assert_eq!(frame([0xff, 0xf3, 0x80], 208, b"\xff\xf3\x80\0"), Some(Mp3));
        assert_eq!(frame([0xff, 0xfb, 0x90], 417, b"\0\0\0\0"), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), beginning in 0_usize..9) {
            let beginnings: [&[u8]; 9] =
                [b"", b"ID3", b"OggS", b"RIFF", b"<!", b"<?xml", b"\0\0\0\x18ftyp", b"\xff\xfb", b"\xff\xfe"];
            let mut head = beginnings[beginning].to_vec();
            head.extend(bytes);
            let _ = container_of(&head);
        }
    }
}
