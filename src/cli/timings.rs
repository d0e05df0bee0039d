//! `--timings`: where the time of a build went.
//!
//! Stages run side by side, so that times of stages do not add up to that of the build. What a
//! stage took alone and what it took beside another are therefore told apart.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deckle::{Observer, Stage};

use super::build::now;
use super::printer::Printer;

/// A stopwatch for each stage.
pub(super) struct Timings {
    started: Instant,
    record: Mutex<Record>,
}

/// What took how long up to the last time that a stage began or ended.
#[derive(Debug, Default)]
struct Record {
    at: Duration,
    active: Vec<Stage>,
    spent: BTreeMap<Stage, Spent>,
    /// In no stage.
    other: Duration,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Spent {
    alone: Duration,
    /// While another stage ran, too.
    beside: Duration,
}

impl Timings {
    pub(super) fn new() -> Self {
        Self {
            started: now(),
            record: Mutex::default(),
        }
    }

    /// Prints what was measured until now.
    pub(super) fn tell(&self, printer: &Printer) {
        let mut record = self.record();
        record.go_on_to(self.started.elapsed());
        let threads = rayon::current_num_threads();
        if printer.is_json() {
            printer.data(&record.json(threads));
        } else {
            printer.listing(&record.table(threads));
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Timings {
    fn begins(&self, stage: Stage) {
        let mut record = self.record();
        record.go_on_to(self.started.elapsed());
        record.active.push(stage);
    }

    fn ends(&self, stage: Stage) {
        let mut record = self.record();
        record.go_on_to(self.started.elapsed());
        if let Some(index) = record.active.iter().position(|it| *it == stage) {
            record.active.remove(index);
        }
    }
}

impl Record {
    /// Books the time since the last change for the stages that ran in it.
    fn go_on_to(&mut self, at: Duration) {
        let passed = at.saturating_sub(self.at);
        self.at = self.at.max(at);
        let mut running = self.active.clone();
        running.sort_unstable();
        running.dedup();
        match running.as_slice() {
            [] => self.other += passed,
            [one] => self.spent.entry(*one).or_default().alone += passed,
            several => {
                for stage in several {
                    self.spent.entry(*stage).or_default().beside += passed;
                }
            }
        }
    }

    fn table(&self, threads: usize) -> String {
        let row = |name: &str, spent: Spent| {
            let beside = match spent.beside {
                Duration::ZERO => String::new(),
                it => format!("  ({:.3} s of it beside another)", it.as_secs_f64()),
            };
            let all = spent.alone + spent.beside;
            format!("  {name:<10}{:>9.3} s{beside}\n", all.as_secs_f64())
        };
        let plain = |alone: Duration| Spent {
            alone,
            ..Spent::default()
        };
        let threads = super::words::plural(threads, "thread");
        let mut text = format!("Where the time went, on {threads}:\n");
        for (stage, spent) in &self.spent {
            text.push_str(&row(stage.as_str(), *spent));
        }
        text.push_str(&row("other", plain(self.other)));
        text.push_str(row("total", plain(self.at)).trim_end());
        text
    }

    fn json(&self, threads: usize) -> String {
        let stages = self.spent.iter().map(|(stage, spent)| {
            serde_json::json!({
                "stage": stage.as_str(),
                "alone": spent.alone.as_secs_f64(),
                "beside": spent.beside.as_secs_f64(),
            })
        });
        let line = serde_json::json!({
            "timings": {
                "threads": threads,
                "stages": stages.collect::<Vec<_>>(),
                "other": self.other.as_secs_f64(),
                "total": self.at.as_secs_f64(),
            },
        });
        line.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_is_booked() {
        let mut record = Record::default();
        let mut at = |seconds: u64, change: fn(&mut Vec<Stage>)| {
            record.go_on_to(Duration::from_secs(seconds));
            change(&mut record.active);
        };
        at(1, |it| it.push(Stage::Read));
        at(3, |it| it.clear());
        at(4, |it| it.push(Stage::Media));
        at(6, |it| it.push(Stage::Database));
        // The same stage twice, as of two packages, is no other stage.
        at(9, |it| it.push(Stage::Database));
        at(11, |it| it.retain(|stage| *stage == Stage::Database));
        at(15, |it| it.clear());
        let seconds = Duration::from_secs;
        let spent = |alone: u64, beside: u64| Spent {
            alone: seconds(alone),
            beside: seconds(beside),
        };
        let expect = [
            (Stage::Read, spent(2, 0)),
            (Stage::Media, spent(2, 5)),
            (Stage::Database, spent(4, 5)),
        ];
        assert_eq!(record.spent, BTreeMap::from(expect));
        assert_eq!((record.other, record.at), (seconds(2), seconds(15)));
        assert_eq!(
            record.table(2),
            "Where the time went, on 2 threads:\n\
             \x20 read          2.000 s\n\
             \x20 media         7.000 s  (5.000 s of it beside another)\n\
             \x20 database      9.000 s  (5.000 s of it beside another)\n\
             \x20 other         2.000 s\n\
             \x20 total        15.000 s"
        );
    }
}
