//! From files to notes as written: the front ends, and what holds for all of them.

pub mod assets;
pub mod budget;
pub mod conflict_marks;
pub mod includes;
pub mod layout;
mod levels;
pub mod manifest;
pub mod masks;
pub mod matrix;
pub mod note_types;
pub mod outputs;
mod presets;
pub mod rules;
pub mod schema;
pub mod ship;
pub mod shipped;
mod targets;
pub mod types;

pub mod defaults;
pub mod folder;
pub mod header;
pub mod include;
pub mod settings;

pub mod anki_text;
mod audio;
pub mod dialect;
pub mod draft;
pub mod emit;
pub mod markdown;
pub mod rewrite;
pub mod stamp;
pub mod table;
pub mod yaml;

#[cfg(test)]
mod soup;
