//! Pictures made smaller on their way into a package: what learners get, and when they get it again.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};
use serde_json::json;

use crate::judge::{imported, judge};

const MANIFEST: &str = "format: 1\nname: Hearts\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b11\n";
const NOTES: &str = "\
- {id: heart, front: '![](heart.png)', back: The heart}
- {id: lungs, front: '![](lungs.png)', back: The lungs}
- {id: words, front: No picture, back: Nothing}
";

/// A PNG whose pixels are not compressed: much can be gained.
fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            let grain = u8::try_from((x * 31 + y * 17) % 23).unwrap();
            rows.extend([shade, grain, u8::try_from(x % 251).unwrap()]);
        }
    }
    let mut data = vec![0x78, 0x01];
    let (mut one, mut two) = (1_u32, 0_u32);
    for byte in &rows {
        one = (one + u32::from(*byte)) % 65_521;
        two = (two + one) % 65_521;
    }
    let blocks: Vec<&[u8]> = rows.chunks(65_535).collect();
    for (index, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        data.push(u8::from(index + 1 == blocks.len()));
        data.extend(length.to_le_bytes());
        data.extend((!length).to_le_bytes());
        data.extend_from_slice(block);
    }
    data.extend((two << 16 | one).to_be_bytes());
    let head = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", head), (b"IDAT", data), (b"IEND", Vec::new())] {
        bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        let named = [&name[..], &body].concat();
        bytes.extend(&named);
        let sum = named.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                sum >> 1 ^ (if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
            })
        });
        bytes.extend((!sum).to_be_bytes());
    }
    bytes
}

struct Hearts {
    scratch: tempfile::TempDir,
    time: i64,
}

impl Hearts {
    fn new() -> Self {
        let hearts = Self {
            scratch: tempfile::tempdir().unwrap(),
            time: 1_600_000_000,
        };
        hearts.put("notes.yaml", NOTES.as_bytes());
        hearts.put("heart.png", &png(300, 200, 200));
        hearts.put("lungs.png", &png(40, 30, 90));
        hearts
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path().join("hearts")
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Builds a day later, under these settings.
    fn build(&mut self, images: &str, name: &str, cache: bool) -> PathBuf {
        self.put(
            "deckle.yaml",
            format!("{MANIFEST}images: {{{images}}}\n").as_bytes(),
        );
        self.time += 86_400;
        let path = self.scratch.path().join(name);
        let options = BuildOptions::new(BuildTime::from_unix(self.time))
            .output(&path)
            .cache(cache);
        let build = Project::open(self.folder())
            .unwrap()
            .build(&options)
            .unwrap();
        assert!(
            build.report().diagnostics.is_empty(),
            "{:?}",
            build.report().diagnostics
        );
        build.write().unwrap();
        path
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

#[test]
fn the_media_check_finds_every_picture() {
    let mut hearts = Hearts::new();
    let plain = hearts.build("", "plain.apkg", true);
    let narrow = hearts.build("max-width: 100", "narrow.apkg", true);
    let webp = hearts.build("recompress: webp, strip-metadata: true", "webp.apkg", true);
    assert!(size(&narrow) < size(&plain) && size(&webp) < size(&plain));
    judge(&[plain, narrow, webp]);
}

#[test]
fn a_package_is_the_same_with_and_without_a_cache() {
    let mut hearts = Hearts::new();
    let settings = "max-width: 100, recompress: webp";
    let first = hearts.build(settings, "first.apkg", false);
    assert!(!hearts.folder().join(".deckle/cache").exists());
    let filling = hearts.build(settings, "filling.apkg", true);
    assert!(hearts.folder().join(".deckle/cache").exists());
    let filled = hearts.build(settings, "filled.apkg", true);
    let bytes = |path: &Path| fs::read(path).unwrap();
    assert!(bytes(&first) == bytes(&filling) && bytes(&first) == bytes(&filled));
}

#[test]
fn learners_get_a_changed_picture_and_no_other_note() {
    let mut hearts = Hearts::new();
    let first = hearts.build("max-width: 100", "1.apkg", true);
    // A setting that changes no picture changes no note.
    let same = hearts.build("max-width: 100, strip-metadata: true", "same.apkg", true);
    let second = hearts.build("max-width: 50", "2.apkg", true);
    hearts.put("heart.png", &png(300, 200, 20));
    let third = hearts.build("max-width: 50", "3.apkg", true);
    let check = |releases: &[&PathBuf], updated: usize| {
        let steps: Vec<_> = releases
            .iter()
            .map(|path| json!({"path": path, "options": {}}))
            .collect();
        for report in imported(&steps) {
            assert_eq!(report["log"]["updated"], json!(updated), "{report}");
            assert_eq!(
                (&report["missing"], &report["learned"]),
                (&json!([]), &json!(3)),
                "{report}"
            );
            // What a note shows is there; what the last release brought is not unused.
            let notes = report["notes"].as_object().unwrap().values();
            let shown = notes.filter(|it| it["fields"][0].to_string().contains("heart-"));
            let shown: Vec<String> = shown.map(|it| it["fields"][0].to_string()).collect();
            let media = report["media"].as_object().unwrap();
            let unused = report["unused"].as_array().unwrap();
            let fresh = media
                .keys()
                .filter(|it| it.starts_with("heart-") && !unused.contains(&json!(it)));
            let fresh: Vec<&String> = fresh.collect();
            assert_eq!((shown.len(), fresh.len()), (1, 1), "{report}");
            assert!(shown[0].contains(fresh[0].as_str()), "{report}");
        }
    };
    check(&[&first, &same], 0);
    check(&[&first, &second], 1);
    check(&[&first, &second, &third], 1);
}
