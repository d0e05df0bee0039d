//! Pushes to Anki's own sync server, judged by devices of the real Anki (`tests/anki/sync.py`).

mod account;
mod delivery;
mod interruptions;
mod media;
mod memory;
mod refusals;
mod shapes;
mod shipping;
mod tls;
