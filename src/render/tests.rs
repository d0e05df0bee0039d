//! Sources and the fields they become: the edge cases of the format, as a table.
//!
//! Long, because it is a table: what is read beside what comes of it, a case each.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::diag::{Code, Diagnostics, FileId, Severity, Sources, Span, Text};
use crate::files::Memory;
use crate::model::written::{
    Content, Highlight, MathEngine, Remote, Settings, WikiLinks, WrittenNote, WrittenSuspend,
    WrittenType,
};
use crate::model::{DeckName, Flag, Kind, NoteType};
use crate::template::cloze::{CardSide, ClozeNode, ClozeText};

/// A note of two fields; a cloze note shows only the first as clozes.
fn note(kind: Kind, fields: Vec<Content>, settings: Settings) -> WrittenNote {
    let front = match kind {
        Kind::Normal => "{{Front}}",
        Kind::Cloze => "{{cloze:Front}}",
    };
    let builder = match kind {
        Kind::Normal => NoteType::builder("Test"),
        Kind::Cloze => NoteType::builder("Test").cloze(),
    };
    let note_type = builder
        .field("Front")
        .field("Back")
        .template("Card 1", front, front)
        .build()
        .unwrap();
    WrittenNote {
        id: None,
        guid: None,
        was: None,
        note_type: Arc::new(WrittenType::of("test", note_type)),
        deck: DeckName::new("Test").unwrap(),
        tags: Vec::new(),
        fields: fields.into_iter().map(Some).collect(),
        suspend: WrittenSuspend::None,
        flag: Flag::None,
        order: None,
        span: Span::NONE,
        headings: Arc::new([]),
        settings: Arc::new(settings),
    }
}

fn files() -> Memory {
    Memory::new()
        .with("notes/img/pump.png", "pump")
        .with("notes/my img.png", "my img")
        .with("notes/a_b & c.mp3", "sound")
        .with("notes/x.mp3", "sound x")
        .with("notes/Case.png", "case")
        .with("notes/caf\u{e9}.png", "cafe")
        .with("notes/50%20off.png", "off")
        .with("notes/big.png", vec![0; 2000])
        .with("notes/doc.pdf", "pdf")
        .with("assets/heart cross section.png", "heart")
        .with("assets/_logo.png", "logo")
        .with("a/1.png", "one")
        .with("b/1.png", "two")
        .with("b/same.png", "pump")
}

fn file() -> FileId {
    Sources::new().add("notes/a.md", "")
}

struct Outcome {
    fields: Vec<String>,
    codes: Vec<Code>,
    diagnostics: Diagnostics,
    names: Vec<String>,
}

fn render_note(note: &WrittenNote) -> Outcome {
    let files = files();
    let renderer = Renderer::new(&files);
    let rendered = renderer.note(note, "notes/a.md");
    let mut names = renderer.names(&rendered.media, &BTreeMap::new());
    let mut fields = rendered.fields.clone();
    names.resolve(&mut fields);
    // Hashes are no part of what is compared.
    for field in &mut fields {
        for media in names.files() {
            let hash: String = media.key.hex().chars().take(16).collect();
            *field = field.replace(&hash, "#");
        }
    }
    Outcome {
        fields,
        codes: rendered.diagnostics.iter().map(|it| it.code).collect(),
        diagnostics: rendered.diagnostics,
        names: names.files().iter().map(|it| it.name.clone()).collect(),
    }
}

pub(super) fn render_one(kind: Kind, source: &str, settings: Settings) -> (String, Vec<Code>) {
    let content = Content::Markdown(Text::verbatim(source, file(), 0));
    let outcome = render_note(&note(kind, vec![content], settings));
    (outcome.fields.concat(), outcome.codes)
}

#[track_caller]
fn plain(source: &str, expect: &str) {
    coded(Kind::Normal, source, expect, &[]);
}

#[track_caller]
fn cloze(source: &str, expect: &str) {
    coded(Kind::Cloze, source, expect, &[]);
}

