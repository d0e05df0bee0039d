//! How long each stage of a build takes on one thread, for a thousand notes:
//! `cargo bench --bench stages`.

#![expect(
    clippy::disallowed_methods,
    reason = "a project's files are written here, which no stage of a build does"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deckle::diag::{Diagnostics, Sources};
use deckle::files::Memory;
use deckle::identity::Lock;
use deckle::model::DeckName;
use deckle::model::written::WrittenNote;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};
use deckle::render::Renderer;
use deckle::source::manifest::Manifest;
use deckle::source::types::TypeSet;
use deckle::source::{markdown, shipped, yaml};
use deckle::{BuildTime, Deck, Format, Note, NoteType, Package};

const NOTES: usize = 1_000;
const TIME: BuildTime = BuildTime::from_unix(1_800_000_000);

fn question(index: usize) -> String {
    format!("How fast does no. {index} *fall* after $t$ seconds?")
}

fn answer(index: usize) -> String {
    format!(
        "$$v(t) = \\frac{{m_{{{index}}} g}}{{k}} \\left(1 - e^{{-k t / m}}\\right)$$\n\n\
         - without drag: $v = g t$\n- with drag: it **approaches** $m g / k$"
    )
}

fn as_markdown() -> String {
    let note = |index| format!("## {}\n\n{}\n\n", question(index), answer(index));
    (0..NOTES).map(note).collect()
}

fn as_yaml() -> String {
    let note = |index| {
        let answer = answer(index).replace('\n', "\n    ");
        format!("- front: {}\n  back: |\n    {answer}\n", question(index))
    };
    format!("notes:\n{}", (0..NOTES).map(note).collect::<String>())
}

fn read_markdown(text: &str) -> Vec<WrittenNote> {
    let defaults = Manifest::without_file(&DeckName::new("D").expect("a name")).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let file = Sources::new().add("notes.md", text);
    markdown::read(file, text, &defaults, &types, &mut Diagnostics::new())
}

fn read_yaml(text: &str) -> Vec<usize> {
    let defaults = Manifest::without_file(&DeckName::new("D").expect("a name")).defaults;
    let types = TypeSet::new(shipped::types().to_vec());
    let file = Sources::new().add("notes.yaml", text);
    let take = |notes: Vec<WrittenNote>| notes.len();
    yaml::read(
        file,
        text,
        &defaults,
        &types,
        &mut Diagnostics::new(),
        &take,
    )
}

fn package(format: Format) -> Package {
    let basic = NoteType::basic();
    let mut deck = Deck::new("D");
    for index in 0..NOTES {
        let note = Note::new(&basic).fields([question(index), answer(index)]);
        deck.add(note).expect("a note");
    }
    Package::new(TIME).deck(deck).format(format)
}

/// A lock of as many notes, as a project's build writes it.
fn lock_text() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = "format: 1\nname: D\nuid: 5f0c1a52-8a43-4f6e-9a37-2d1f5f4f8a10\n";
    std::fs::write(folder.path().join("deckle.yaml"), manifest).expect("a project");
    std::fs::write(folder.path().join("notes.md"), as_markdown()).expect("notes");
    let project = Project::open(folder.path()).expect("a project");
    let build = project.build(&BuildOptions::new(TIME)).expect("a build");
    build.write().expect("a package");
    std::fs::read_to_string(folder.path().join("deckle.lock")).expect("a lock")
}

fn stages(criterion: &mut Criterion) {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(NOTES as u64));
    let mut stage = |name: &str, run: &mut (dyn FnMut() + Send)| {
        let pool = one_thread.as_ref().expect("a thread");
        group.bench_function(name, |it| pool.install(|| it.iter(&mut *run)));
    };
    let (markdown, yaml) = (as_markdown(), as_yaml());
    stage("read Markdown", &mut || {
        black_box(read_markdown(&markdown));
    });
    stage("read YAML", &mut || {
        black_box(read_yaml(&yaml));
    });
    let written = read_markdown(&markdown);
    let files = Memory::new();
    let renderer = Renderer::new(&files);
    stage("render", &mut || {
        for note in &written {
            black_box(renderer.note(note, "notes.md"));
        }
    });
    let basic = NoteType::basic();
    let fields = [question(1), answer(1)];
    stage("generate cards", &mut || {
        for _ in 0..NOTES {
            black_box(basic.cards(&fields));
        }
    });
    for (name, format) in [("legacy", Format::Legacy), ("latest", Format::Latest)] {
        let package = package(format);
        stage(&format!("write {name} package"), &mut || {
            black_box(package.to_bytes().expect("a package"));
        });
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("d.apkg");
    package(Format::Legacy).write(&path).expect("a package");
    stage("read legacy package", &mut || {
        black_box(PackageReader::open(&path).expect("a package"));
    });
    let text = lock_text();
    let file = Sources::new().add("deckle.lock", text.as_str());
    let read = || Lock::parse(file, "deckle.lock", &text, &mut Diagnostics::new()).expect("a lock");
    stage("read lock", &mut || {
        black_box(read());
    });
    let lock = read();
    stage("write lock", &mut || {
        black_box(lock.to_text());
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
