//! The texts of the benchmark, the same formulas as in `workloads.py`.

const ADJECTIVES: [&str; 8] =
    ["common", "northern", "early", "striped", "winter", "golden", "lesser", "coastal"];
const NOUNS: [&str; 8] =
    ["warbler", "sedge", "moth", "fern", "thrush", "lichen", "beetle", "orchid"];

fn kind(index: usize) -> (&'static str, &'static str) {
    (ADJECTIVES[index % 8], NOUNS[index / 8 % 8])
}

/// The question of a basic note.
pub fn front(index: usize) -> String {
    let (adjective, noun) = kind(index);
    format!("What is the {adjective} {noun} number {index} called?")
}

/// The answer.
pub fn back(index: usize) -> String {
    let (adjective, noun) = kind(index);
    let specimen = index * 7919 % 100_003;
    format!("Specimen {specimen}, the {adjective} {noun}, named after its finder.")
}

/// The path of a media note's picture.
pub fn picture(folder: &str, index: usize) -> String {
    format!("{folder}/plates/plate-{index:05}.jpg")
}
