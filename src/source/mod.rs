//! From files to notes as written: the front ends.

pub mod defaults;
pub mod draft;
pub mod header;
pub mod markdown;
pub mod settings;
pub mod types;
pub mod yaml;
