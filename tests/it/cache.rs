//! What builds keep for one another: whatever happens to the files of a project and of its cache, a
//! build that uses one tells and leaves what a build without does.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use deckle::BuildTime;
use deckle::diag::{Style, render};
use deckle::project::{BuildOptions, Built, LockMode, Project, Report};

use crate::decks::{DECKS, copy_tree, example};
use crate::golden::PROJECTS;

/// Two copies of a project: one is built with a cache, the other without.
struct Twins {
    _folder: tempfile::TempDir,
    warm: PathBuf,
    cold: PathBuf,
    time: i64,
    /// How many builds there was no need for.
    spared: usize,
}

/// All that comes of a build.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    told: String,
    files: BTreeMap<String, String>,
}

impl Twins {
    fn new(fill: impl Fn(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (warm, cold) = (folder.path().join("warm/p"), folder.path().join("cold/p"));
        for twin in [&warm, &cold] {
            fs::create_dir_all(twin).unwrap();
            fill(twin);
        }
        Self {
            _folder: folder,
            warm,
            cold,
            time: 1_795_320_000,
            spared: 0,
        }
    }

    /// Does the same to both.
    fn both(&self, change: impl Fn(&Path)) {
        change(&self.warm);
        change(&self.cold);
    }

    /// Builds both, which must come to the same.
    fn build(&mut self, what: &str) {
        self.build_with(what, |options| options);
    }

    fn build_with(&mut self, what: &str, with: impl Fn(BuildOptions) -> BuildOptions) {
        self.time += 60;
        let options = with(BuildOptions::new(BuildTime::from_unix(self.time)));
        let cold = outcome(&self.cold, &options, &mut 0);
        let warm = outcome(&self.warm, &options.cache(true), &mut self.spared);
        assert_eq!(warm.told, cold.told, "{what}");
        for (name, content) in &cold.files {
            assert_eq!(warm.files.get(name), Some(content), "{what}: {name}");
        }
        assert_eq!(warm, cold, "{what}");
    }

    /// As [`Twins::build`], where there must be no need to.
    fn spare(&mut self, what: &str) {
        let before = self.spared;
        self.build(what);
        assert_eq!(self.spared, before + 1, "{what}: there was a build");
    }

    /// As [`Twins::build`], where there must be need to.
    fn redo(&mut self, what: &str) {
        let before = self.spared;
        self.build(what);
        assert_eq!(self.spared, before, "{what}: there was no build");
    }
}

fn outcome(folder: &Path, options: &BuildOptions, spared: &mut usize) -> Outcome {
    let project = Project::open(folder).unwrap();
    let mut told = String::new();
    if let Some(done) = project.unchanged(options) {
        *spared += 1;
        tell(&done.report, &mut told);
        done.built
            .iter()
            .for_each(|it| tell_built(it, folder, &mut told));
    } else {
        match project.build(options) {
            Err(error) => writeln!(told, "{error}").unwrap(),
            Ok(build) => {
                tell(build.report(), &mut told);
                match build.write() {
                    Err(error) => writeln!(told, "{error}").unwrap(),
                    Ok(built) => built
                        .iter()
                        .for_each(|it| tell_built(it, folder, &mut told)),
                }
            }
        }
    }
    let shown = fs::canonicalize(folder).unwrap().display().to_string();
    let mut files = BTreeMap::new();
    add_files(folder, folder, &mut files);
    Outcome {
        told: told.replace(&shown, "PROJECT"),
        files,
    }
}

fn tell(report: &Report, to: &mut String) {
    for it in &report.diagnostics {
        writeln!(to, "{}", render(it, &report.sources, Style::Plain)).unwrap();
    }
    writeln!(to, "{:?} {:?}", report.statistics, report.files).unwrap();
    writeln!(to, "{:?} {:?}", report.matches, report.lock_changes).unwrap();
}

fn tell_built(built: &Built, folder: &Path, to: &mut String) {
    let root = fs::canonicalize(folder).unwrap();
    let path = built.path.strip_prefix(&root).unwrap();
    let (changed, bytes) = (built.changed, built.bytes);
    let counts = (built.notes, built.cards, built.media);
    writeln!(to, "{:?} {path:?} {changed} {bytes} {counts:?}", built.name).unwrap();
}

/// The hashes of all files but those of the cache.
fn add_files(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() {
            if !path.ends_with(".deckle") {
                add_files(root, &path, files);
            }
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let content = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => blake3::hash(error.as_bytes()).to_string(),
        };
        files.insert(name, content);
    }
}

