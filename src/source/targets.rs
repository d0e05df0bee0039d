//! `targets` of a project file: the clients that its decks are made for.

use super::yaml::{Node, decode};
use crate::diag::Diagnostics;
use crate::model::{Client, Targets};

/// Reads a word or a list of words.
pub(super) fn read(value: &Node, sink: &mut Diagnostics) -> Targets {
    let [desktop, android, mobile, web] = Client::ALL;
    let choices = [
        (desktop.word(), Some(desktop)),
        (android.word(), Some(android)),
        (mobile.word(), Some(mobile)),
        (web.word(), Some(web)),
        ("all", None),
    ];
    let one = [value.clone()];
    let items = match &value.value {
        super::yaml::Value::Scalar(_) => &one[..],
        _ => decode::list(value, "targets", sink).unwrap_or_default(),
    };
    let mut clients = Vec::new();
    for item in items {
        match decode::choice(item, "targets", &choices, sink) {
            Some(Some(client)) => clients.push(client),
            Some(None) => clients.extend(Client::ALL),
            None => {}
        }
    }
    Targets::of(&clients)
}
