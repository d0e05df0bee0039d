//! Projects that are built again and again, by a program that watches their files.

use std::sync::Arc;

use super::Project;
use crate::files::Remembering;

impl Project {
    /// The project, which from now on remembers what it read of its files: the next build reads
    /// only those whose stamp (size, times, on Unix also which file it is) is another. What comes
    /// out is the same as without. Clones share what is remembered; it goes with the last of them.
    ///
    /// Texts are held, 256 MiB of them at most, and of media their hashes. The time of a build
    /// ([`BuildOptions::new`]) tells how long a file was left alone: one that was written less than
    /// two seconds before is read once more by the next build. So the time must not lie in the
    /// future; see [`Remembering`] for this and for what file systems have to do with it.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// use deckle::project::{BuildOptions, Project};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// # std::fs::write(path.join("a.md"), "## A question?\n\nAn answer.\n")?;
    /// # let changes = ["one", "two"];
    ///
    /// let project = Project::open(path)?.remembering();
    /// for change in changes { // as something tells them that watches the folder
    /// #   #[expect(clippy::disallowed_methods, reason = "a program may read the clock")]
    ///     let report = project.check(&BuildOptions::new(SystemTime::now()))?;
    ///     println!("{change}: {} notes", report.statistics.notes);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`BuildOptions::new`]: super::BuildOptions::new
    #[must_use]
    pub fn remembering(self) -> Self {
        Self {
            files: Arc::new(Remembering::new(self.files)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;
    use crate::diag::render_short;
    use crate::files::Files;
    use crate::files::counted::Counted;
    use crate::project::{BuildOptions, Scope};

    const FILES: &[(&str, &str)] = &[
        (
            "deckle.yaml",
            "format: 1\nname: Latin\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\ninclude: [{path: guest}]\n",
        ),
        ("_deck.yaml", "tags: [latin]\n"),
        ("a/_deck.yaml", "tags: [a]\n"),
        ("a/one.md", "## One?\n\n![](one.svg)\n"),
        (
            "a/one.svg",
            "<svg xmlns='http://www.w3.org/2000/svg'><text>one</text></svg>",
        ),
        ("a/two.md", "## Two?\n\ntwo\n"),
        ("b/three.yaml", "- [three, '![](/a/one.svg)']\n"),
        ("b/four.md", "<!-- include: _part.md -->\n"),
        ("b/_part.md", "## Four?\n\nfour\n"),
        ("b/five.csv", "front,back\nfive,5\n"),
        (
            "guest/deckle.yaml",
            "format: 1\nname: Guest\nuid: 1b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n",
        ),
        ("guest/six.md", "## Six?\n\nsix\n"),
    ];

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn written() -> Arc<Counted> {
        let files = Arc::new(Counted::default());
        for (path, text) in FILES {
            files.write(path, text, at(100));
        }
        files
    }

    fn project(files: Arc<dyn Files + Send + Sync>) -> Project {
        Project {
            files,
            root: PathBuf::new(),
            scope: Scope::Manifest { only: Vec::new() },
            variant: None,
        }
    }

    /// Findings, counts and the package; else why there is nothing.
    type Outcome = Result<(Vec<String>, String, Option<Vec<u8>>), String>;

    /// Everything that comes out of a build.
    fn outcome(project: &Project, seconds: u64) -> Outcome {
        let build = project.build(&BuildOptions::new(at(seconds)));
        let build = build.map_err(|error| error.to_string())?;
        let bytes = build.package().map(|it| it.to_bytes().unwrap());
        let report = build.into_report();
        let found = report.diagnostics.iter();
        let found = found.map(|it| render_short(it, &report.sources)).collect();
        let counts = format!("{:?} {:?}", report.statistics, report.files);
        Ok((found, counts, bytes))
    }

    #[test]
    fn one_changed_file_does_not_open_the_others() {
        let files = written();
        let project = project(files.clone()).remembering();
        let check = |now: u64, expect: &[&str]| {
            let report = project.check(&BuildOptions::new(at(now))).unwrap();
            assert!(!report.diagnostics.has_errors());
            assert_eq!(files.take_opened(), expect, "at {now}");
        };
        let mut all: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        all.sort_unstable();
        let _ = project.check(&BuildOptions::new(at(200))).unwrap();
        let mut opened = files.take_opened();
        opened.dedup();
        assert_eq!(opened, all);
        check(201, &[]);
        files.write("a/two.md", "## Two?\n\n2\n", at(202));
        check(205, &["a/two.md"]);
        check(206, &[]);
        files.write(
            "a/one.svg",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            at(210),
        );
        check(220, &["a/one.svg"]);
        files.write("guest/six.md", "## Six?\n\n6\n", at(230));
        files.write("b/_part.md", "## Four?\n\n4\n", at(230));
        check(240, &["b/_part.md", "guest/six.md"]);
        files.write("a/new.md", "## New?\n\nnew\n", at(250));
        check(260, &["a/new.md"]);
        files.remove("a/new.md");
        check(270, &[]);
    }

    /// What is done to the files: seconds that go by, which file, and which of its texts.
    fn edits() -> impl Strategy<Value = Vec<(u64, usize, usize)>> {
        prop::collection::vec((0_u64..3, 0..FILES.len(), 0_usize..5), 1..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_built_is_what_a_project_without_memory_builds(edits in edits()) {
            let files = written();
            let warm = project(files.clone()).remembering();
            let mut now = 101;
            for (seconds, which, text) in edits {
                prop_assert_eq!(
                    outcome(&warm, now),
                    outcome(&project(Arc::new(files.as_memory())), now)
                );
                now += seconds;
                let (path, first) = FILES[which];
                // Others of the same size, of another size, none.
                match text {
                    0 => files.write(path, first, at(now)),
                    1 => files.write(path, &first.replace(['e', 'o'], "u"), at(now)),
                    2 => files.write(path, &first.replace('t', "T"), at(now)),
                    3 => files.write(path, &format!("{first}\n## x\n\n![](one.pgn)\n"), at(now)),
                    _ => files.remove(path),
                }
            }
            prop_assert_eq!(
                outcome(&warm, now),
                outcome(&project(Arc::new(files.as_memory())), now)
            );
        }
    }
}
