//! What deckle reads is what Anki says: packages that the real Anki exported, in all containers,
//! and files that nobody should have to open.

use std::ffi::OsStr;
use std::io::Cursor;
use std::path::Path;

use deckle::package::{PackageReader, ReadLimits};
use deckle::{BuildTime, Deck, ErrorKind, Note, NoteType, Package};
use proptest::prelude::*;

fn own_package() -> Vec<u8> {
    let mut deck = Deck::new("Spanish::Verbs");
    for word in ["ser", "estar", "ir"] {
        deck.add(
            Note::new(&NoteType::basic())
                .fields([word, "to .."])
                .key(word),
        )
        .unwrap();
    }
    Package::new(BuildTime::from_unix(1_700_000_000))
        .deck(deck)
        .media_bytes("_a.png", *b"png")
        .to_bytes()
        .unwrap()
}

/// Reads everything there is; errors must be of the file.
fn read_all(bytes: &[u8]) {
    let limits = ReadLimits::default().database_bytes(1 << 24);
    match PackageReader::new(Cursor::new(bytes.to_vec()), limits) {
        Ok(mut reader) => {
            for media in reader.contents().media.clone() {
                let _ = reader.copy_media(&media, &mut std::io::sink());
            }
        }
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::Archive(_) | ErrorKind::Database(_)),
            "{error:?}"
        ),
    }
}

#[test]
fn own_packages_are_read() {
    let mut reader = PackageReader::new(Cursor::new(own_package()), ReadLimits::default()).unwrap();
    let contents = reader.contents();
    assert_eq!(contents.variant.name(), "legacy1");
    assert_eq!((contents.schema, contents.notes.len()), (11, 3));
    let media = contents.media[0].clone();
    let mut bytes = Vec::new();
    assert_eq!(reader.copy_media(&media, &mut bytes).unwrap(), 3);
    assert_eq!(bytes, b"png");
}

#[test]
fn broken_packages_of_our_own_are_told() {
    let bytes = own_package();
    for length in (0..bytes.len()).step_by(97) {
        assert!(
            PackageReader::new(Cursor::new(bytes[..length].to_vec()), ReadLimits::default())
                .is_err()
        );
    }
    for at in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 0x55;
        read_all(&broken);
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
        let database: Vec<u8> = [b"SQLite format 3\0".as_slice(), &bytes].concat();
        read_all(&database);
    }
}