#[track_caller]
fn coded(kind: Kind, source: &str, expect: &str, codes: &[Code]) {
    let (html, found) = render_one(kind, source, Settings::default());
    assert_eq!(html, expect, "source: {source}");
    assert_eq!(found, codes, "source: {source}");
}

#[track_caller]
fn with(settings: Settings, kind: Kind, source: &str, expect: &str) {
    let (html, found) = render_one(kind, source, settings);
    assert_eq!(html, expect, "source: {source}");
    assert_eq!(found, [], "source: {source}");
}

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
    coded(Kind::Normal, "$50% x$", r"\(50\)", &[Code::MathComment]);
    coded(
        Kind::Normal,
        r"$\frac{1$ b",
        r"\(\frac{1\) b",
        &[Code::MathBraces],
    );
    coded(Kind::Normal, r"\(a b", "(a b", &[Code::MathUnclosed]);
    coded(Kind::Normal, "$$\na b", "$$ a b", &[Code::MathUnclosed]);
    let engine = |math| Settings {
        math,
        ..Settings::default()
    };
    with(
        engine(MathEngine::LatexTag),
        Kind::Normal,
        "$x$ $$y$$",
        "[$]x[/$] [$$]y[/$$]",
    );
    with(
        engine(MathEngine::None),
        Kind::Normal,
        r"$x_1$ \(y\)",
        r"$x_1$ \(y\)",
    );
}

#[test]
fn clozes() {
    cloze(
        r"{{c1::$\frac{1}{\sqrt{x}}$}}",
        r"{{c1::\(\frac{1}{\sqrt{x} }\)}}",
    );
    cloze(
        r"{{c1::\frac{1}{2}}} in text",
        r"{{c1::\frac{1}{2}<!-- -->}} in text",
    );
    cloze(
        r"\(x = {{c1::\frac{1}{\sqrt{2}}}}\)",
        r"\(x = {{c1::\frac{1}{\sqrt{2} } }}\)",
    );
    cloze(
        "{{c1::set {a, {b}} x::hint}}",
        "{{c1::set {a, {b}<!-- -->} x::hint}}",
    );
    cloze(
        "{{c1::`fn f(){ if a {} }}`}}",
        "{{c1::<code>fn f(){ if a {} }<!-- -->}</code>}}",
    );
    cloze(
        r"{{c1::std\::vector::container}}",
        "{{c1::std:<!-- -->:vector::container}}",
    );
    cloze(
        "{{c2::`std::map`}}",
        "{{c2::<code>std:<!-- -->:map</code>}}",
    );
    cloze(
        "{{c1::**b** and _e_}}",
        "{{c1::<strong>b</strong> and <em>e</em>}}",
    );
    cloze("{{c2::o {{c3::i}} e}}", "{{c2::o {{c3::i}} e}}");
    cloze("{{c1::a\n\nb}}", "{{c1::<p>a</p><p>b</p>}}");
    cloze(
        "{{c1::\n- a\n- b\n}}",
        "{{c1::<ul><li>a</li><li>b </li></ul>}}",
    );
    cloze(
        "- a {{c1::x}}\n- b {{c2::y}}\n  - c",
        "<ul><li>a {{c1::x}}</li><li>b {{c2::y}}<ul><li>c</li></ul></li></ul>",
    );
    cloze(
        "| a |\n|---|\n| {{c1::a\\|b}} |",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>{{c1::a|b}}</td></tr></tbody></table>",
    );
    cloze("{{c1::a}} {{ user }}", "{{c1::a}} {{ user }}");
    cloze(r"{{c1::a}} \{{c1::x}}", "{{c1::a}} {<!-- -->{c1::x}}");
    cloze("==a== ==b==", "{{c1::a}} {{c2::b}}");
    plain("==a== ==b==", "<mark>a</mark> <mark>b</mark>");
    cloze(
        "{{c1::a}} `==a==` $==b==$",
        r"{{c1::a}} <code>==a==</code> \(==b==\)",
    );
    cloze(
        "```abnf\nfn f() -> {{c1::io::Result<String>}} {}\n```",
        "<pre><code class=\"language-abnf\">fn f() -&gt; {{c1::io:<!-- -->:Result&lt;String&gt;}} {}</code></pre>",
    );
    cloze(
        "In ==49 BC== ==Julius Caesar== crossed the ==1::Rubicon::river== with the ==Legio XIII==.",
        "In {{c2::49 BC}} {{c3::Julius Caesar}} crossed the {{c1::Rubicon::river}} with the {{c4::Legio XIII}}.",
    );
    cloze("{{c1,2::x::h}}", "{{c1::{{c2::x::h}}::h}}");
    cloze("{{c1::a:::h}}", "{{c1::a:::h}}");
    cloze("{{c1::a&#58;::h}}", "{{c1::a:<!-- -->::h}}");
    cloze(r"{{c1::\{{c1::}}", "{{c1::{<!-- -->{c1::}}");
    cloze("a**{{c1::b}}**c", "a<strong>{{c1::b}}</strong>c");
    cloze("**{{c1::_b_}}**", "<strong>{{c1::<em>b</em>}}</strong>");
    cloze(
        "{{c1::a **b}} c**",
        "{{c1::a <strong>b</strong>}}<strong> c</strong>",
    );
    cloze("**{{c1::a** b}}", "{{c1::<strong>a</strong> b}}");
    cloze(
        "{{c1::[a](https://e.com/}}::{{c2::)}}",
        "{{c1::<a href=\"https://e.com/}&#125;:&#58;{&#123;c2:&#58;\">a</a>}}",
    );
    cloze(
        "{{c1::[a}} b](https://e.com)",
        "{{c1::<a href=\"https://e.com\">a</a>}}<a href=\"https://e.com\"> b</a>",
    );
    cloze("{{c1::x}}}", "{{c1::x}}}");
    cloze("{{{c1::x}}}", "{{{c1::x}}}");
    cloze("{{c1::a {{c2::b}}}}}", "{{c1::a {{c2::b}}}}}");
    cloze("{{c1::{{c2::b}} {c}}}", "{{c1::{{c2::b}} {c}<!-- -->}}");
    cloze("{{c1::a<!-- b -->}}", "{{c1::a}}");
    cloze(
        r"{{c1::\(\frac{a}{\frac{b}{c}}\)}}",
        r"{{c1::\(\frac{a}{\frac{b}{c} }\)}}",
    );
}

