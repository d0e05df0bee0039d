//! From files to notes as written: the front ends, and what holds for all of them.

pub mod layout;
pub mod manifest;
pub mod note_types;
pub mod shipped;
pub mod types;

pub mod defaults;
pub mod folder;
pub mod header;
pub mod settings;

pub mod dialect;
pub mod draft;
pub mod emit;
pub mod markdown;
pub mod stamp;
pub mod yaml;

#[cfg(test)]
mod soup;
