//! Notes, in one transaction: look, plan, send, have it counted, finish; and begin anew where another
//! device was in the way.

use std::time::Duration;

use super::backoff::{ATTEMPTS, pause};
use super::failure::Failure;
use super::memory::Recalled;
use super::plan::{Plan, Wish};
use super::push::{Push, since_1970};
use super::rows::Meta;
use super::session::Sanity;
use super::state::State;
use crate::{Error, ErrorKind};

/// How long a push waits until the newest note lies in the past.
const PATIENCE: i64 = 5;

/// How an attempt ended.
enum Attempt {
    Done(Box<Plan>),
    /// What goes out is so new that a learner's edit of this second could not be told from it.
    TooNew(i64),
}

impl Push<'_> {
    /// Tries until no other device is in the way.
    pub(super) fn attempts(&mut self, dry: bool) -> Result<Plan, Failure> {
        let mut failed = 0;
        let mut patience = if dry { 0 } else { 2 };
        if patience > 0 {
            let newest = self.contents.notes.iter().map(|it| it.modified).max();
            self.pass(newest.unwrap_or_default());
        }
        loop {
            match self.attempt(dry, patience > 0) {
                Ok(Attempt::Done(it)) => return Ok(*it),
                Ok(Attempt::TooNew(newest)) => {
                    patience -= 1;
                    self.pass(newest);
                }
                Err(failure) => {
                    // Where it is away, it has dropped all of it.
                    if !matches!(failure, Failure::Away(_)) {
                        self.session.abort();
                    }
                    if self.is_recalled && failure.is_doubtful() {
                        // Nothing was changed; once more, without what was kept.
                        self.memory.forget();
                        continue;
                    }
                    failed += 1;
                    if !failure.is_passing() || failed >= ATTEMPTS {
                        return Err(failure);
                    }
                    self.told.interruptions = failed;
                    self.outside.wait(pause(failed, self.outside.chance()));
                }
            }
        }
    }

    fn attempt(&mut self, dry: bool, waits: bool) -> Result<Attempt, Failure> {
        self.session.session = self.session_key();
        let meta = self.session.meta()?;
        let recalled = self.memory.recall(&meta);
        self.is_recalled = recalled.is_some();
        if let Some(it) = recalled.as_ref().filter(|it| it.is_current) {
            let plan = self.plan(&it.state)?;
            if dry || plan.is_empty() {
                return Ok(Attempt::Done(Box::new(plan)));
            }
        }
        // Nothing may stand between `meta` and this: what finishes in between has a number that is
        // taken for older than it is.
        let state = self.look(&meta, recalled)?;
        let mut plan = self.plan(&state)?;
        if dry || plan.is_empty() {
            self.session.abort();
            return Ok(Attempt::Done(Box::new(plan)));
        }
        let newest = plan.newest();
        let ahead = newest - self.now();
        if waits && (0..PATIENCE).contains(&ahead) {
            self.session.abort();
            return Ok(Attempt::TooNew(newest));
        }
        self.told.ahead = u64::try_from(ahead).unwrap_or_default();
        plan.stamp(meta.usn + 1);
        self.send(&state, &plan)?;
        Ok(Attempt::Done(Box::new(plan)))
    }

    /// Begins the transaction, with all that the account has.
    fn look(&self, meta: &Meta, recalled: Option<Recalled>) -> Result<State, Failure> {
        let Some(recalled) = recalled else {
            let state = State::read(&self.session, meta.usn)?;
            self.memory.keep(meta, &state);
            return Ok(state);
        };
        let mut state = recalled.state;
        state.catch_up(&self.session, recalled.usn, meta.usn)?;
        let counts = Plan::default().counts(&state);
        if self.session.check(&counts)?.status != "ok" {
            return Err(Failure::Miscounted);
        }
        if !recalled.is_current {
            self.memory.keep(meta, &state);
        }
        Ok(state)
    }

    fn plan(&self, state: &State) -> Result<Plan, Failure> {
        let plan = Plan::new(
            state,
            &Wish {
                package: self.contents,
                base: self.base,
                removed: self.options.removal.how,
                tag: &self.options.removal.tag,
                now: self.now(),
            },
        );
        match self.options.removal.limit() {
            Some(most) if plan.told.treated > most => {
                Err(Error::new(ErrorKind::TooManyRemoved(plan.told.treated)).into())
            }
            _ => Ok(plan),
        }
    }

    fn send(&self, state: &State, plan: &Plan) -> Result<(), Failure> {
        let rows = self.session.transport.rows();
        for graves in plan.grave_parts(rows) {
            self.session.delete(&graves)?;
        }
        self.session.exchange(&plan.changes())?;
        for chunk in plan.chunks(rows) {
            self.session.send_chunk(&chunk)?;
        }
        let counts = plan.counts(state);
        let sanity = self.session.check(&counts)?;
        if sanity.status != "ok" && !(self.server.is_legacy() && self.agrees(&counts, &sanity)?) {
            return Err(Failure::Miscounted);
        }
        self.session.finish()
    }

    /// Older servers compare what is due today as well, and what was deleted, which only a whole
    /// client knows. If all else is the same, they get what they counted themselves.
    fn agrees(&self, counts: &serde_json::Value, sanity: &Sanity) -> Result<bool, Failure> {
        let Some(counted) = &sanity.counted else {
            return Ok(false);
        };
        let same = [1, 2, 3, 5, 6, 7]
            .into_iter()
            .all(|it| counted.get(it) == counts.get(it));
        Ok(same && self.session.check(counted)?.status == "ok")
    }

    /// Waits until this second lies in the past, if that is soon.
    fn pass(&self, second: i64) {
        if (0..PATIENCE).contains(&(second - self.now())) {
            let since = since_1970(self.outside.now());
            let end = Duration::from_secs(u64::try_from(second + 1).unwrap_or_default());
            self.outside.wait(end.saturating_sub(since));
        }
    }
}
