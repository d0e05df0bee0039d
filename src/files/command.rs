//! Runs programs that a project or a user names: a voice, a sound encoder, TeX.
//!
//! No shell reads the arguments. A program gets a folder of its own, nothing to read but what it
//! is given, and an end: after a time, or when it has written too much.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the place that they are disallowed for"
)]

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use wait_timeout::ChildExt;

/// How often what a program wrote is measured.
const PULSE: Duration = Duration::from_millis(20);

/// A program with its arguments, the folder it runs in, and its bounds.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run"]
pub struct Command {
    program: OsString,
    arguments: Vec<OsString>,
    folder: PathBuf,
    input: Vec<u8>,
    environment: Vec<(OsString, OsString)>,
    longest: Duration,
    most: u64,
}

/// How a program came to its end by itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finished {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub errors: Vec<u8>,
}

/// Why a program gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no program of this name.
    #[error("there is no program `{0}`")]
    Missing(String),
    /// It ran longer than it may.
    #[error("`{program}` was stopped after {seconds} s")]
    TooLong {
        /// The program.
        program: String,
        /// The time that it had.
        seconds: u64,
    },
    /// It wrote more than it may, to its streams and its folder together.
    #[error("`{program}` was stopped when it had written more than {bytes} bytes")]
    TooMuch {
        /// The program.
        program: String,
        /// What it was allowed to write.
        bytes: u64,
    },
    /// It could not be started, or not be waited for.
    #[error("`{program}` could not be run: {reason}")]
    Failed {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
}

impl Finished {
    /// Whether the program says that all went well.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// The last lines of its standard error, or of its output where that is empty: at most this
    /// many, for a message.
    #[must_use]
    pub fn last_words(&self, lines: usize) -> String {
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let words = Some(said(&self.errors)).filter(|it| !it.is_empty());
        let words = words.unwrap_or_else(|| said(&self.output));
        let all: Vec<&str> = words.lines().collect();
        all.get(all.len().saturating_sub(lines)..)
            .unwrap_or_default()
            .join("\n")
    }
}

impl Command {
    /// This program, to be run in `folder`. Default: no arguments, nothing on standard input, 60
    /// seconds, 64 MiB.
    pub fn new(program: impl Into<OsString>, folder: &Path) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            folder: folder.to_owned(),
            input: Vec::new(),
            environment: Vec::new(),
            longest: Duration::from_secs(60),
            most: 64 << 20,
        }
    }

    /// With these arguments behind those it has.
    pub fn arguments(mut self, more: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(more.into_iter().map(Into::into));
        self
    }

    /// With this on standard input.
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// With this variable in its environment, which otherwise is the caller's.
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With this much time.
    pub fn longest(mut self, time: Duration) -> Self {
        self.longest = time;
        self
    }

    /// With this many bytes that it may write to its streams and into its folder.
    pub fn most(mut self, bytes: u64) -> Self {
        self.most = bytes;
        self
    }

    /// Runs it to its end.
    ///
    /// What it started itself and left running is not stopped with it.
    ///
    /// # Errors
    /// When it cannot be started, or does not end within its bounds.
    pub fn run(&self) -> Result<Finished, CommandError> {
        let program = || self.program.to_string_lossy().into_owned();
        let failed = |error: std::io::Error| CommandError::Failed {
            program: program(),
            reason: error.to_string(),
        };
        // Files, not pipes: a pipe that a grandchild holds open would have to be waited for.
        let stream = || tempfile::tempfile().map_err(failed);
        let (mut input, mut output, mut errors) = (stream()?, stream()?, stream()?);
        input.write_all(&self.input).map_err(failed)?;
        input.rewind().map_err(failed)?;
        let mut process = Process::new(&self.program);
        process
            .args(&self.arguments)
            .current_dir(&self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::from(input))
            .stdout(Stdio::from(output.try_clone().map_err(failed)?))
            .stderr(Stdio::from(errors.try_clone().map_err(failed)?));
        let mut child = process.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if self.folder.is_dir() => {
                CommandError::Missing(program())
            }
            _ => failed(error),
        })?;
        let before = written(&self.folder);
        let mut left = self.longest;
        let status = loop {
            let pulse = PULSE.min(left);
            let ended = child.wait_timeout(pulse);
            let size = |file: &File| file.metadata().map_or(0, |it| it.len());
            let size = size(&output) + size(&errors) + written(&self.folder).saturating_sub(before);
            let too_much = || CommandError::TooMuch {
                program: program(),
                bytes: self.most,
            };
            let stopped = match ended {
                Ok(Some(_)) if size > self.most => return Err(too_much()),
                Ok(Some(status)) => break status,
                Ok(None) if size > self.most => too_much(),
                Ok(None) if left <= pulse => CommandError::TooLong {
                    program: program(),
                    seconds: self.longest.as_secs(),
                },
                Ok(None) => {
                    left -= pulse;
                    continue;
                }
                Err(error) => failed(error),
            };
            // It may have ended in this moment, which is as good.
            let ended = child.kill().and_then(|()| child.wait().map(drop));
            return Err(match ended {
                Err(error) if error.kind() != std::io::ErrorKind::InvalidInput => failed(error),
                _ => stopped,
            });
        };
        let read = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind()?;
            file.take(self.most).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        Ok(Finished {
            code: status.code(),
            output: read(&mut output).map_err(failed)?,
            errors: read(&mut errors).map_err(failed)?,
        })
    }
}

/// How many bytes the files in a folder have, those in folders below it aside.
fn written(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|it| it.metadata().ok());
    sizes
        .filter(std::fs::Metadata::is_file)
        .map(|it| it.len())
        .sum()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(folder: &Path, script: &str) -> Command {
        Command::new("sh", folder).arguments(["-c", script])
    }

    #[test]
    fn streams_and_codes_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let command = shell(
            folder.path(),
            "cat; echo out; echo err >&2; echo $X > made; exit 3",
        );
        let finished = command.input("in ").variable("X", "y").run().unwrap();
        assert_eq!(finished.code, Some(3));
        assert_eq!(finished.output, b"in out\n");
        assert_eq!(finished.last_words(5), "err");
        assert!(!finished.is_success());
        let made = std::fs::read_to_string(folder.path().join("made")).unwrap();
        assert_eq!(made, "y\n");
        let words = shell(folder.path(), "echo a; echo b; echo c")
            .run()
            .unwrap();
        assert_eq!(words.last_words(2), "b\nc");
    }

    #[test]
    fn bounds_hold() {
        let folder = tempfile::tempdir().unwrap();
        let check = |command: Command, expect: &str| {
            let error = command.run().unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };
        let at = folder.path();
        check(
            Command::new("no-such-program-here", at),
            "there is no program",
        );
        let short = Duration::from_millis(60);
        check(
            shell(at, "exec sleep 60").longest(short),
            "was stopped after",
        );
        check(shell(at, "exec yes").most(1000), "more than 1000 bytes");
        check(shell(at, "exec yes > f").most(1000), "more than 1000 bytes");
        check(Command::new("sh", &at.join("gone")), "could not be run");
    }
}