#[test]
fn a_project_comes_to_the_same_with_and_without_a_cache() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let golden = PROJECTS.iter().chain(&["atlas"]).map(|it| golden.join(it));
    let golden = golden.map(|it| {
        ["in", "mended", "corrected"]
            .map(|part| it.join(part))
            .to_vec()
    });
    let decks = DECKS.iter().map(|it| vec![example(it)]);
    for parts in decks.chain(golden) {
        let mut twins = Twins::new(|folder| {
            let parts = parts.iter().filter(|it| it.exists());
            parts.for_each(|it| copy_tree(it, folder));
        });
        let name = parts[0].display().to_string();
        for turn in ["first", "second", "third"] {
            twins.build(&format!("{name}: the {turn} build"));
        }
        let is_steady = |it: &Outcome| !it.told.contains("error");
        let options = BuildOptions::new(BuildTime::from_unix(twins.time));
        if is_steady(&outcome(&twins.cold, &options, &mut 0)) && !name.contains("physics") {
            assert!(twins.spared > 0, "{name}: nothing was spared");
        }
        fs::remove_dir_all(twins.warm.join(".deckle")).ok();
        twins.redo(&format!("{name}: without its cache"));
    }
}

/// A project with something of everything.
const FILES: &[(&str, &str)] = &[
    (
        "deckle.yaml",
        "format: 1\nname: Latin\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\nmath: {macros: macros.tex}\n",
    ),
    ("_deck.yaml", "tags: [latin]\n"),
    ("macros.tex", "\\newcommand{\\R}{\\mathbb{R}}\n"),
    ("a/_deck.yaml", "tags: [a]\n"),
    (
        "a/one.md",
        "## One in $\\R$?\n\n![](one.svg)\n\n## Other?\n\n`code`\n\n```rust\nfn main() {}\n```\n",
    ),
    (
        "a/one.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>",
    ),
    ("a/two.md", "## Two?\n\ntwo\n\n## Two?\n\nagain\n"),
    (
        "b/three.yaml",
        "- [three, '![](/a/one.svg)']\n- {front: x, back: y, suspend: true, flag: red}\n",
    ),
    (
        "b/four.md",
        "<!-- include: _part.md -->\n\n## Four\n\nbehind\n",
    ),
    ("b/_part.md", "## Five?\n\nfive\n"),
    ("b/six.csv", "front,back\nsix,6\n"),
    (
        "b/seven.md",
        "---\nmath: {engine: image}\n---\n\n## Seven $x^2$?\n\n$$\\R$$\n",
    ),
    (
        "types/word/type.yaml",
        "key: word\nname: Word\nfields: [Word, Meaning]\ncard-templates: [{name: Card, front: front.html, back: back.html}]\ncss: [style.css]\n",
    ),
    ("types/word/front.html", "{{Word}}\n"),
    ("types/word/back.html", "{{Meaning}}\n"),
    (
        "types/word/style.css",
        ".card { color: red; background: url(paper.svg) }\n",
    ),
    (
        "types/word/paper.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
    ),
    (
        "c/words.yaml",
        "type: word\nnotes:\n- {word: canis, meaning: dog, id: dog}\n",
    ),
];

fn fill(folder: &Path) {
    for (path, text) in FILES {
        write(&folder.join(path), text);
    }
}

fn write(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Changes a text, if the file is there.
fn edit(path: &Path, change: impl Fn(&str) -> String) {
    if let Ok(text) = fs::read_to_string(path) {
        fs::write(path, change(&text)).unwrap();
    }
}

/// As [`edit`], and sets the time of modification to what it was.
fn edit_unseen(path: &Path, change: impl Fn(&str) -> String) {
    let Ok(data) = fs::metadata(path) else { return };
    edit(path, change);
    set_modified(path, data.modified().unwrap());
}

fn set_modified(path: &Path, time: SystemTime) {
    if let Ok(file) = fs::File::options().write(true).open(path) {
        file.set_modified(time).unwrap();
    }
}

/// Damages a file in its middle, so that it keeps its size.
fn flip(path: &Path) {
    if let Ok(mut bytes) = fs::read(path) {
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 0x10;
        }
        fs::write(path, bytes).unwrap();
    }
}

