//! Deliveries behind builds, and again where they failed: a server that is away may be back soon.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use deckle::Error;
use deckle::project::ship::ShipTarget;
use deckle::project::{Built, Project};
use serde_json::json;

use crate::cli::build::now;
use crate::cli::printer::Printer;
use crate::cli::ship::{Secrets, Shipped, Shipping, chosen, object, tell};

/// So long the first attempt waits after a failed one; each further one waits twice as long.
const FIRST: Duration = Duration::from_secs(2);
/// And so long at most.
const LONGEST: Duration = Duration::from_secs(300);

/// Delivers what is built.
pub(super) struct Courier<'a> {
    printer: &'a Printer,
    shipping: Shipping,
    /// The targets that were named; none for all.
    names: Vec<String>,
    /// Those that did not get all they should, by name and variant.
    failed: BTreeMap<Key, Failed>,
    /// Those that were tried since the package last changed, as they were declared then: one that
    /// is declared anew gets what is there.
    known: Vec<ShipTarget>,
}

type Key = (String, Option<String>);

struct Failed {
    /// Why, as it was told.
    text: String,
    /// When it is tried again without any change; `None` where that would not help.
    due: Option<Instant>,
    wait: Duration,
}

impl<'a> Courier<'a> {
    /// For these targets, or all where none is named.
    pub(super) fn new(
        names: &[String],
        from_input: bool,
        force: bool,
        cache: bool,
        project: &Project,
        printer: &'a Printer,
    ) -> Result<Self, Error> {
        let secrets = match from_input {
            true => Secrets::new(true, &chosen(project.ship_targets()?, names)?)?,
            false => Secrets::none(),
        };
        Ok(Self {
            printer,
            shipping: Shipping {
                secrets,
                dry_run: false,
                stignore: false,
                force,
                cache,
            },
            names: names.to_vec(),
            failed: BTreeMap::new(),
            known: Vec::new(),
        })
    }

    /// When a target should be tried again though nothing changed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.failed.values().filter_map(|it| it.due).min()
    }

    /// Delivers behind a build: to all targets if a package is new, else to those that failed and
    /// those that are new.
    ///
    /// # Errors
    /// Where the names of targets, or what the targets name, makes no sense.
    pub(super) fn deliver(&mut self, project: &Project, built: &[Built]) -> Result<(), Error> {
        let declared = project
            .ship_targets()
            .and_then(|it| chosen(it, &self.names));
        let declared = declared.inspect_err(|_| self.known.clear())?;
        if built.iter().any(|it| it.changed) {
            self.known.clear();
        }
        // What is no target any more is not missed.
        self.failed
            .retain(|it, _| declared.iter().any(|target| key(target) == *it));
        self.known.retain(|it| declared.contains(it));
        let is_open =
            |it: &ShipTarget| !self.known.contains(it) || self.failed.contains_key(&key(it));
        let open: Vec<ShipTarget> = declared.iter().filter(|it| is_open(it)).cloned().collect();
        self.send(project, &open, built)?;
        self.known = declared;
        Ok(())
    }

    /// Tries those again whose time has come.
    pub(super) fn again(&mut self, project: &Project, built: &[Built]) -> Result<(), Error> {
        let moment = now();
        let due: Vec<Key> = self
            .failed
            .iter()
            .filter(|(_, it)| it.due.is_some_and(|due| due <= moment))
            .map(|(key, _)| key.clone())
            .collect();
        let chosen = project
            .ship_targets()
            .and_then(|it| chosen(it, &self.names));
        let tried = chosen.and_then(|mut targets| {
            targets.retain(|it| due.contains(&key(it)));
            self.send(project, &targets, built)
        });
        if tried.is_err() {
            // Only a change of the project helps, and brings a build.
            self.failed.values_mut().for_each(|it| it.due = None);
        }
        tried
    }

    fn send(
        &mut self,
        project: &Project,
        targets: &[ShipTarget],
        built: &[Built],
    ) -> Result<(), Error> {
        let (shipping, known) = (&self.shipping, &self.known);
        let printer = self.printer;
        let failed = &mut self.failed;
        shipping.each(project, targets, built, printer, |target, shipped| {
            let key = key(target);
            let before = failed.remove(&key);
            // Whoever begins wants to see that it is delivered, also where nothing was to be done.
            let is_first = known.is_empty();
            let Some(text) = shipped.why() else {
                report(shipped, is_first || before.is_some(), printer);
                return;
            };
            let is_known = before.as_ref().is_some_and(|it| it.text == text);
            let wait = match (&before, is_known) {
                (Some(it), true) => (it.wait * 2).min(LONGEST),
                _ => FIRST,
            };
            if !is_known {
                report(shipped, true, printer);
            }
            let due = shipped.is_away().then(|| now() + wait);
            failed.insert(key, Failed { text, due, wait });
        })
    }
}

fn key(target: &ShipTarget) -> Key {
    (target.name.clone(), target.variant.clone())
}

/// Tells of a target: people in a line for each package that went there, programs in an object.
fn report(shipped: &Shipped, all: bool, printer: &Printer) {
    if printer.is_json() {
        printer.data(&json!({"shipped": object(shipped)}).to_string());
    } else {
        tell(shipped, false, all, printer);
    }
}
