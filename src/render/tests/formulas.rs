//! Formulas, and contents that are no Markdown.

use super::*;

#[test]
fn math() {
    plain("$a_1*b*c_2$", r"\(a_1*b*c_2\)");
    plain(r"\(a_1*b_2*c\)", r"\(a_1*b_2*c\)");
    plain(r"\[x_1 \\ y\]", r"\[x_1 \\ y\]");
    plain(r"$\{x\}$", r"\(\{x\}\)");
    plain("$x<y$ R&D", r"\(x&lt;y\) R&amp;D");
    plain(r"$5 and $10, \$7", "$5 and $10, $7");
    plain(r"$\text{a $b$ c}$", r"\(\text{a $b$ c}\)");
    plain("$$\na % c\n\n+ b\n$$", r"\[a + b\]");
    plain(
        "| f | g |\n|---|---|\n| $x|y$ | b |",
        "<table><thead><tr><th>f</th><th>g</th></tr></thead><tbody><tr><td>\\(x|y\\)</td><td>b</td></tr></tbody></table>",
    );
    plain("**$x$**", r"<strong>\(x\)</strong>");
    plain("`$x$`", "<code>$x$</code>");
    plain("```\n$x$\n```", "<pre><code>$x$</code></pre>");
    plain("[$]x_1 < y_2[/$]", "[$]x_1 &lt; y_2[/$]");
    plain("[latex]a_1\nb[/latex]", "[latex]a_1<br>b[/latex]");
    plain("$x$1, $ x $", "$x$1, $ x $");
    plain("a $20 book, $x_1*y*z_2$", r"a $20 book, \(x_1*y*z_2\)");
    plain("$5-$10 for $x$", r"$5-$10 for \(x\)");
    plain("$a{{x}}b$", r"\(a{{x}}b\)");
    plain("```math\nx_1\n```", r"\[x_1\]");
    plain("a $`x_1`$ b", r"a \(x_1\) b");
    plain(
        "> $$\n> a\n> > b\n> $$",
        r"<blockquote><p>\[a &gt; b\]</p></blockquote>",
    );
    plain(r"$a\ $ b", r"$a\ $ b");
    plain(r"\(a\ \) b", r"\(a\ \) b");
    plain("a\n$$x$$\nb", r"a \[x\] b");
    coded(
        NoteTypeKind::Normal,
        "$50% x$",
        r"\(50\)",
        &[Code::MathComment],
    );
    coded(
        NoteTypeKind::Normal,
        r"$\frac{1$ b",
        r"\(\frac{1\) b",
        &[Code::MathBraces],
    );
    coded(
        NoteTypeKind::Normal,
        r"\(a b",
        "(a b",
        &[Code::MathUnclosed],
    );
    coded(
        NoteTypeKind::Normal,
        "$$\na b",
        "$$ a b",
        &[Code::MathUnclosed],
    );
    for (text, html) in [
        ("$x^2 + 1", "$x^2 + 1"),
        ("a $\\alpha is b", "a $\\alpha is b"),
        ("$a_{1} and $b$", "$a_{1} and \\(b\\)"),
    ] {
        coded(NoteTypeKind::Normal, text, html, &[Code::MathUnclosed]);
    }
    for text in [
        "$5 and 6",
        "$HOME is set",
        "$x = 5;",
        "US$x^2",
        "a $ b^2",
        "$1^2",
    ] {
        coded(NoteTypeKind::Normal, text, text, &[]);
    }
    let engine = |math| Settings {
        math,
        ..Settings::default()
    };
    with(
        engine(MathEngine::LatexTag),
        NoteTypeKind::Normal,
        "$x$ $$y$$",
        "[$]x[/$] [$$]y[/$$]",
    );
    with(
        engine(MathEngine::None),
        NoteTypeKind::Normal,
        r"$x_1$ \(y\)",
        r"$x_1$ \(y\)",
    );
}

#[test]
fn other_contents() {
    let text = |it: &str| Text::verbatim(it, file(), 0);
    let check = |kind: NoteTypeKind, content: Content, expect: &str| {
        let outcome = render_note(&note(kind, vec![content], Settings::default()));
        assert_eq!(outcome.fields.concat(), expect);
        assert_eq!(outcome.diagnostics.count(Severity::Error), 0);
    };
    let normal = |content, expect| check(NoteTypeKind::Normal, content, expect);
    normal(Content::Plain(text("a < *b*\nc")), "a &lt; *b*<br>c");
    normal(
        Content::Plain(text("[sound:x.mp3]")),
        "[<!-- -->sound:x.mp3]",
    );
    normal(
        Content::Html(text(
            "<i>a</i> <img src=\"img/pump.png\"> [sound:x.mp3]\n<T>",
        )),
        "<i>a</i> <img src=\"pump-#.png\"> [sound:x-#.mp3]\n<T>",
    );
    normal(Content::Media(text(" x.mp3 ")), "[sound:x-#.mp3]");
    normal(
        Content::Media(text("img/pump.png")),
        "<img src=\"pump-#.png\">",
    );
    let list = ["das *Ei*", "", "Plural: les œufs"].map(|it| Content::Markdown(text(it)));
    normal(
        Content::List(list.into()),
        "<ul><li>das <em>Ei</em></li><li>Plural: les œufs</li></ul>",
    );
    check(
        NoteTypeKind::Cloze,
        Content::Plain(text("{{c1::a {b}::<h>}} }} {c}}")),
        "{{c1::a {b}::&lt;h&gt;}} }} {c}}",
    );
    check(
        NoteTypeKind::Cloze,
        Content::Html(text("{{c1::<b>a</b>}}")),
        "{{c1::<b>a</b>}}",
    );
}