/// The files of a cache, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join(".deckle/cache/v1")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let to = if path.is_dir() {
                &mut folders
            } else {
                &mut found
            };
            to.push(path);
        }
    }
    found.sort();
    found
}

/// Something that happens to a project.
type Event = (&'static str, fn(&Path));

#[expect(
    clippy::semicolon_if_nothing_returned,
    reason = "an event is a call, told in a line"
)]
const EVENTS: &[Event] = &[
    ("an edited note", |it| {
        edit(&it.join("a/two.md"), |text| text.replace("two", "deux"))
    }),
    ("an edit taken back", |it| {
        edit(&it.join("a/two.md"), |text| text.replace("deux", "two"))
    }),
    ("an edited question", |it| {
        edit(&it.join("a/one.md"), |text| text.replace("Other", "Othre"))
    }),
    ("an edit of the same size and time", |it| {
        edit_unseen(&it.join("b/three.yaml"), |text| {
            text.replace("three", "eerht")
        });
    }),
    ("a new note", |it| {
        edit(&it.join("a/two.md"), |text| {
            format!("{text}\n## New?\n\nnew\n")
        })
    }),
    ("a double", |it| {
        edit(&it.join("b/six.csv"), |text| format!("{text}six,6\n"))
    }),
    ("a new file", |it| {
        write(&it.join("a/new.md"), "## Eight?\n\n![](/a/one.svg)\n")
    }),
    ("a file that is gone", |it| {
        drop(fs::remove_file(it.join("a/new.md")))
    }),
    ("a file with another name", |it| {
        drop(fs::rename(it.join("b/six.csv"), it.join("c/six.csv")))
    }),
    ("the name taken back", |it| {
        drop(fs::rename(it.join("c/six.csv"), it.join("b/six.csv")))
    }),
    ("another picture of the same size and time", |it| {
        edit_unseen(&it.join("a/one.svg"), |text| {
            text.replace("width='8'", "width='7'")
                .replace("height='8'", "height='9'")
        });
    }),
    ("a picture with a script", |it| {
        edit(&it.join("a/one.svg"), |text| {
            text.replace("/>", "><script/></svg>")
        });
    }),
    ("a picture that is gone", |it| {
        drop(fs::remove_file(it.join("a/one.svg")))
    }),
    ("a picture that is back", |it| {
        write(
            &it.join("a/one.svg"),
            "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>",
        );
    }),
    ("a picture in a letter case", |it| {
        drop(fs::rename(it.join("a/one.svg"), it.join("a/One.svg")))
    }),
    ("another paper", |it| {
        edit(&it.join("types/word/paper.svg"), |text| {
            text.replace('1', "2")
        })
    }),
    ("another template", |it| {
        edit(&it.join("types/word/back.html"), |text| {
            format!("{text}<b>!</b>\n")
        })
    }),
    ("another style", |it| {
        edit(&it.join("types/word/style.css"), |text| {
            text.replace("red", "green")
        })
    }),
    ("a new field", |it| {
        edit(&it.join("types/word/type.yaml"), |text| {
            text.replace("Meaning]", "Meaning, More]")
        });
    }),
    ("no new field", |it| {
        edit(&it.join("types/word/type.yaml"), |text| {
            text.replace(", More]", "]")
        });
    }),
    ("another macro", |it| {
        edit(&it.join("macros.tex"), |text| text.replace("{R}", "{Q}"))
    }),
    ("no macros", |it| {
        drop(fs::remove_file(it.join("macros.tex")))
    }),
    ("macros", |it| {
        write(&it.join("macros.tex"), "\\newcommand{\\R}{\\mathbb{R}}\n")
    }),
    ("nearer macros", |it| {
        write(&it.join("a/macros.tex"), "\\newcommand{\\R}{\\mathbf{R}}\n")
    }),
    ("other tags of a folder", |it| {
        edit(&it.join("a/_deck.yaml"), |text| {
            text.replace("[a]", "[A, b]")
        })
    }),
    ("tags of the root", |it| {
        edit(&it.join("_deck.yaml"), |text| {
            text.replace("latin", "Latin")
        })
    }),
    ("another name", |it| {
        edit(&it.join("deckle.yaml"), |text| {
            text.replace("Latin", "Latin 2")
        })
    }),
    ("a setting", |it| {
        edit(&it.join("deckle.yaml"), |text| format!("{text}tags: [x]\n"))
    }),
    ("a level", |it| {
        edit(&it.join("deckle.yaml"), |text| {
            format!("{text}levels: {{duplicate-note: allow}}\n")
        })
    }),
    ("the first manifest", |it| {
        write(&it.join("deckle.yaml"), FILES[0].1)
    }),
    ("an included text", |it| {
        edit(&it.join("b/_part.md"), |text| text.replace("five", "cinq"))
    }),
    ("a mistake", |it| {
        edit(&it.join("a/two.md"), |text| {
            format!("{text}\n## {{\n\n![](nothing.png)\n")
        })
    }),
    ("the first files", fill),
    ("no lock", |it| {
        drop(fs::remove_file(it.join("deckle.lock")))
    }),
    ("a shorter lock", |it| {
        edit(&it.join("deckle.lock"), |text| {
            let lines: Vec<&str> = text.lines().collect();
            let end = lines.len() * 2 / 3;
            lines[..end].join("\n") + "\n"
        });
    }),
    ("no package", |it| {
        drop(fs::remove_file(it.join("Latin.apkg")))
    }),
    ("a damaged package", |it| flip(&it.join("Latin.apkg"))),
    ("an ignored file", |it| {
        write(&it.join(".gitignore"), "two.md\n")
    }),
    ("no ignored file", |it| {
        drop(fs::remove_file(it.join(".gitignore")))
    }),
    ("another file", |it| {
        write(&it.join("notes.txt"), "not of this project\n")
    }),
    ("times in the future", |it| {
        let future = SystemTime::now() + Duration::from_secs(1_000_000);
        set_modified(&it.join("a/one.svg"), future);
        set_modified(&it.join("a/two.md"), future);
    }),
    ("times of long ago", |it| {
        let past = SystemTime::UNIX_EPOCH + Duration::from_secs(7);
        set_modified(&it.join("a/one.svg"), past);
        set_modified(&it.join("Latin.apkg"), past);
    }),
    ("no cache", |it| {
        drop(fs::remove_dir_all(it.join(".deckle")))
    }),
    ("a damaged cache", |it| {
        entries(it).iter().for_each(|it| flip(it))
    }),
    ("a cache that was cut off", |it| {
        for path in entries(it) {
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() * 2 / 3]).unwrap();
        }
    }),
    ("a cache whose entries were mixed up", |it| {
        let entries = entries(it);
        for pair in entries.windows(2) {
            fs::copy(&pair[0], &pair[1]).unwrap();
        }
    }),
    ("nothing", |_| {}),
];

