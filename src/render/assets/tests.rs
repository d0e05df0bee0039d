use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::diag::Code;
use crate::files::Memory;
use crate::files::sample::sample;
use crate::model::NoteType;

const FILES: [(&str, &str); 12] = [
    ("types/a/_logo.png", "logo"),
    ("types/b/_logo.png", "other logo"),
    ("types/a/plain.png", "plain"),
    ("types/a/img/deep.png", "deep"),
    ("_font.woff2", "font"),
    (
        "assets/_more.css",
        "@font-face { src: url('_font.woff2') } a { b: url(https://e.com/x.png) }",
    ),
    (
        "assets/_outer.css",
        "@import \"_more.css\"; b { c: url(\"gone.png\") }",
    ),
    ("assets/_one.css", "@import '_two.css';"),
    ("assets/_two.css", "@import '_one.css';"),
    ("types/a/_lib.js", "fetch(\"_data.json\")"),
    ("types/a/_data.json", "{}"),
    ("types/a/_run.js", "fetch('_data-' + name)"),
];

fn typed(key: &str, front: &str, css: &str) -> Arc<WrittenType> {
    let note_type = NoteType::builder(key)
        .field("Front")
        .template("Card 1", format!("{{{{Front}}}}{front}"), "{{Front}}")
        .css(css)
        .build()
        .unwrap();
    Arc::new(WrittenType {
        folder: format!("types/{key}"),
        ..WrittenType::of(key, note_type)
    })
}

/// What a type comes to: front and CSS, names of files, codes. Hashes are `*`.
fn assets(key: &str, front: &str, css: &str, keep: &[&str]) -> (String, String, String, Vec<Code>) {
    let files = FILES.iter().fold(Memory::new(), |files, (path, text)| {
        files.with(*path, sample(path, text))
    });
    let library = Library::new(&files);
    let keep = keep.iter().map(|it| (*it).to_owned()).collect();
    let store = Store::new(keep, BTreeMap::new());
    let settings = Settings {
        media_paths: vec!["assets".to_owned()],
        ..Settings::default()
    };
    let found = of_type(
        &library,
        &store,
        Targets::default(),
        &typed(key, front, css),
        &settings,
    );
    let note_type = &found.written.note_type;
    let front = note_type.templates()[0]
        .front()
        .replacen("{{Front}}", "", 1);
    let names: Vec<String> = found.files.iter().map(|it| starred(&it.name)).collect();
    let codes = found.diagnostics.iter().map(|it| it.code).collect();
    (
        starred(&front),
        starred(note_type.css()),
        names.join(" "),
        codes,
    )
}

/// The text with `*` in the place of hashes.
fn starred(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for it in text.chars().chain([' ']) {
        if it.is_ascii_digit() || ('a'..='f').contains(&it) {
            run.push(it);
            continue;
        }
        out.push_str(if run.len() == 16 { "*" } else { &run });
        run.clear();
        out.push(it);
    }
    out.pop();
    out
}

fn check_front(front: &str, expect: &str, files: &str, codes: &[Code]) {
    let (found, _, names, told) = assets("a", front, "", &[]);
    assert_eq!(
        (&*found, &*names, &*told),
        (expect, files, codes),
        "{front}"
    );
}

fn check_css(css: &str, expect: &str, files: &str, codes: &[Code]) {
    let (_, found, names, told) = assets("a", "", css, &[]);
    assert_eq!((&*found, &*names, &*told), (expect, files, codes), "{css}");
}

