//! Builds one workload with ankiforge, the way its users do:
//! `ankiforge-peer basic|media COUNT FOLDER OUT.apkg`.

use ankiforge::{BuildOptions, Content, Media, Note, Project};

#[path = "texts.rs"]
mod texts;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workload, count, folder, out] = arguments.as_slice() else {
        panic!("usage: ankiforge-peer basic|media COUNT FOLDER OUT.apkg");
    };
    let mut project = Project::new("benchmark")?.default_deck("Benchmark");
    for index in 0..count.parse::<usize>()? {
        let question: Content = match workload.as_str() {
            "media" => Media::file(texts::picture(folder, index))?.image(),
            _ => texts::front(index).into(),
        };
        project.add(format!("{index}"), Note::basic(question, texts::back(index)))?;
    }
    project.build(BuildOptions::to(out))?;
    Ok(())
}
