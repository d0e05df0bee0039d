//! Image occlusion notes before the real Anki: its editor reads the shapes that were written, its
//! cards show them, and a mask that comes in between leaves the learning progress of the others
//! alone.

use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};
use serde_json::{Value, json};

use crate::judge::{run_script, with_each_backend};

const PICTURE: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400"><path d="M0 0h9"/></svg>"#;
const DRAWING: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400">
<g transform="translate(80 40)"><title>Pair</title>
<rect id="one" width="80" height="40"/><circle id="two" cx="200" cy="100" r="20"/></g></svg>"#;

/// As unpacking writes the notes of others: Anki's own text, with a text on the picture.
const RAW: &str = r#"- type: image-occlusion
  image: heart.svg
  header: Raw
  occlusion: {html: "{{c3::image-occlusion:rect:left=.1:top=.1:width=.1:height=.1}}<br>{{c0::image-occlusion:text:left=.1:top=.1:text=x:scale=1:fs=.05}}<br>"}
"#;

fn build(folder: &Path, masks: &str, seconds: i64, output: &str) -> std::path::PathBuf {
    let notes = format!(
        "- image: heart.svg\n  header: All\n  back extra: From *Gray*\n  masks:\n{masks}\
         - type: image-occlusion\n  image: heart.svg\n  header: One\n  mode: hide-one\n  overlay: masks.svg\n"
    );
    fs::write(folder.join("notes.yaml"), notes + RAW).unwrap();
    let output = folder.join(output);
    let options = BuildOptions::new(BuildTime::from_unix(seconds)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let found: Vec<&str> = build
        .report()
        .diagnostics
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    assert!(found.is_empty(), "{found:?}");
    build.write().unwrap();
    output
}

#[test]
fn anki_reads_and_shows_the_masks_and_keeps_their_progress() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let manifest = "format: 1\nname: Hearts\nuid: 3f0d5c1e-7c39-4a53-8b0c-0f6d1d5f3f11\n";
    fs::write(folder.join("deckle.yaml"), manifest).unwrap();
    fs::write(folder.join("heart.svg"), PICTURE).unwrap();
    fs::write(folder.join("masks.svg"), DRAWING).unwrap();
    let first = "    - {label: Aorta, rect: [412, 80, 130, 42]}
    - {label: Vena cava, ellipse: [30%, 12%, 8%, 5%]}
    - {label: Left, group: valves, polygon: [[10%,60%],[30%,60%],[20%,80%]]}
    - {label: Right, group: valves, rect: [80, 300, 80, 40], angle: 45, fill: \"#ff0000\"}
    - {text: 'a: b', at: [1%, 2%], size: 6%}\n";
    // One more in front, one moved, one renamed, another order.
    let second = "    - {label: Apex, rect: [0, 0, 80, 40]}
    - {label: Left, group: valves, polygon: [[10%,60%],[30%,60%],[20%,80%]]}
    - {label: Right, group: valves, rect: [80, 300, 80, 40], angle: 45}
    - {label: Cava, ellipse: [30%, 12%, 8%, 5%]}
    - {label: Aorta, rect: [400, 40, 80, 40]}\n";
    let packages = [
        build(folder, first, 1_800_000_000, "first.apkg"),
        build(folder, second, 1_800_000_100, "second.apkg"),
    ];
    let input = serde_json::to_vec(&packages).unwrap();
    let judged = with_each_backend(|backend| {
        let output = run_script(backend, "occlusion.py", &[], &input)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = text.lines().last().unwrap_or_default();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_str::<Value>(last).map_err(|_| format!("{backend}: {errors}"))
    });
    for report in judged.unwrap() {
        check_first(&report[0]);
        check_second(&report[1]);
    }
}

fn check_first(report: &Value) {
    let all = &report["notes"]["All"];
    let expect = json!([
        [0, "text", {"left": ".01", "top": ".02", "text": "a: b", "scale": "1.", "fs": ".06", "oi": "1"}],
        [1, "rect", {"left": ".515", "top": ".2", "width": ".1625", "height": ".105", "oi": "1"}],
        [2, "ellipse", {"left": ".22", "top": ".07", "rx": ".08", "ry": ".05", "oi": "1"}],
        [3, "polygon", {"left": ".1", "top": ".6", "points": ".1,.6 .3,.6 .2,.8", "oi": "1"}],
        [3, "rect", {"left": ".1", "top": ".75", "width": ".1", "height": ".1", "angle": "1250", "fill": "#ff0000", "oi": "1"}],
    ]);
    assert_eq!(all["shapes"], expect);
    assert_eq!(all["all"], true);
    assert_eq!(all["image"], PICTURE.len());
    assert_eq!(all["back"], "From <em>Gray</em>");
    let one = &report["notes"]["One"];
    let expect = json!([
        [1, "ellipse", {"left": ".325", "top": ".3", "rx": ".025", "ry": ".05"}],
        [1, "rect", {"left": ".1", "top": ".1", "width": ".1", "height": ".1"}],
    ]);
    assert_eq!(one["shapes"], expect);
    assert_eq!(one["all"], false);
    // One card a number, on which only its own shapes are asked for.
    let cards = all["cards"].as_object().unwrap();
    assert_eq!(cards.keys().collect::<Vec<_>>(), ["1", "2", "3"]);
    for (number, card) in cards {
        assert_eq!(card["blank"], false);
        for (side, class) in [(0, "cloze"), (1, "cloze-highlight")] {
            let shown = card["shapes"][side].as_array().unwrap();
            assert_eq!(shown.len(), 5);
            for shape in shown {
                let ordinal = shape[1].as_str().unwrap();
                let expect = match ordinal {
                    "0" => "cloze",
                    it if it == number => class,
                    _ => "cloze-inactive",
                };
                assert_eq!(shape[0], expect, "card {number}, side {side}: {shape}");
            }
        }
    }
    assert_eq!(one["cards"].as_object().unwrap().len(), 1);
    assert_eq!(
        report["notes"]["Raw"]["cards"].as_object().unwrap().len(),
        1
    );
    assert!(
        report["integrity"].as_str().unwrap().contains("rebuilt"),
        "{report}"
    );
}

fn check_second(report: &Value) {
    let cards = &report["notes"]["All"]["cards"];
    let interval = |number: &str| cards[number]["ivl"].as_i64();
    let known = [interval("1"), interval("2"), interval("3")];
    assert_eq!(known, [Some(101), Some(102), Some(103)]);
    assert_eq!(interval("4"), Some(0));
    let numbers = |shape: &str, left: &str| {
        let shapes = report["notes"]["All"]["shapes"].as_array().unwrap();
        let is_it = |it: &&Value| it[1] == shape && it[2]["left"] == left;
        shapes.iter().find(is_it).unwrap()[0].as_i64()
    };
    assert_eq!(numbers("rect", ".5"), Some(1), "moved");
    assert_eq!(numbers("ellipse", ".22"), Some(2), "renamed");
    assert_eq!(numbers("polygon", ".1"), Some(3), "a group");
    assert_eq!(numbers("rect", ".0000"), Some(4), "new");
}