#[test]
fn wrong_clozes_are_told() {
    let check = |source: &str, expect: &str, codes: &[Code]| {
        coded(Kind::Cloze, source, expect, codes);
    };
    check(
        "{{c1::a::b::c}}",
        "{{c1::a::b:<!-- -->:c}}",
        &[Code::ClozeHint],
    );
    check("{{ c1::x }}", "{{ c1::x }}", &[Code::ClozeSpacing]);
    check("{{C1::x}}", "{{C1::x}}", &[Code::ClozeSpacing]);
    check("{{c1:x}}", "{{c1:x}}", &[Code::ClozeSpacing]);
    check("{{c501::x}}", "{<!-- -->{c501::x}}", &[Code::ClozeNumber]);
    check("{{c0::x}}", "{<!-- -->{c0::x}}", &[Code::ClozeNumber]);
    check("{{c1::x", "{<!-- -->{c1::x", &[Code::ClozeUnclosed]);
    check("{{c1::a {b}} c", "{{c1::a {b}} c", &[Code::ClozeBrace]);
    check(
        "- a {{c1::x\n- b}} c",
        "<ul><li>a {{c1::x</li><li>b}} c</li></ul>",
        &[Code::ClozeCrossing],
    );
    let deep = "{{c1::".repeat(11) + &"}}".repeat(11);
    check(&deep, &deep, &[Code::ClozeNesting]);
    coded(
        Kind::Normal,
        "a {{c1::x}}",
        "a {{c1::x}}",
        &[Code::ClozeIgnored],
    );
    let fields = ["{{c1::a}}", "b {{c2::c}} `{{c3::d}}`"];
    let contents = fields.map(|it| Content::Markdown(Text::verbatim(it, file(), 0)));
    let outcome = render_note(&note(Kind::Cloze, contents.into(), Settings::default()));
    assert_eq!(outcome.codes, [Code::ClozeOutside]);
    assert_eq!(
        outcome.fields,
        [
            "{{c1::a}}",
            "b {<!-- -->{c2::c}} <code>{<!-- -->{c3::d}}</code>"
        ]
    );
}

