//! A sync server of Anki's that somebody runs at home: packages are pushed to it, and reach every
//! device that synchronizes with it.
//!
//! [`push`] is a client like Anki itself, for one moment: it reads what the account has, works out
//! what the package changes, sends that and nothing else, and lets the server check it. Devices do an
//! ordinary sync afterwards. Notes are known by their guids; schedules are never sent, so that
//! nothing can be lost of them. A learner's edit that is newer than the author's stays.
//!
//! `plan` is the whole of the decisions, as a function without calls. `session` has a method for
//! each call of the protocol, `transport` and `multipart` are its two forms; `push` knows the order,
//! and what to do when another device comes in between. `memory` keeps what an account has for the
//! next push, where that is wished for. Facts about the protocol were measured on
//! Anki 26.9.3, on its server and on its clients.

mod address;
mod attempts;
mod backoff;
mod failure;
mod media;
mod memory;
mod multipart;
mod options;
mod outside;
mod plan;
mod push;
mod pushed;
mod rows;
mod server;
mod session;
mod state;
mod stream;
mod transport;
mod wire;

pub use options::PushOptions;
pub use outside::Outside;
pub use push::push;
pub use pushed::Pushed;
pub use server::{Credentials, HostKey, Protocol, Server};

pub use crate::model::{Removal, Removed, RemovedNote};
