//! Pictures and sounds: found, named, told.

use super::*;

#[test]
fn media_files() {
    plain(
        "![[my img.png|300]]",
        "<img src=\"my_img-#.png\" width=\"300\">",
    );
    plain(
        "![[my img.png|300x200]]",
        "<img src=\"my_img-#.png\" width=\"300\" height=\"200\">",
    );
    plain(
        "![](my%20img.png) ![a](<my img.png>)",
        "<img src=\"my_img-#.png\"> <img src=\"my_img-#.png\" alt=\"a\">",
    );
    plain(
        "![pump|300](img/pump.png \"T\"){height=20}, x",
        "<img src=\"pump-#.png\" alt=\"pump\" title=\"T\" height=\"20\">, x",
    );
    coded(
        NoteTypeKind::Normal,
        "![](my img.png)",
        "![](my img.png)",
        &[Code::MediaSpace],
    );
    plain("![](cafe\u{301}.png)", "<img src=\"cafe-#.png\">");
    plain("![](50%20off.png)", "<img src=\"50_20off-#.png\">");
    plain("[sound:a_b & c.mp3]", "[sound:a_b_c-#.mp3]");
    plain("[sound:a_b &amp; c.mp3]", "[sound:a_b_c-#.mp3]");
    plain("![](x.mp3) ![[x.mp3]]", "[sound:x-#.mp3] [sound:x-#.mp3]");
    plain(
        "![](/a/1.png) ![](@/b/1.png)",
        "<img src=\"1-#.png\"> <img src=\"1-#.png\">",
    );
    plain(
        "![](../b/same.png) ![](img/pump.png)",
        "<img src=\"same-#.png\"> <img src=\"same-#.png\">",
    );
    plain(
        "![[heart cross section.png]]",
        "<img src=\"heart_cross_section-#.png\">",
    );
    plain(
        "<img src=\"img/pump.png\" class=x>",
        "<img src=\"pump-#.png\" class=x>",
    );
    plain(
        "[anki:tts lang=fr_FR]Bonjour _toi_[/anki:tts]",
        "[anki:tts lang=fr_FR]Bonjour _toi_[/anki:tts]",
    );
    plain(
        "![](data:image/png;base64,iVBORw0KGgo=)",
        "<img src=\"pasted-#.png\">",
    );
    for folder in ["assets", "./assets/", "img/../assets", "/assets"] {
        let search = Settings {
            // One that lies outside is told where it stands, and looked into by nobody.
            media_paths: vec!["../outside".to_owned(), folder.to_owned()],
            ..Settings::default()
        };
        with(
            search,
            NoteTypeKind::Normal,
            "![](_logo.png)",
            "<img src=\"logo-#.png\">",
        );
    }
    let keep = Settings {
        remote: Remote::Keep,
        ..Settings::default()
    };
    with(
        keep,
        NoteTypeKind::Normal,
        "![](https://e.com/a.png?x&y)",
        "<img src=\"https://e.com/a.png?x&amp;y\">",
    );
}

#[test]
fn wrong_media_are_told_at_their_place() {
    let check = |source: &str, code: Code, underlined: &str, help: &str| {
        let settings = Settings {
            max_media_bytes: 1000,
            ..Settings::default()
        };
        let content = Content::Markdown(Text::verbatim(source, file(), 0));
        let outcome = render_note(&note(NoteTypeKind::Normal, vec![content], settings));
        let found = outcome.diagnostics.iter().next().unwrap();
        assert_eq!((found.code, outcome.codes.len()), (code, 1), "{source}");
        assert_eq!(&source[found.span().range()], underlined, "{source}");
        let told = format!(
            "{} {:?} {:?} {:?}",
            found.message, found.helps, found.notes, found.fix
        );
        assert!(told.contains(help), "{told}");
    };
    check(
        "a $x$ ![](img/pmup.png)",
        Code::MediaMissing,
        "img/pmup.png",
        "`img/pump.png`",
    );
    check(
        r"![](img\pump.png)",
        Code::MediaMissing,
        r"img\pump.png",
        "`img/pump.png`",
    );
    check(
        "![[pmup.png]]",
        Code::MediaMissing,
        "pmup.png",
        "`pump.png`",
    );
    check(
        "[sound:nope.ogg]",
        Code::MediaMissing,
        "nope.ogg",
        "media: {paths",
    );
    check(
        "![](../../x.png)",
        Code::MediaOutside,
        "../../x.png",
        "copy",
    );
    check(
        "![](https://e.com/a.png)",
        Code::MediaRemote,
        "https://e.com/a.png",
        "remote: keep",
    );
    check(
        "![](my img.png)",
        Code::MediaSpace,
        "my img.png",
        "my%20img.png",
    );
    check(
        "![](my img (1).png)",
        Code::MediaSpace,
        "my img (1).png",
        "my%20img%20(1).png",
    );
    check(
        "![](my img.png) (see 2.png)",
        Code::MediaSpace,
        "my img.png",
        "my%20img.png",
    );
    check("![](case.png)", Code::MediaCase, "case.png", "Case.png");
    check("![](big.png)", Code::MediaTooLarge, "big.png", "0.0 MB");
    check("![[1.png]]", Code::MediaAmbiguous, "1.png", "a/1.png");
    check("![](doc.pdf)", Code::MediaKind, "doc.pdf", "png");
    check(
        "![](data:text/x,a)",
        Code::MediaData,
        "data:text/x,a",
        "save",
    );
    check(
        "<img src='nope.png'>",
        Code::MediaMissing,
        "nope.png",
        "nope",
    );
}

#[test]
fn one_content_has_one_name() {
    let text = |it: &str| Content::Markdown(Text::detached(it));
    let fields = vec![
        text("![](/notes/img/pump.png) ![](/b/same.png)"),
        text("![](/a/1.png)"),
    ];
    let outcome = render_note(&note(NoteTypeKind::Normal, fields, Settings::default()));
    // `b/same.png` is the smaller path.
    let stems: Vec<&str> = outcome
        .names
        .iter()
        .filter_map(|name| name.split('-').next())
        .collect();
    assert_eq!(stems, ["same", "1"]);
    let files = files();
    let renderer = Renderer::new(&files);
    let note = note(
        NoteTypeKind::Normal,
        vec![text("![](/a/1.png)")],
        Settings::default(),
    );
    let rendered = renderer.note(&note, "notes/a.md");
    let hex = rendered.media[0].hex();
    let frozen = BTreeMap::from([(hex, vec!["old.png".to_owned()])]);
    let mut names = renderer.names(&rendered.media, &frozen);
    let mut fields = rendered.fields.clone();
    names.resolve(&mut fields);
    assert_eq!(fields, ["<img src=\"old.png\">", ""]);
    assert_eq!(
        names.files()[0].content,
        MediaContent::File("a/1.png".into())
    );
}