#[test]
fn curly_clozes() {
    let curly = || Settings {
        curly: true,
        ..Settings::default()
    };
    let check = |source: &str, expect: &str| with(curly(), Kind::Cloze, source, expect);
    check("a {b} {c}", "a {{c1::b}} {{c2::c}}");
    check("{2:b} {c} {3::d}", "{{c2::b}} {{c1::c}} {{c3::d}}");
    check(
        r"{a} `{b}` $\frac{c}{d}$ \{e}",
        r"{{c1::a}} <code>{b}</code> \(\frac{c}{d}\) {e}",
    );
    check("{{c1::a {b}}} {c", "{{c1::a {b}<!-- -->}} {c");
    with(Settings::default(), Kind::Normal, "{a}", "{a}");
    let never = Settings {
        highlight: Highlight::Never,
        ..Settings::default()
    };
    with(
        never,
        Kind::Cloze,
        "{{c1::a}} ==b==",
        "{{c1::a}} <mark>b</mark>",
    );
}

#[test]
fn html_and_links() {
    plain(
        "vector<int>, <T>, a < b && c > d",
        "vector&lt;int&gt;, &lt;T&gt;, a &lt; b &amp;&amp; c &gt; d",
    );
    plain("std::vector<std::string>", "std::vector&lt;std::string&gt;");
    plain("<b>ok</b> <br>", "<b>ok</b> <br>");
    plain(
        "<https://e.com/?a=1&b=2>",
        "<a href=\"https://e.com/?a=1&amp;b=2\">https://e.com/?a=1&amp;b=2</a>",
    );
    plain(
        "http://bare.com, (www.a.b/x_y_z).",
        "<a href=\"http://bare.com\">http://bare.com</a>, (<a href=\"http://www.a.b/x_y_z\">www.a.b/x_y_z</a>).",
    );
    plain(
        "[see http://a.b](https://c.d) <b>http://a.b</b> <a href=\"x\">http://a.b</a>",
        "<a href=\"https://c.d\">see http://a.b</a> <b><a href=\"http://a.b\">http://a.b</a></b> <a href=\"x\">http://a.b</a>",
    );
    plain(
        r"http\://a.b `http://a.b` a@b.c",
        "http://a.b <code>http://a.b</code> a@b.c",
    );
    plain("<div>\nhttp://a.b\n</div>", "<div> http://a.b </div>");
    plain(
        "[a]: http://b.c/d_e_f\n\n[a]",
        "<a href=\"http://b.c/d_e_f\">a</a>",
    );
    cloze(
        "{{c1::https://a.b/c}} ==https://a.b==",
        "{{c1::<a href=\"https://a.b/c\">https://a.b/c</a>}} {{c2::<a href=\"https://a.b\">https://a.b</a>}}",
    );
    let bare = Settings {
        autolinks: false,
        ..Settings::default()
    };
    with(bare, Kind::Normal, "http://bare.com", "http://bare.com");
    plain("a <!-- hidden --> b", "a  b");
    plain("a\n<!-- hidden -->\nb", "a b");
    plain("<!-- hidden -->", "");
    plain("&nbsp;&copy; &lt;x&gt;", "\u{a0}© &lt;x&gt;");
    plain(
        "a[^1] b[^x] c[^1]\n\n[^x]: X\n[^1]: One *two*",
        "<p>a<sup class=\"footnote-ref\" id=\"fn-0-ref-1\">1</sup> b<sup class=\"footnote-ref\" id=\"fn-0-ref-2\">2</sup> c<sup class=\"footnote-ref\">1</sup></p><ol class=\"footnotes\"><li id=\"fn-0-1\">One <em>two</em></li><li id=\"fn-0-2\">X</li></ol>",
    );
    plain("[[Note|alias]] [[Other#Part]]", "alias Other &gt; Part");
    let obsidian = Settings {
        wiki_links: WikiLinks::Obsidian,
        vault: "My Vault".to_owned(),
        ..Settings::default()
    };
    with(
        obsidian,
        Kind::Normal,
        "[[a/N#H|x & y]] [[#Here]] [t [[N]]](https://e.com)",
        "<a href=\"obsidian://open?vault=My%20Vault&amp;file=a%2FN%23H\">x &amp; y</a> <a href=\"obsidian://open?vault=My%20Vault&amp;file=notes%2Fa%23Here\">Here</a> <a href=\"https://e.com\">t N</a>",
    );
    coded(Kind::Normal, "![[N.md#H]]", "N &gt; H", &[Code::NoteEmbed]);
    coded(
        Kind::Normal,
        "![[x.mp3#t=10]]",
        "[sound:x-#.mp3]",
        &[Code::EmbedFragment],
    );
    coded(
        Kind::Normal,
        "[a][b] m[i][j]",
        "[a][b] m[i][j]",
        &[Code::UnknownReference],
    );
    coded(
        Kind::Normal,
        "a[^1], [^a-z] x[^*]",
        "a[^1], [^a-z] x[^*]",
        &[Code::UnknownReference],
    );
    coded(
        Kind::Normal,
        "a\n\n[b]: https://c.d",
        "a",
        &[Code::UnusedDefinition],
    );
    plain(
        "[A\n b]\n\n[a B]: https://c.d",
        "<a href=\"https://c.d\">A b</a>",
    );
    coded(
        Kind::Normal,
        "| a |\n|---|\n| b | $c$ |",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
        &[Code::ExtraCell],
    );
    plain(
        "| a |\n|---|\n| b | |",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
    );
    plain("[[1,2],[3,4]]", "[[1,2],[3,4]]");
    plain("日本語[にほんご]", "日本語[にほんご]");
    plain("%% x %%", "%% x %%");
    let obsidian = || Settings {
        percent_comments: true,
        ..Settings::default()
    };
    with(obsidian(), Kind::Normal, "a %% x %%b %%y%%", "a b");
    with(obsidian(), Kind::Normal, "a\n%%\nx\n\n- y\n%%\nb", "a b");
    with(obsidian(), Kind::Normal, "%% all of it %%", "");
    with(
        obsidian(),
        Kind::Normal,
        r"5 % \%% `%%` 10 %",
        "5 % %% <code>%%</code> 10 %",
    );
    plain(
        "> [!note] T *x*\n> body\n> more",
        "<div class=\"callout callout-note\"><div class=\"callout-title\">T <em>x</em></div><p>body more</p></div>",
    );
    plain(
        "> [!WARNING]-\n>\n> body",
        "<details class=\"callout callout-warning\"><summary class=\"callout-title\">Warning</summary><p>body</p></details>",
    );
    plain(
        "> [!tip|wide]+ T\n> > [!note]\n> > b",
        "<details class=\"callout callout-tip\" open><summary class=\"callout-title\">T</summary><div class=\"callout callout-note\"><div class=\"callout-title\">Note</div><p>b</p></div></details>",
    );
    cloze(
        "> [!tip]- T\n> {{c1::b}}",
        "<details class=\"callout callout-tip\" open><summary class=\"callout-title\">T</summary><p>{{c1::b}}</p></details>",
    );
    plain("> q", "<blockquote><p>q</p></blockquote>");
    plain(
        "[a](other.md) [b](https://e.com \"t\")",
        "a <a href=\"https://e.com\" title=\"t\">b</a>",
    );
    coded(Kind::Normal, "[a](x.pdf)", "a", &[Code::LinkTarget]);
    coded(Kind::Normal, "[a](javascript:x)", "a", &[Code::LinkTarget]);
    plain(
        "<div>\n$x_1$ <T> &amp; a & b\n</div>",
        "<div> \\(x_1\\) &lt;T&gt; &amp; a &amp; b </div>",
    );
    plain("<pre>\na\n  b\n</pre>", "<pre>\na\n  b\n</pre>");
    plain(
        "- [ ] a\n- [x] b",
        "<ul><li><input type=\"checkbox\" disabled> a</li><li><input type=\"checkbox\" checked disabled> b</li></ul>",
    );
    plain("~~a~~", "<del>a</del>");
    plain(
        "| a | b |\n|:-:|--:|\n| 1 | 2 |",
        "<table><thead><tr><th align=\"center\">a</th><th align=\"right\">b</th></tr></thead><tbody><tr><td align=\"center\">1</td><td align=\"right\">2</td></tr></tbody></table>",
    );
}

