//! Many calls in one request. Not a transaction: one that fails leaves the others done. AnkiConnect on
//! Android answers to all of them with the error of the one.

use serde_json::{Value, json};

use super::{Client, envelope, odd};
use crate::Error;

/// How many calls go into one request: Anki does nothing else meanwhile.
const BATCH: usize = 500;

impl Client {
    /// The results of many calls of one action, in their order.
    pub(super) fn many(
        &self,
        action: &str,
        params: impl IntoIterator<Item = Value>,
    ) -> Result<Vec<Result<Value, Error>>, Error> {
        let key = self.key.as_deref();
        // Each call inside needs its own version, else it is answered as of version 4, and its own
        // key.
        let calls: Vec<Value> = params
            .into_iter()
            .map(|it| envelope::request(action, it, key))
            .collect();
        let mut results = Vec::with_capacity(calls.len());
        for batch in calls.chunks(BATCH) {
            let replies: Vec<Value> = self.ask("multi", json!({"actions": batch}))?;
            if replies.len() != batch.len() {
                return Err(odd("multi"));
            }
            let read = replies
                .into_iter()
                .map(|it| envelope::result(it).map_err(|failure| self.refused(action, &failure)));
            results.extend(read);
        }
        Ok(results)
    }
}
