//! Tells the library the hash of all that it is made of, so that what an earlier program kept in a
//! cache is none of its own: the sources, the dependencies, the features, the machine it is for.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads the sources and what Cargo tells it"
)]

use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for name in ["src", "templates"] {
        println!("cargo::rerun-if-changed={name}");
        gather(&root.join(name), &mut paths);
    }
    // The versions of dependencies, where they are known: of the package itself, else of the project
    // that it is built for, which is above the folder that this writes to.
    let mut locks = vec![root.join("Cargo.lock")];
    let out = PathBuf::from(variable("OUT_DIR"));
    let mut above = out.ancestors().map(|it| it.join("Cargo.lock"));
    locks.extend(above.find(|it| it.is_file()));
    for lock in locks.into_iter().filter(|it| it.is_file()) {
        println!("cargo::rerun-if-changed={}", lock.display());
        paths.push(lock);
    }
    paths.sort();
    paths.dedup();
    let mut hash = Hash::default();
    for path in &paths {
        let name = path.strip_prefix(&root).unwrap_or(Path::new("Cargo.lock"));
        hash.add(name.to_string_lossy().replace('\\', "/").as_bytes());
        hash.add(&std::fs::read(path).unwrap_or_default());
    }
    let mut settings: Vec<String> = std::env::vars()
        .map(|(name, value)| format!("{name}={value}"))
        .filter(|it| it.starts_with("CARGO_FEATURE_") || it.starts_with("TARGET="))
        .collect();
    settings.sort();
    for setting in settings {
        hash.add(setting.as_bytes());
    }
    println!("cargo::rustc-env=DECKLE_FINGERPRINT={:032x}", hash.0);
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// FNV-1a with 128 bits: not for hostile inputs, and without a dependency that would have to be built
/// before everything else.
struct Hash(u128);

impl Default for Hash {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.0 ^= u128::from(*byte);
            self.0 = self
                .0
                .wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