#[test]
fn readings_above_characters() {
    let ruby = || Settings {
        ruby: true,
        ..Settings::default()
    };
    let check = |source: &str, expect: &str| with(ruby(), Kind::Normal, source, expect);
    check(
        "私は{東京|とうきょう}へ",
        "私は<ruby>東京<rt>とうきょう</rt></ruby>へ",
    );
    check(
        "{東京|とう|きょう}",
        "<ruby>東<rt>とう</rt>京<rt>きょう</rt></ruby>",
    );
    check(
        "| a |\n|---|\n| {東|ひがし} |",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><ruby>東<rt>ひがし</rt></ruby></td></tr></tbody></table>",
    );
    check(
        "{x|x > 0} `{東|ひ}` $x$",
        r"{x|x &gt; 0} <code>{東|ひ}</code> \(x\)",
    );
    with(
        ruby(),
        Kind::Cloze,
        "{{c1::{東|ひ}}}",
        "{{c1::<ruby>東<rt>ひ</rt></ruby>}}",
    );
    plain("{東京|とうきょう}", "{東京|とうきょう}");
    let (html, codes) = render_one(Kind::Normal, "{東京都|とう|きょう}", ruby());
    assert_eq!(html, "<ruby>東京都<rt>とうきょう</rt></ruby>");
    assert_eq!(codes, [Code::RubyReadings]);
}

