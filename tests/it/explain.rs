//! The page of each code is true: what its wrong example shows is found, and its right example is
//! built without a finding. See src/diag/explain/mod.rs for how a page is written.
//!
//! `<!-- base: FOLDER -->` in a page puts the blocks over the input of a case in tests/ui, for
//! what a page cannot hold; without a `bad` block that input is the wrong example. `<!-- also:
//! W0703 -->` names what the right example may say besides, and `<!-- no good example: REASON -->`
//! stands for one that cannot be given.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::diag::{Code, render_short};
use deckle::project::Report;

use crate::sample::sample;
use crate::ui;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

struct Block {
    role: String,
    file: String,
    text: String,
}

struct Page {
    base: Option<PathBuf>,
    also: Vec<String>,
    lacks_good: bool,
    blocks: Vec<Block>,
}

impl Page {
    fn of(code: Code) -> Option<Self> {
        let text = code.explanation()?;
        let comment = |key: &str| {
            let begin = format!("<!-- {key}: ");
            let line = text.lines().find_map(|it| it.strip_prefix(&begin))?;
            Some(line.trim_end_matches(" -->").to_owned())
        };
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if !line.starts_with("```") {
                continue;
            }
            let info = line.trim_start_matches('`');
            let fence = &line[..line.len() - info.len()];
            let inner = lines.by_ref().take_while(|it| *it != fence);
            let text = inner.fold(String::new(), |all, line| all + line + "\n");
            let (_, rest) = info.split_once(' ').unwrap_or_else(|| {
                panic!("{code}: a block must name its file, as `yaml bad notes.yaml` does")
            });
            let (role, file) = match rest.split_once(' ') {
                Some((role @ ("bad" | "good"), file)) => (role, file),
                _ => ("both", rest),
            };
            blocks.push(Block {
                role: role.to_owned(),
                file: file.to_owned(),
                text,
            });
        }
        Some(Self {
            base: comment("base").map(|it| root().join("tests/ui").join(it)),
            also: comment("also")
                .iter()
                .flat_map(|it| it.split(' '))
                .map(str::to_owned)
                .collect(),
            lacks_good: comment("no good example").is_some(),
            blocks,
        })
    }

    fn has(&self, role: &str) -> bool {
        self.blocks.iter().any(|it| it.role == role)
    }

    /// What deckle says of an example of the page.
    fn build(&self, role: &str) -> Report {
        let case = self.base.clone().unwrap_or_default();
        if !self.has(role) {
            return ui::build(&case.join("in"), &case).into_report();
        }
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("Example");
        for (path, text) in [
            (
                "img/pump.svg",
                "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            ),
            ("hola.mp3", "sound"),
            ("types/word/_logo.png", "picture"),
        ] {
            write(&folder.join(path), &sample(path, text));
        }
        if self.base.is_some() {
            ui::copy_folder(&case.join("in"), &folder);
        }
        for block in &self.blocks {
            if block.role == role || block.role == "both" {
                write(&folder.join(&block.file), block.text.as_bytes());
            }
        }
        ui::build(&folder, &case).into_report()
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn told(report: &Report) -> String {
    let each = report.diagnostics.iter();
    let each: Vec<String> = each.map(|it| render_short(it, &report.sources)).collect();
    each.join("\n")
}

#[test]
fn the_examples_of_each_page_are_true() {
    let mut failed = Vec::new();
    for code in Code::ALL {
        let Some(page) = Page::of(*code) else {
            failed.push(format!("{code}: no page; write src/diag/explain/{code}.md"));
            continue;
        };
        if let Some(base) = page.base.as_ref().filter(|it| !it.exists()) {
            failed.push(format!("{code}: no case {}", base.display()));
            continue;
        }
        if !page.has("bad") && page.base.is_none() {
            failed.push(format!("{code}: no `bad` block, and no `base`"));
            continue;
        }
        let bad = page.build("bad");
        if !bad.diagnostics.iter().any(|it| it.code == *code) {
            failed.push(format!("{code}: the wrong example says\n{}", told(&bad)));
        }
        if page.lacks_good {
            continue;
        }
        if !page.has("good") {
            failed.push(format!("{code}: no `good` block"));
            continue;
        }
        let good = page.build("good");
        let clean = good
            .diagnostics
            .iter()
            .all(|it| it.code != *code && page.also.iter().any(|also| also == it.code.id()));
        if !clean || good.statistics.notes == 0 {
            failed.push(format!("{code}: the right example says\n{}", told(&good)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n----\n"));
}

#[test]
fn each_page_is_short_and_in_the_list() {
    for entry in fs::read_dir(root().join("src/diag/explain")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "md") {
            continue;
        }
        let id = path.file_stem().unwrap().to_str().unwrap();
        let code = Code::parse(id).unwrap_or_else(|| panic!("{id}.md is the page of no code"));
        let page = code.explanation().unwrap_or_else(|| {
            panic!("{id}.md is not in the list `PAGES` of src/diag/explain/mod.rs")
        });
        let prose: usize = page.split("```").step_by(2).map(str::len).sum();
        assert!(
            prose < 1_000,
            "{id}: {prose} bytes of prose; a page is read in half a minute"
        );
    }
}
