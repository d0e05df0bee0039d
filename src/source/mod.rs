//! From files to notes as written: the front ends.

pub mod defaults;
pub mod draft;
pub mod header;
pub mod layout;
pub mod types;
pub mod yaml;