#[test]
fn readings_stand_in_brackets_where_a_template_reads_them() {
    let settings = Settings {
        ruby: true,
        ..Settings::default()
    };
    let check = |source: &str, expect: &str| {
        let content = Content::Markdown(Text::verbatim(source, file(), 0));
        let mut note = note(Kind::Normal, vec![content], settings.clone());
        let note_type = NoteType::builder("Test")
            .field("Front")
            .field("Back")
            .template("Card 1", "{{Front}}", "{{furigana:Front}}")
            .build()
            .unwrap();
        Arc::make_mut(&mut note.note_type).note_type = note_type;
        assert_eq!(render_note(&note).fields.concat(), expect, "{source}");
    };
    check("私は{東京|とうきょう}へ", "私は 東京[とうきょう]へ");
    check("{東京|とう|きょう}", "東[とう] 京[きょう]");
    check(
        "**{東|ひがし}** {New York|ニューヨーク}",
        "<strong>東[ひがし]</strong> <ruby>New York<rt>ニューヨーク</rt></ruby>",
    );
}

#[test]
fn code_quotes_and_newlines() {
    plain("``a ` b``", "<code>a ` b</code>");
    plain(
        "````abnf\n```sh\necho hi\n```\n````",
        "<pre><code class=\"language-abnf\">```sh\necho hi\n```</code></pre>",
    );
    plain("`<div>&amp;`", "<code>&lt;div&gt;&amp;amp;</code>");
    plain("```\na\n\n  b\n```", "<pre><code>a\n\n  b</code></pre>");
    plain(
        "- a\n\n      b",
        "<ul><li><p>a</p><pre><code>b</code></pre></li></ul>",
    );
    plain("    a", "<pre><code>a</code></pre>");
    plain("\n\ta", "<pre><code>a</code></pre>");
    plain("\n   a", "a");
    plain("a\nb", "a b");
    plain("a  \nb", "a<br>b");
    plain("a\\\nb", "a<br>b");
    plain("a\r\nb\r\n\r\nc", "<p>a b</p><p>c</p>");
    let hard = Settings {
        hard_breaks: true,
        ..Settings::default()
    };
    with(hard, Kind::Normal, "a\nb", "a<br>b");
    plain("  one *paragraph* ", "one <em>paragraph</em>");
    plain("a\n\n- - -\n\n***", "<p>a</p><hr><hr>");
    plain(
        "1. a\n   - b\n2. c",
        "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>",
    );
    plain("Q: not a label", "Q: not a label");
    plain("### h\n\ntext", "<h3>h</h3><p>text</p>");
    plain(r"\==a\==", "==a==");
    plain(
        r"\[sound:x.mp3] `[sound:x.mp3]`",
        "[<!-- -->sound:x.mp3] <code>[<!-- -->sound:x.mp3]</code>",
    );
    coded(
        Kind::Normal,
        "```rsut\nx\n```",
        "<pre><code>x</code></pre>",
        &[Code::UnknownLanguage],
    );
}

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
        Kind::Normal,
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
    let search = Settings {
        media_paths: vec!["assets".to_owned()],
        ..Settings::default()
    };
    with(
        search,
        Kind::Normal,
        "![](_logo.png)",
        "<img src=\"logo-#.png\">",
    );
    let keep = Settings {
        remote: Remote::Keep,
        ..Settings::default()
    };
    with(
        keep,
        Kind::Normal,
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
        let outcome = render_note(&note(Kind::Normal, vec![content], settings));
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
fn other_contents() {
    let text = |it: &str| Text::verbatim(it, file(), 0);
    let check = |kind: Kind, content: Content, expect: &str| {
        let outcome = render_note(&note(kind, vec![content], Settings::default()));
        assert_eq!(outcome.fields.concat(), expect);
        assert_eq!(outcome.diagnostics.count(Severity::Error), 0);
    };
    let normal = |content, expect| check(Kind::Normal, content, expect);
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
        Kind::Cloze,
        Content::Plain(text("{{c1::a {b}::<h>}} }} {c}}")),
        "{{c1::a {b}::&lt;h&gt;}} }} {c}}",
    );
    check(
        Kind::Cloze,
        Content::Html(text("{{c1::<b>a</b>}}")),
        "{{c1::<b>a</b>}}",
    );
}

