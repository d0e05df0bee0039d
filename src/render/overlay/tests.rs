use proptest::prelude::*;

use super::*;

/// What `inner` of a drawing of 200 by 100 comes to: label, group and shape a mask, then what is
/// told.
fn check(inner: &str, expect: &[&str]) {
    let text = format!(
        "<svg xmlns='{SVG}' xmlns:inkscape='{INKSCAPE}' viewBox='0 0 200 100'>{inner}</svg>"
    );
    assert_eq!(told(text.as_bytes()), expect, "{inner}");
}

fn told(bytes: &[u8]) -> Vec<String> {
    let mut sink = Diagnostics::new();
    let masks = read(bytes, Span::NONE, &mut sink).unwrap_or_default();
    let shown = masks.iter().map(|it| {
        let group = it.group.as_deref().unwrap_or("-");
        let shape = match &it.geometry {
            Geometry::Rectangle(lengths) => format!("rect {}", rounded(lengths)),
            Geometry::Ellipse(lengths) => format!("ellipse {}", rounded(lengths)),
            Geometry::Polygon(corners, _) => {
                format!("polygon {}", rounded(&corners.concat()))
            }
            Geometry::Label(..) => "text".to_owned(),
        };
        format!("{} {group} {shape}", it.label)
    });
    let shown: Vec<String> = shown.collect();
    let found = sink.iter().map(|it| it.message.clone());
    shown.into_iter().chain(found).collect()
}

fn rounded(numbers: &[f64]) -> String {
    let numbers: Vec<String> = numbers
        .iter()
        .map(|it| format!("{}", (it * 1e4).round() / 1e4 + 0.0))
        .collect();
    numbers.join(" ")
}

#[test]
fn shapes_are_masks() {
    check(
        "<rect id='a' x='20' y='10' width='50' height='25'/>",
        &["a - rect 0.1 0.1 0.25 0.25"],
    );
    check(
        "<circle id='a' cx='100' cy='50' r='10'/>",
        &["a - ellipse 0.5 0.5 0.05 0.1"],
    );
    check(
        "<ellipse id='a' cx='100' cy='50' rx='20' ry='10'/>",
        &["a - ellipse 0.5 0.5 0.1 0.1"],
    );
    let triangle = "a - polygon 0 0 0.5 0 0 0.5";
    check("<polygon id='a' points='0,0 100,0 0,50'/>", &[triangle]);
    check(
        "<polyline id='a' points='0 0,100 0-0 50'/>",
        &["a - polygon 0 0 0.5 0 0 0.5"],
    );
    check("<path id='a' d='M0 0 L100,0 0 50Z'/>", &[triangle]);
    check("<path id='a' d='m 0,0 h 100 l -100,50 z'/>", &[triangle]);
    check(
        "<path id='a' d='M0 0H100V50z'/>",
        &["a - polygon 0 0 0.5 0 0.5 0.5"],
    );
}

#[test]
fn labels_and_groups_are_those_that_somebody_gave() {
    let rect = |attributes: &str, inner: &str| {
        format!("<rect width='200' height='100' {attributes}>{inner}</rect>")
    };
    let whole = "rect 0 0 1 1";
    check(
        &rect("id='a' inkscape:label='An aorta'", "<title>b</title>"),
        &[&format!("An aorta - {whole}")],
    );
    check(
        &rect("id='a'", "<title> Left \n side</title>"),
        &[&format!("Left side - {whole}")],
    );
    check(&rect("", ""), &[&format!(" - {whole}")]);
    let group = |attributes: &str| format!("<g {attributes}>{}</g>", rect("id='a'", ""));
    check(&group("id='g1'"), &[&format!("a - {whole}")]);
    check(
        &group("inkscape:label='Valves'"),
        &[&format!("a Valves {whole}")],
    );
    check(
        &group("inkscape:label='Masks' inkscape:groupmode='layer'"),
        &[&format!("a - {whole}")],
    );
    check(
        &group("style='display : none'"),
        &["the drawing holds no masks"],
    );
}