#[test]
fn every_reference_of_a_template_is_named_by_its_content() {
    check_front(
        "<img src=\"_logo.png\" class=\"_x\">",
        "<img src=\"_logo-*.png\" class=\"_x\">",
        "_logo-*.png",
        &[],
    );
    check_front(
        "<img src=plain.png>",
        "<img src=\"_plain-*.png\">",
        "_plain-*.png",
        &[],
    );
    check_front(
        "<img src='img/deep.png'>",
        "<img src='_deep-*.png'>",
        "_deep-*.png",
        &[],
    );
    check_front(
        "<img srcset=\"plain.png 1x, _logo.png 2x\" src=\"https://e.com/a.png\">",
        "<img srcset=\"_plain-*.png 1x, _logo-*.png 2x\" src=\"https://e.com/a.png\">",
        "_plain-*.png _logo-*.png",
        &[],
    );
    check_front(
        "<!-- <img src=\"gone.png\"> --><a href=\"x.pdf\">",
        "<!-- <img src=\"gone.png\"> --><a href=\"x.pdf\">",
        "",
        &[Code::LinkTarget],
    );
    check_front(
        "[sound:gone.mp3]",
        "[sound:gone.mp3]",
        "",
        &[Code::MediaMissing],
    );
    check_front(
        "<img src=\"Plain.png\">",
        "<img src=\"_plain-*.png\">",
        "_plain-*.png",
        &[Code::MediaCase],
    );
    check_front(
        "<script src=\"/_anki/js/x.js\"></script><img src=\"/gone.png\">",
        "<script src=\"/_anki/js/x.js\"></script><img src=\"/gone.png\">",
        "",
        &[],
    );
    check_front(
        "<img src=\"../../../out.png\">",
        "<img src=\"../../../out.png\">",
        "",
        &[Code::MediaOutside],
    );
}

#[test]
fn what_files_load_is_named_first() {
    check_css(
        "@import \"_more.css\";",
        "@import \"_more-*.css\";",
        "_font-*.woff2 _more-*.css",
        &[],
    );
    check_css(
        "@import url(_outer.css);",
        "@import url(_outer-*.css);",
        "_font-*.woff2 _more-*.css _outer-*.css",
        &[Code::MediaMissing],
    );
    check_css(
        "@import '_one.css'",
        "@import '_one-*.css'",
        "_two-*.css _one-*.css",
        &[Code::AssetCycle],
    );
    check_front(
        "<script src=\"_lib.js\"></script>",
        "<script src=\"_lib-*.js\"></script>",
        "_data-*.json _lib-*.js",
        &[],
    );
}

#[test]
fn a_cycle_ends() {
    let (_, css, files, codes) = assets("a", "", "@import '_one.css'", &["_one.css", "_two.css"]);
    assert_eq!(
        (&*css, &*files, &*codes),
        ("@import '_one.css'", "_two.css _one.css", &[][..])
    );
}

#[test]
fn names_that_scripts_put_together_are_told_unless_names_are_kept() {
    check_front(
        "<script src=\"_run.js\"></script>",
        "<script src=\"_run-*.js\"></script>",
        "_run-*.js",
        &[Code::AssetComputed],
    );
    check_front(
        "<script>fetch(x)</script>",
        "<script>fetch(x)</script>",
        "",
        &[Code::AssetComputed],
    );
    let (front, _, files, codes) =
        assets("a", "<script src=\"_run.js\"></script>", "", &["_data*"]);
    let expect = "<script src=\"_run-*.js\"></script>";
    assert_eq!(
        (&*front, &*files, &*codes),
        (expect, "_data.json _run-*.js", &[][..])
    );
    let (_, _, files, codes) = assets("a", "", "", &["plain.png"]);
    assert_eq!(
        (&*files, &*codes),
        ("plain.png", &[Code::MediaNotStatic][..])
    );
}

#[test]
fn a_field_gives_no_name_of_a_file() {
    let check = |front: &str, keep: &[&str], expect: &[Code]| {
        let (found, _, _, codes) = assets("a", front, "", keep);
        assert_eq!((&*found, &*codes), (front, expect), "{front}");
    };
    let wrong = [Code::TemplateFieldMedia];
    check("<img src=\"{{Front}}\">", &[], &wrong);
    check("<img src={{Front}}>", &[], &wrong);
    check("<audio src=\"{{Front}}.mp3\"></audio>", &[], &wrong);
    check("[sound:{{Front}}]", &[], &wrong);
    check("<p style=\"background: url({{Front}})\">", &[], &wrong);
    check("<img src=\"_logo{{Front}}.png\">", &[], &wrong);
    check("<img src=\"_logo{{Front}}.png\">", &["_logo*"], &[]);
    check("<img src=\"https://e.com/{{Front}}.png\">", &[], &[]);
    check(
        "<iframe src=\"{{Front}}\"></iframe><a href=\"{{Front}}\">",
        &[],
        &[],
    );
}