/// The next of a row of numbers that has no pattern, and is the same each time.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 40).unwrap()
}

fn walk(seed: u64, steps: usize) {
    let mut twins = Twins::new(fill);
    let mut state = seed;
    twins.build("the first build");
    twins.spare("the second build");
    let mut story = Vec::new();
    for _ in 0..steps {
        for _ in 0..=next(&mut state) % 2 {
            let (name, event) = EVENTS[next(&mut state) % EVENTS.len()];
            story.push(name);
            twins.both(event);
        }
        let what = format!("seed {seed}: {}", story.join(", "));
        story.push("builds");
        for _ in 0..=next(&mut state) % 3 {
            twins.build(&what);
        }
    }
}

#[test]
fn whatever_happens_a_build_is_what_it_is_without_a_cache() {
    // More of them, for who changes what is kept: DECKLE_WALKS=100 cargo test --test it cache
    let walks = std::env::var("DECKLE_WALKS").ok();
    let walks = walks.and_then(|it| it.parse().ok()).unwrap_or(3);
    for seed in 1..=walks {
        walk(seed, 12);
    }
}

#[test]
fn each_event_by_itself() {
    let mut twins = Twins::new(fill);
    twins.build("the first build");
    for (name, event) in EVENTS {
        twins.both(event);
        twins.build(name);
        twins.build(&format!("{name}, again"));
        twins.both(fill);
        twins.both(|it| drop(fs::remove_file(it.join(".gitignore"))));
    }
    assert!(twins.spared > 5, "{}", twins.spared);
}

