//! Masks before a real browser, with the scripts of the very Anki that draws them: each shape covers
//! what the source says that it covers, on both sides, by day and by night.
//!
//! `make test-all` runs this, with the browser's name in `DECKLE_TEST_BROWSER`, after it looked for
//! one and fetched Anki's pages; without that variable it passes without a word.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};
use serde_json::{Value, json};

use crate::judge::run_script;

const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"><rect width="600" height="300" fill="#ccddee"/></svg>"##;

const MASKS: &str = r##"  masks:
    - {label: Box, rect: [10%, 10%, 30%, 20%]}
    - {label: Oval, ellipse: [60%, 40%, 10%, 10%]}
    - {label: Three, polygon: [[10%, 60%], [30%, 60%], [20%, 90%]]}
    - {label: Turned, rect: [420, 210, 90, 60], angle: 45, fill: "#00ff00"}
    - {text: Aorta, at: [45%, 5%], size: 10%}
"##;

/// For each card, points within its mask.
const INSIDE: [&[[f64; 2]]; 4] = [
    &[[0.11, 0.2], [0.39, 0.2], [0.25, 0.12], [0.25, 0.28]],
    &[[0.51, 0.4], [0.69, 0.4], [0.6, 0.32], [0.6, 0.48]],
    &[[0.15, 0.7], [0.25, 0.7], [0.2, 0.62], [0.2, 0.85]],
    // A line down from the corner that the rectangle is turned around.
    &[[0.7, 0.75], [0.7, 0.9]],
];
/// Points beside all masks, a hair from one each.
const OUTSIDE: [[f64; 2]; 10] = [
    [0.09, 0.2],
    [0.41, 0.2],
    [0.25, 0.08],
    [0.25, 0.32],
    [0.49, 0.4],
    [0.52, 0.32],
    [0.12, 0.7],
    [0.28, 0.7],
    [0.74, 0.72],
    [0.66, 0.72],
];
const NOTHING: &str = "00000000";
const ASKED: &str = "ff8e8eff";

fn package(folder: &Path) -> std::path::PathBuf {
    let notes = format!(
        "- image: chart.svg\n  header: All\n{MASKS}- image: chart.svg\n  header: One\n  mode: hide-one\n{MASKS}"
    );
    fs::write(folder.join("chart.svg"), PICTURE).unwrap();
    fs::write(folder.join("notes.yaml"), notes).unwrap();
    let output = folder.join("masks.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    assert!(build.report().diagnostics.is_empty());
    build.write().unwrap();
    output
}

/// What a browser sees of pages, if there is one.
pub(crate) fn look(wishes: &Value) -> Option<Vec<Value>> {
    let browser = std::env::var_os("DECKLE_TEST_BROWSER")?;
    let wishes = wishes.to_string();
    let output = run_script("anki-26.9.3", "preview.py", &[&browser], wishes.as_bytes()).unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = serde_json::from_str(text.lines().last().unwrap_or_default());
    Some(found.unwrap_or_else(|_| panic!("{errors}")))
}

/// The preview has a script of its own for masks, which draws what Anki's does.
#[test]
fn masks_of_a_preview_cover_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("site");
    let preview = deckle::preview::Preview::new("masks").package("masks", package(scratch.path()));
    preview.write(&folder).unwrap();
    let page = fs::read_dir(folder.join("cards")).unwrap().next().unwrap();
    let points: Vec<[f64; 2]> = INSIDE.concat().into_iter().chain(OUTSIDE).collect();
    let script = format!(
        "(() => {{ const box = document.getElementById('deckle-masks').getBoundingClientRect();
        const color = ([x, y]) => document.elementsFromPoint(box.left + x * box.width, box.top + y * box.height)
            .find((it) => it.parentNode?.id === 'deckle-masks')?.getAttribute('fill') ?? '';
        const place = (it) => JSON.stringify(it.getBoundingClientRect());
        const back = document.getElementById('toggle') ? 'answer' : 'question';
        return {{ card: [document.querySelector('.dk-title').textContent, document.body.className.match(/card(\\d+)/)[1], back, ''].join('-'),
            colors: {points:?}.map(color), picture: place(document.images[0]), drawing: place(document.getElementById('deckle-masks')), problem: '' }}; }})()"
    );
    let wish = json!([{"page": page.unwrap().path(), "sides": script, "height": 8000, "width": 900, "patience": 3.0}]);
    let Some(found) = look(&wish) else { return };
    let sides = found[0]["sides"].as_array().unwrap();
    assert_eq!(sides.len(), 16, "{found:?}");
    for drawn in sides {
        let mut drawn = drawn.clone();
        for color in drawn["colors"].as_array_mut().unwrap() {
            *color = match color.as_str().unwrap() {
                "" | "#ff8e8e00" => json!(NOTHING),
                fill => json!(format!("{}ff", fill.trim_start_matches('#'))),
            };
        }
        check("preview", &drawn);
    }
}

#[test]
fn masks_cover_what_the_source_says() {
    let Some(browser) = std::env::var_os("DECKLE_TEST_BROWSER") else {
        return;
    };
    let scratch = tempfile::tempdir().unwrap();
    let points: Vec<[f64; 2]> = INSIDE.concat().into_iter().chain(OUTSIDE).collect();
    let request = json!({"package": package(scratch.path()), "points": points}).to_string();
    for version in ["26.9.3", "25.9.2"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let web = root.join(format!("target/judges/aqt-{version}"));
        let backend = format!("anki-{version}");
        let arguments: [&OsStr; 2] = [web.as_os_str(), &browser];
        let output = run_script(&backend, "browser.py", &arguments, request.as_bytes()).unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let found: Vec<Value> = serde_json::from_str(text.lines().last().unwrap_or_default())
            .unwrap_or_else(|_| panic!("{version}: {errors}"));
        // Two notes of four cards, two sides, two themes.
        assert_eq!(found.len(), 2 * 4 * 2 * 2);
        for drawn in &found {
            check(version, drawn);
        }
    }
}

fn check(version: &str, drawn: &Value) {
    let name = drawn["card"].as_str().unwrap();
    let parts: Vec<&str> = name.split('-').collect();
    let [header, number, side, _theme] = parts[..] else {
        panic!("{name}")
    };
    assert_eq!(drawn["problem"], "", "{version} {name}");
    assert_eq!(drawn["picture"], drawn["drawing"], "{version} {name}");
    let mut colors = drawn["colors"].as_array().unwrap().iter();
    for (index, points) in INSIDE.iter().enumerate() {
        let asked = number.parse() == Ok(index + 1);
        let expect = match (asked, side, header) {
            (true, "question", _) => ASKED,
            (true, _, _) | (false, _, "One") => NOTHING,
            (false, _, _) if index == 3 => "00ff00ff",
            (false, _, _) => "ffeba2ff",
        };
        for (point, color) in points.iter().zip(&mut colors) {
            assert_eq!(color, expect, "{version} {name} at {point:?}");
        }
    }
    for (point, color) in OUTSIDE.iter().zip(&mut colors) {
        assert_eq!(color, NOTHING, "{version} {name} at {point:?}");
    }
}
