//! Small files for tests that are what their names say: a picture is one, and a sound has an end.
//! (tests/it takes this file in as it is.)

/// The bytes of a file of this name that `text` makes different from others of its kind. What is
/// no picture, sound or film is the text itself.
pub(crate) fn sample(name: &str, text: &str) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_be_bytes();
    let part = |name: &[u8; 4], body: &[u8]| {
        let whole = [&[0; 8], body].concat();
        [&length(&whole), name.as_slice(), body].concat()
    };
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "png" => {
            let chunk = |name: &[u8; 4], body: &[u8]| {
                [&length(body), name.as_slice(), body, &[0; 4]].concat()
            };
            let text = format!("Title\0{text}");
            [
                b"\x89PNG\r\n\x1a\n".to_vec(),
                chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"),
                chunk(b"tEXt", text.as_bytes()),
                chunk(b"IEND", b""),
            ]
            .concat()
        }
        "jpg" => {
            let comment = u16::try_from(text.len() + 2).unwrap().to_be_bytes();
            let end = b"\xff\xda\0\x02pixels\xff\xd9";
            [
                b"\xff\xd8\xff\xfe",
                comment.as_slice(),
                text.as_bytes(),
                end,
            ]
            .concat()
        }
        // Frames of 24 bytes, each with 20 of the text.
        "mp3" => {
            let chunks = text.as_bytes().chunks(20);
            let frames = chunks.map(|it| {
                let mut frame = [b"\xff\xf3\x14\xc4".as_slice(), it].concat();
                frame.resize(24, 0);
                frame
            });
            frames.collect::<Vec<_>>().concat()
        }
        "ogg" => {
            let body = format!("\u{1}vorbis{text}");
            let count = u8::try_from(body.len()).unwrap();
            let head = [b"OggS\0\x06".as_slice(), &[0; 20], &[1, count]].concat();
            [head, body.into_bytes()].concat()
        }
        "mp4" => [
            part(b"ftyp", b"isom\0\0\0\0"),
            part(b"moov", b""),
            part(b"mdat", text.as_bytes()),
        ]
        .concat(),
        _ => text.as_bytes().to_vec(),
    }
}