#[test]
fn names_that_contents_have_already_stay() {
    let files = Memory::new()
        .with("media/_logo.png", sample(".png", "logo"))
        .with("media/_new.png", sample(".png", "new"));
    let library = Library::new(&files);
    let hex = library.key("media/_logo.png").unwrap().hex();
    let frozen = BTreeMap::from([(hex, vec!["x.png".to_owned(), "_logo.png".to_owned()])]);
    let settings = Settings {
        media_paths: vec!["media".to_owned()],
        ..Settings::default()
    };
    let written = typed("a", "<img src=\"_logo.png\"><img src=\"_new.png\">", "");
    let found = of_type(
        &library,
        &Store::new(Vec::new(), frozen),
        Targets::default(),
        &written,
        &settings,
    );
    let names: Vec<String> = found.files.iter().map(|it| starred(&it.name)).collect();
    assert_eq!(names, ["_logo.png", "_new-*.png"]);
}

#[test]
fn fields_load_files_that_anki_does_not_see() {
    let files = Memory::new()
        .with("a/_s.css", "css")
        .with("a/thumb.jpg", sample(".jpg", "jpg"))
        .with("a/b.png", sample(".png", "b"));
    let library = Library::new(&files);
    let check = |html: &str, expect: Option<&str>, count: usize, codes: &[Code]| {
        let found = of_field(
            &library,
            &Store::default(),
            Targets::default(),
            html,
            "a",
            &Settings::default(),
            (None, Span::NONE),
        );
        let found = found.unwrap_or_default();
        let files = found.files;
        let told: Vec<Code> = found.diagnostics.iter().map(|it| it.code).collect();
        let new = found.html.map(|it| starred(&it));
        assert_eq!(
            (new.as_deref(), files.len(), &*told),
            (expect, count, codes),
            "{html}"
        );
    };
    check("<img src=\"b.png\"> _x_", None, 0, &[]);
    check("<a href=\"b.png\">b</a>", None, 0, &[Code::LinkTarget]);
    check(
        "<a href='FILE:///b.pdf'>b</a>",
        None,
        0,
        &[Code::LinkTarget],
    );
    check("<a href=\"{{Url}}\">b</a><a href=\"#x\">", None, 0, &[]);
    check(
        "<a href=\"mailto:a@b.c\"><a href=\"obsidian://x\">",
        None,
        0,
        &[],
    );
    check(
        "<a href=\"data:,x\"><a href=\"//a.b\"><a href=\"/x\">",
        None,
        0,
        &[],
    );
    check(
        "<link rel=\"stylesheet\" href=\"_s.css\">",
        Some("<link rel=\"stylesheet\" href=\"_s-*.css\">"),
        1,
        &[],
    );
    check(
        "<video src=\"x.mp4\" poster=\"thumb.jpg\">",
        Some("<video src=\"x.mp4\" poster=\"_thumb-*.jpg\">"),
        1,
        &[],
    );
    check(
        "<p style=\"background: url(b.png)\">",
        Some("<p style=\"background: url(_b-*.png)\">"),
        1,
        &[],
    );
    check(
        "<video poster=\"gone.jpg\">",
        None,
        0,
        &[Code::MediaMissing],
    );
    check(
        "<a href=\"_gone\"><a title=\"_s.css\">",
        Some("<a href=\"_gone\"><a title=\"_s-*.css\">"),
        1,
        &[Code::LinkTarget],
    );
}
