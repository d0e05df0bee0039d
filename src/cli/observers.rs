//! Who looks on while the command line builds: the stopwatch of `--timings`, and the line that
//! tells how far a long build is.

use std::sync::Arc;

use deckle::project::BuildOptions;
use deckle::{Error, ErrorKind};

use super::args::SourceArgs;
use super::printer::Printer;
use super::progress::Progress;
use super::timings::Timings;

/// Those of one build.
pub(super) struct Observers {
    timings: Option<Arc<Timings>>,
    progress: Option<Progress>,
}

impl Observers {
    /// Those that were asked for; the stopwatch runs from here on.
    pub(super) fn new(args: &SourceArgs, printer: &Printer) -> Self {
        Self {
            timings: args.timings.then(|| Arc::new(Timings::new())),
            progress: printer.is_watched().then(Progress::begin),
        }
    }

    /// The options of a build that they look on at.
    pub(super) fn join(&self, mut options: BuildOptions) -> BuildOptions {
        if let Some(timings) = &self.timings {
            options = options.observer(timings.clone());
        }
        if let Some(progress) = &self.progress {
            options = options.observer(progress.observer());
        }
        options
    }

    /// Prints where the time went.
    pub(super) fn tell(self, printer: &Printer) {
        drop(self.progress);
        if let Some(timings) = self.timings {
            timings.tell(printer);
        }
    }
}

/// Lets the whole process work on so many threads; without a number, on one for each processor.
pub(super) fn use_threads(number: Option<u16>) -> Result<(), Error> {
    let Some(number) = number else {
        return Ok(());
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(number.into());
    pool.build_global().map_err(|error| {
        let text = format!("{number} threads cannot be had");
        Error::new(ErrorKind::Usage(text)).caused_by(error)
    })
}
