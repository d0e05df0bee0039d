//! `deckle fetch`

use deckle::Error;
use deckle::project::fetch::{FetchOptions, FetchState, FetchedMedia};

use super::Outcome;
use super::args::FetchArgs;
use super::audio::open;
use super::printer::Printer;
use super::words::{plain, plural, size};

/// Where proxies are named; the first that is set counts.
const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

pub(super) fn fetch(args: &FetchArgs, printer: &Printer) -> Result<Outcome, Error> {
    let project = open(&args.paths)?;
    let mut options = FetchOptions::new()
        .update(args.update)
        .check(args.check)
        .prune(args.prune)
        .allow_private(args.allow_private);
    if let Some(proxy) = first(&PROXIES) {
        options = options.proxy(proxy, first(&["NO_PROXY", "no_proxy"]).unwrap_or_default());
    }
    let outcome = project.fetch(&options)?;
    let report = &outcome.report;
    if report.diagnostics.has_errors() {
        printer.diagnostics(&report.diagnostics, &report.sources, project.root());
        printer.summary("Nothing was fetched: the sources have errors");
        return Ok(Outcome::Sources);
    }
    let (mut new, mut changed, mut failed) = (0, 0, 0);
    for file in &outcome.files {
        let FetchedMedia {
            address,
            path,
            source: (source, line),
            ..
        } = file;
        let (address, bytes) = (plain(address), size(file.size));
        match &file.state {
            FetchState::New if args.check => {}
            FetchState::New => {
                new += 1;
                printer.data(&format!("fetched\t{path}\t{bytes}\t{address}"));
            }
            FetchState::Updated => {
                new += 1;
                printer.data(&format!("updated\t{path}\t{bytes}\t{address}"));
            }
            FetchState::Failed(reason) => {
                failed += 1;
                printer.failure(&format!("{source}:{line}: `{address}`: {}", plain(reason)));
            }
            _ => {
                changed += 1;
                printer.data(&format!("changed\t{path}\t{bytes}\t{address}"));
            }
        }
    }
    for path in &outcome.removed {
        printer.data(&format!("removed\t{path}"));
    }
    let mut words = vec![
        format!("{} fetched", plural(new, "file")),
        format!("{} as before", outcome.same),
    ];
    if changed > 0 {
        words.push(format!(
            "{changed} changed at the address and not taken (`deckle fetch --update` takes them)"
        ));
    }
    if failed > 0 {
        words.push(format!("{failed} failed"));
    }
    printer.summary(&words.join(", "));
    Ok(match (failed, changed) {
        (0, 0) => Outcome::Done,
        (0, _) => Outcome::Sources,
        _ => Outcome::Server,
    })
}

/// The first of these variables of the environment that is set to something.
fn first(names: &[&str]) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the command line is where the world comes in"
    )]
    let mut set = names.iter().filter_map(|it| std::env::var(it).ok());
    set.find(|it| !it.is_empty())
}
