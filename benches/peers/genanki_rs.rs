//! Builds one workload with genanki-rs, the way its users do:
//! `genanki-rs-peer basic|media COUNT FOLDER OUT.apkg`.

use genanki_rs::{Deck, Note, Package, basic_model};

const ADJECTIVES: [&str; 8] =
    ["common", "northern", "early", "striped", "winter", "golden", "lesser", "coastal"];
const NOUNS: [&str; 8] =
    ["warbler", "sedge", "moth", "fern", "thrush", "lichen", "beetle", "orchid"];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workload, count, folder, out] = arguments.as_slice() else {
        panic!("usage: genanki-rs-peer basic|media COUNT FOLDER OUT.apkg");
    };
    let model = basic_model();
    let mut deck = Deck::new(2059400110, "Benchmark", "");
    let mut media = Vec::new();
    for index in 0..count.parse::<usize>().expect("COUNT is a number") {
        let (adjective, noun) = (ADJECTIVES[index % 8], NOUNS[index / 8 % 8]);
        let mut question = format!("What is the {adjective} {noun} number {index} called?");
        if workload == "media" {
            question = format!("<img src=\"plate-{index:05}.jpg\">");
            media.push(format!("{folder}/plates/plate-{index:05}.jpg"));
        }
        let specimen = index * 7919 % 100_003;
        let answer = format!("Specimen {specimen}, the {adjective} {noun}, named after its finder.");
        let note = Note::new(model.clone(), vec![&question, &answer]).expect("two fields");
        deck.add_note(note);
    }
    let media = media.iter().map(String::as_str).collect();
    let mut package = Package::new(vec![deck], media).expect("media files exist");
    package.write_to_file(out).expect("the package is written");
}
