//! Clozes, and what is no cloze.

use super::*;

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
    // Anki would take the tags out that stand in a formula.
    cloze(
        r"`\(a` {{c1::`b\)`}}",
        r"<code>\<!-- -->(a</code> {{c1::<code>b\)</code>}}",
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
        coded(NoteTypeKind::Cloze, source, expect, codes);
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
        NoteTypeKind::Normal,
        "a {{c1::x}}",
        "a {{c1::x}}",
        &[Code::ClozeIgnored],
    );
    let fields = ["{{c1::a}}", "b {{c2::c}} `{{c3::d}}`"];
    let contents = fields.map(|it| Content::Markdown(Text::verbatim(it, file(), 0)));
    let outcome = render_note(&note(
        NoteTypeKind::Cloze,
        contents.into(),
        Settings::default(),
    ));
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
    let check = |source: &str, expect: &str| with(curly(), NoteTypeKind::Cloze, source, expect);
    check("a {b} {c}", "a {{c1::b}} {{c2::c}}");
    check("{2:b} {c} {3::d}", "{{c2::b}} {{c1::c}} {{c3::d}}");
    check(
        r"{a} `{b}` $\frac{c}{d}$ \{e}",
        r"{{c1::a}} <code>{b}</code> \(\frac{c}{d}\) {e}",
    );
    check("{{c1::a {b}}} {c", "{{c1::a {b}<!-- -->}} {c");
    with(Settings::default(), NoteTypeKind::Normal, "{a}", "{a}");
    let never = Settings {
        highlight: Highlight::Never,
        ..Settings::default()
    };
    with(
        never,
        NoteTypeKind::Cloze,
        "{{c1::a}} ==b==",
        "{{c1::a}} <mark>b</mark>",
    );
}