#[test]
fn transforms_move_shapes() {
    let rect = "<rect id='a' width='20' height='10'/>";
    let group = |transform: &str| format!("<g transform='{transform}'>{rect}</g>");
    check(&group("translate(20, 10)"), &["a - rect 0.1 0.1 0.1 0.1"]);
    check(&group("translate(20)"), &["a - rect 0.1 0 0.1 0.1"]);
    check(&group("scale(2)"), &["a - rect 0 0 0.2 0.2"]);
    check(
        &group("translate(20,10) scale(2,-1)"),
        &["a - rect 0.1 0 0.2 0.1"],
    );
    check(
        &group("matrix(1 0 0 1 20 10)"),
        &["a - rect 0.1 0.1 0.1 0.1"],
    );
    check(
        &group("rotate(90)"),
        &["a - polygon 0 0 0 0.2 -0.05 0.2 -0.05 0"],
    );
    check(&group("rotate(180, 10, 5)"), &["a - rect 0 0 0.1 0.1"]);
    check(
        &group("skewX(45)"),
        &["a - polygon 0 0 0.1 0 0.15 0.1 0.05 0.1"],
    );
    check(
        &group("turn(90)"),
        &[
            "`<g>` in line 1 of the drawing is left out",
            "the drawing holds no masks",
        ],
    );
}

#[test]
fn a_picture_in_the_drawing_is_where_masks_lie() {
    let picture = "<image x='50' y='0' width='100' height='100'/>";
    let rect = "<rect id='a' x='100' y='50' width='50' height='50'/>";
    check(&format!("{picture}{rect}"), &["a - rect 0.5 0.5 0.5 0.5"]);
    check(
        &format!("{picture}{rect}{picture}"),
        &[
            "a - rect 0.5 0.5 0.5 0.5",
            "`<image>` in line 1 of the drawing is left out",
        ],
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    let rect = "<rect id='a' width='200' height='100'/>";
    let whole = "a - rect 0 0 1 1";
    for element in [
        "<path d='M0 0C1 1 2 2 3 3'/>",
        "<path d='M0 0 L1 1 0 1z M5 5 L6 6 5 6z'/>",
        "<text>x</text>",
        "<use href='#a'/>",
        "<line x1='1'/>",
        "<circle r='1%'/>",
    ] {
        let name = element[1..].split([' ', '>']).next().unwrap();
        let told = format!("`<{name}>` in line 2 of the drawing is left out");
        check(&format!("{rect}\n{element}"), &[whole, &told]);
    }
    let many = "<text/>".repeat(7);
    let line = "`<text>` in line 1 of the drawing is left out";
    let rest = "2 more elements of the drawing are left out";
    check(
        &format!("{rect}{many}"),
        &[whole, line, line, line, line, line, rest],
    );
    check(
        "<defs><rect id='b' width='9' height='9'/></defs>",
        &["the drawing holds no masks"],
    );
    let bad = "the drawing cannot be read";
    for text in [
        "",
        "x",
        "<html/>",
        "<svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><rect width='1' height='1'/></svg>",
    ] {
        assert_eq!(told(text.as_bytes()), [bad], "{text}");
    }
}

#[test]
fn entities_that_explode_are_refused() {
    let mut text = String::from("<!DOCTYPE svg [<!ENTITY a0 'aaaaaaaaaa'>");
    for level in 1..12 {
        let inner = format!("&a{};", level - 1).repeat(10);
        text.push_str(&format!("<!ENTITY a{level} '{inner}'>"));
    }
    text.push_str("]><svg xmlns='http://www.w3.org/2000/svg'><title>&a11;</title></svg>");
    assert_eq!(told(text.as_bytes()), ["the drawing cannot be read"]);
    let deep = format!("<svg>{}", "<g>".repeat(50_000));
    assert_eq!(told(deep.as_bytes()), ["the drawing cannot be read"]);
}

proptest! {
    #[test]
    fn no_drawing_makes_it_panic(inner in r#"(<(g|rect|path|polygon|image|ellipse)( (id|x|width|height|d|points|transform|cx|rx)="[-0-9., MLHVZmlhvzeé()a-z]{0,12}"){0,4}/>|[<>&a-z]){0,12}"#) {
        let _ = told(format!("<svg viewBox='0 0 9 9'>{inner}</svg>").as_bytes());
        let _ = told(inner.as_bytes());
    }
}