#[test]
fn one_content_has_one_name() {
    let text = |it: &str| Content::Markdown(Text::detached(it));
    let fields = vec![
        text("![](/notes/img/pump.png) ![](/b/same.png)"),
        text("![](/a/1.png)"),
    ];
    let outcome = render_note(&note(Kind::Normal, fields, Settings::default()));
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
        Kind::Normal,
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
        MediaContent::File("a/1.png".to_owned())
    );
}

/// Pieces that mean something together.
const PIECES: [&str; 60] = [
    "{{c1::",
    "{{c2::",
    "{{c1,3::",
    "{{c0::",
    "}}",
    "}",
    "{",
    "::",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "==",
    "=",
    "`",
    "```\n",
    "[sound:",
    "]",
    "[",
    "](",
    ")",
    "![",
    "![[",
    "[[",
    "|",
    "<",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "[!note]",
    "[^1]",
    "[^1]: ",
    "*",
    "**",
    "_",
    "\\",
    "&",
    " ",
    "a",
    "é",
    "| a |\n|---|\n",
    "%%",
    "http://a.b",
    "www.a.b/",
    "{東|ひ}",
    "{東|",
    "[[a#b",
    "]]",
    "> [!a]- ",
    "[a]: b\n",
    "[a][b]",
    "[^2]",
    "![](",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(0..PIECES.len(), 0..24)
        .prop_map(|indexes| indexes.iter().map(|index| PIECES[*index]).collect())
}