#[test]
fn what_did_not_change_is_not_built_again() {
    let mut twins = Twins::new(fill);
    twins.redo("the first build");
    twins.spare("the second");
    twins.both(|it| edit(&it.join("a/two.md"), |text| text.replace("two", "deux")));
    twins.redo("an edit");
    twins.spare("behind an edit");
    // The same bytes at another time.
    twins.both(fill);
    twins.redo("the first files");
    twins.spare("behind the first files");
    twins.both(fill);
    twins.spare("the same files, written again");
    twins.both(|it| drop(fs::remove_file(it.join("b/six.csv"))));
    twins.redo("a note that is gone is told");
    twins.redo("and not told again");
    twins.spare("behind that");
    twins.both(|it| drop(fs::remove_file(it.join("Latin.apkg"))));
    twins.redo("a package that is gone");
    twins.spare("behind a package that was gone");
    for mode in [LockMode::Locked, LockMode::Frozen] {
        twins.build_with("a lock that is kept", |it| it.lock_mode(mode));
        twins.build_with("a lock that is kept", |it| it.lock_mode(mode));
    }
    let before = twins.spared;
    twins.build_with("notes that are sent out", |it| it.touch("dog"));
    assert_eq!(twins.spared, before);
    twins.redo("after notes were sent out");
    let mut late = BuildOptions::new(BuildTime::from_unix(twins.time + 100_000)).cache(true);
    late = late.allow_schema_change(true);
    let spared = &mut 0;
    let _ = outcome(&twins.warm, &late, spared);
    // A clock that is behind is told.
    let early = BuildOptions::new(BuildTime::from_unix(twins.time - 100_000));
    let warm = outcome(&twins.warm, &early.clone().cache(true), spared);
    assert!(warm.told.contains("the build time"), "{}", warm.told);
    assert_eq!(*spared, 0);
}

#[test]
fn several_packages_and_variants_are_one_build() {
    let mut twins = Twins::new(|folder| {
        fill(folder);
        edit(&folder.join("deckle.yaml"), |text| {
            format!(
                "{text}output:\n  all: {{file: out/all.apkg}}\n  a: {{file: out/a.apkg, decks: \"::a\"}}\n"
            )
        });
    });
    twins.build("the first build");
    twins.spare("the second build");
    twins.both(|it| drop(fs::remove_file(it.join("out/a.apkg"))));
    twins.redo("one that is gone");
    twins.spare("behind that");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/atlas/in");
    let mut twins = Twins::new(|folder| copy_tree(&golden, folder));
    twins.build("variants: the first build");
    twins.build("variants: the second build");
    twins.spare("variants: the third build");
}

#[test]
fn two_builds_at_once_do_one_another_no_harm() {
    let mut twins = Twins::new(fill);
    for turn in 0..4 {
        twins.both(|it| {
            edit(&it.join("a/two.md"), |text| {
                format!("{text}\n## {turn}?\n\n{turn}\n")
            });
        });
        let options = BuildOptions::new(BuildTime::from_unix(twins.time)).cache(true);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..2 {
                        let project = Project::open(&twins.warm).unwrap();
                        if project.unchanged(&options).is_none() {
                            let _ = project.build(&options).unwrap().write().unwrap();
                        }
                    }
                });
            }
        });
        let alone = BuildOptions::new(BuildTime::from_unix(twins.time));
        let _ = Project::open(&twins.cold)
            .unwrap()
            .build(&alone)
            .unwrap()
            .write()
            .unwrap();
        twins.build("after builds at once");
        twins.build("and another one");
    }
    assert!(twins.spared > 0);
}
