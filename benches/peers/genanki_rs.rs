//! Builds one workload with genanki-rs, the way its users do:
//! `genanki-rs-peer basic|media COUNT FOLDER OUT.apkg`.

use genanki_rs::{Deck, Note, Package, basic_model};

#[path = "texts.rs"]
mod texts;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workload, count, folder, out] = arguments.as_slice() else {
        panic!("usage: genanki-rs-peer basic|media COUNT FOLDER OUT.apkg");
    };
    let model = basic_model();
    let mut deck = Deck::new(2059400110, "Benchmark", "");
    let mut media = Vec::new();
    for index in 0..count.parse::<usize>().expect("COUNT is a number") {
        let mut question = texts::front(index);
        if workload == "media" {
            question = format!("<img src=\"plate-{index:05}.jpg\">");
            media.push(texts::picture(folder, index));
        }
        let answer = texts::back(index);
        let note = Note::new(model.clone(), vec![&question, &answer]).expect("two fields");
        deck.add_note(note);
    }
    let media = media.iter().map(String::as_str).collect();
    let mut package = Package::new(vec![deck], media).expect("media files exist");
    package.write_to_file(out).expect("the package is written");
}