/// The numbers of the clozes that survived, by the scan's own account.
fn check_soup(source: &str) -> Result<(), TestCaseError> {
    for kind in [Kind::Normal, Kind::Cloze] {
        for curly in [false, true] {
            let settings = Settings {
                curly,
                percent_comments: curly,
                ruby: curly,
                wiki_links: if curly {
                    WikiLinks::Obsidian
                } else {
                    WikiLinks::Text
                },
                ..Settings::default()
            };
            let (html, codes) = render_one(kind, source, settings.clone());
            let again = render_one(kind, source, settings);
            prop_assert_eq!(&again, &(html.clone(), codes.clone()));
            if kind == Kind::Normal {
                continue;
            }
            let clozes = ClozeText::parse(&html);
            for number in clozes.numbers() {
                prop_assert!((1..=500).contains(&number));
                prop_assert!(!clozes.reveal(number, CardSide::Answer).is_empty());
            }
            let unclosed = clozes
                .problems()
                .iter()
                .find(|it| it.kind == crate::template::cloze::ClozeProblemKind::Unclosed);
            prop_assert!(unclosed.is_none(), "{} -> {}", source, html);
        }
    }
    Ok(())
}

/// What Anki reads in the emitted text has to be what was meant: the same clozes in the same
/// order, each with its hint.
fn check_intent(source: &str) -> Result<(), TestCaseError> {
    let text = Text::detached(source);
    let dialect = scan::Dialect {
        markdown: true,
        clozes: true,
        highlight: true,
        curly: false,
        stray: None,
        math: true,
        percent_comments: true,
        autolinks: true,
        ruby: true,
    };
    let mut found = Diagnostics::new();
    let scan = scan::scan(&text, dialect, &mut found);
    let mut used = Vec::new();
    let numbers = markdown::number(&scan, &mut used);
    let field = markdown::Field {
        text: &text,
        scan: &scan,
        numbers: &numbers,
        guards: true,
        footnotes: "n",
    };
    let (files, settings) = (files(), Settings::default());
    let library = media::Library::new(&files);
    let mut sink = sink::Sink::new(&library, &settings, "notes/a.md");
    let mask = mask::Mask::new(source, &scan);
    let mut html = markdown::write(&field, &mask, true, &mut sink);
    place::place(&mut html, &scan, source);
    let emitted = emit::emit(&html, &scan, &numbers, true);

    let kept: Vec<&scan::Token> = html
        .pieces
        .iter()
        .filter_map(|piece| match piece.kind {
            piece::PieceKind::Token(index) => scan.tokens.get(index),
            _ => None,
        })
        .collect();
    let too_deep = found.iter().any(|it| it.code == Code::ClozeNesting);
    if too_deep {
        return Ok(());
    }
    let mut meant: Vec<(u16, bool)> = Vec::new();
    for token in &kept {
        if token.kind == scan::TokenKind::Open {
            let hint = kept
                .iter()
                .any(|it| it.group == token.group && it.kind == scan::TokenKind::Hint);
            meant.extend(numbers[token.group].iter().map(|number| (*number, hint)));
        }
    }
    let clozes = ClozeText::parse(&emitted);
    let read: Vec<(u16, bool)> = clozes
        .nodes()
        .iter()
        .filter_map(|node| match node {
            ClozeNode::Open { numbers, hint, .. } => Some((numbers[0], hint.is_some())),
            _ => None,
        })
        .collect();
    prop_assert_eq!(read, meant, "{} -> {}", source, emitted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn soup_never_panics_and_opens_no_cloze_without_end(source in soup()) {
        check_soup(&source)?;
        check_intent(&source)?;
    }

    #[test]
    fn arbitrary_text_never_panics(source in "\\PC{0,40}") {
        check_soup(&source)?;
    }
}
