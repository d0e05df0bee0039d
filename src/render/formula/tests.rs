use super::*;

fn picture(tex: &str) -> FormulaPicture {
    svg(tex, true, &FormulaOptions::default()).unwrap_or_else(|error| panic!("{tex}: {error:?}"))
}

fn refusal(tex: &str) -> FormulaError {
    svg(tex, true, &FormulaOptions::default()).unwrap_err()
}

#[test]
fn formulas_become_small_pictures() {
    for tex in [
        "x",
        r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
        r"\ce{2H2 + O2 -> 2H2O}",
        r"\color{red}{x} + \colorbox{yellow}{$y$} + \boxed{z}",
        r"\begin{array}{c:c|c} a & b & c \\ \hdashline d & e & f \\ \hline \end{array}",
        r"\text{größer als}",
    ] {
        let picture = picture(tex);
        let text = String::from_utf8(picture.svg).unwrap();
        assert!(
            text.starts_with("<svg ") && text.ends_with("</svg>"),
            "{text}"
        );
        assert!(text.len() < 8000, "{tex}: {}", text.len());
        assert!(picture.width_em > 0.0 && picture.height_em > 0.0, "{tex}");
        assert!(!text.contains("NaN") && !text.contains("<text"), "{text}");
    }
}

#[test]
fn depth_is_below_the_baseline() {
    assert!(picture("x").depth_em < 0.05);
    assert!(picture(r"\frac{a}{b}").depth_em > 0.5);
}

#[test]
fn refusals_have_their_place() {
    for (tex, part, message) in [
        (
            r"a + \fracc{1}{2}",
            r"\fracc",
            r"`\fracc` is no known command",
        ),
        (
            r"\begin{matrx} a \end{matrx}",
            "matrx",
            "`matrx` is no known environment",
        ),
        (
            r"a & b",
            "&",
            "`&` stands outside of a table or an aligned formula",
        ),
        (r"x^a^b", "^", "two superscripts stand behind one another"),
        (r"\text{日}", "日", "the fonts of mathematics have no `日`"),
    ] {
        let error = refusal(tex);
        assert_eq!(error.message, message, "{tex}");
        assert_eq!(tex.get(error.range), Some(part), "{tex}");
    }
}

#[test]
fn what_grows_without_end_is_refused() {
    let hostile = [
        r"\def\x{\x\x}\x".to_owned(),
        r"\def\a{\b\b}\def\b{\a\a}\a".to_owned(),
        "{".repeat(5000) + &"}".repeat(5000),
        "^{".repeat(60) + &"}".repeat(60),
        r"\sqrt".repeat(3000),
        r"\left(".repeat(3000),
        r"\begin{matrix}".repeat(1000),
        "x_".repeat(8000),
        "a".repeat(20_000),
        r"\rule{100000em}{100000em}".to_owned(),
        r"\ce{".repeat(1000),
        r"\text{$".repeat(1000),
        r"\frac".repeat(3000),
        r"\hat".repeat(3000),
        r"\color{red}".repeat(1000),
        r"\not".repeat(3000),
        r"x'".repeat(5000),
        "\\ce{".to_owned() + &"->[".repeat(2000),
    ];
    for tex in hostile {
        let start = tex.get(..20).unwrap_or(&tex).to_owned();
        assert!(
            svg(&tex, true, &FormulaOptions::default()).is_err(),
            "{start}"
        );
    }
}

/// Pieces that formulas are made of, right ones and wrong ones.
fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    prop_oneof![
        "[a-zA-Z0-9+=<>|,.!'()\\[\\]{}^_&~#$%@:;/*\" -]{1,4}",
        prop::sample::select(known::COMMANDS).prop_map(str::to_owned),
        prop::sample::select(known::ENVIRONMENTS).prop_map(|it| format!("\\begin{{{it}}}")),
        prop::sample::select(known::ENVIRONMENTS).prop_map(|it| format!("\\end{{{it}}}")),
        prop::sample::select(
            &[
                "\\\\",
                "{1em}",
                "{-3pt}",
                "[b]",
                "{red}",
                "{#f00}",
                "{cc}",
                "{#1}",
                "\\def\\x",
                "\\x",
                "{\\x\\x}",
                "\\left",
                "\\right",
                "\\ce{",
                "->[a]",
                "\\pu{",
                "\\char\"41",
                "\\verb|a|",
                "\\tag{1}",
                "\\hline",
                "\\limits",
                "\\over",
                "\\rule{1em}{-9em}",
                "\\newcommand\\y[2]{#2#1}",
                "\\y",
                "\\kern1e9em",
                "\\hskip-99999em",
                "\\text{",
                "}",
            ][..]
        )
        .prop_map(str::to_owned),
        "\\PC{1,3}",
    ]
}

proptest::proptest! {
    #[test]
    fn any_text_is_drawn_or_refused(pieces in proptest::collection::vec(piece(), 0..24), display: bool) {
        let tex = pieces.concat();
        let made = svg(&tex, display, &FormulaOptions::default());
        proptest::prop_assert_eq!(&made, &svg(&tex, display, &FormulaOptions::default()));
        match made {
            Ok(picture) => {
                let text = String::from_utf8(picture.svg).unwrap();
                proptest::prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{}", text);
            }
            Err(error) => {
                proptest::prop_assert!(tex.get(error.range.clone()).is_some(), "{:?}", error);
            }
        }
    }
}
