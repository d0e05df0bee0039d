//! HTML, links, readings, code.

use super::*;

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
        "[see http://a.b](https://c.d) <b>http://a.b</b> <a href=\"#x\">http://a.b</a>",
        "<a href=\"https://c.d\">see http://a.b</a> <b><a href=\"http://a.b\">http://a.b</a></b> <a href=\"#x\">http://a.b</a>",
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
    with(
        bare,
        NoteTypeKind::Normal,
        "http://bare.com",
        "http://bare.com",
    );
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
        NoteTypeKind::Normal,
        "[[a/N#H|x & y]] [[#Here]] [t [[N]]](https://e.com)",
        "<a href=\"obsidian://open?vault=My%20Vault&amp;file=a%2FN%23H\">x &amp; y</a> <a href=\"obsidian://open?vault=My%20Vault&amp;file=notes%2Fa%23Here\">Here</a> <a href=\"https://e.com\">t N</a>",
    );
    coded(
        NoteTypeKind::Normal,
        "![[N.md#H]]",
        "N &gt; H",
        &[Code::NoteEmbed],
    );
    coded(
        NoteTypeKind::Normal,
        "![[x.mp3#t=10]]",
        "[sound:x-#.mp3]",
        &[Code::EmbedFragment],
    );
    coded(
        NoteTypeKind::Normal,
        "[a][b] m[i][j]",
        "[a][b] m[i][j]",
        &[Code::UnknownReference],
    );
    coded(
        NoteTypeKind::Normal,
        "a[^1], [^a-z] x[^*]",
        "a[^1], [^a-z] x[^*]",
        &[Code::UnknownReference],
    );
    coded(
        NoteTypeKind::Normal,
        "a\n\n[b]: https://c.d",
        "a",
        &[Code::UnusedDefinition],
    );
    plain(
        "[A\n b]\n\n[a B]: https://c.d",
        "<a href=\"https://c.d\">A b</a>",
    );
    coded(
        NoteTypeKind::Normal,
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
    with(obsidian(), NoteTypeKind::Normal, "a %% x %%b %%y%%", "a b");
    with(
        obsidian(),
        NoteTypeKind::Normal,
        "a\n%%\nx\n\n- y\n%%\nb",
        "a b",
    );
    with(obsidian(), NoteTypeKind::Normal, "%% all of it %%", "");
    with(
        obsidian(),
        NoteTypeKind::Normal,
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
    coded(NoteTypeKind::Normal, "[a](x.pdf)", "a", &[Code::LinkTarget]);
    coded(
        NoteTypeKind::Normal,
        "[a](javascript:x)",
        "a",
        &[Code::LinkTarget],
    );
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
    let check = |source: &str, expect: &str| with(ruby(), NoteTypeKind::Normal, source, expect);
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
        NoteTypeKind::Cloze,
        "{{c1::{東|ひ}}}",
        "{{c1::<ruby>東<rt>ひ</rt></ruby>}}",
    );
    plain("{東京|とうきょう}", "{東京|とうきょう}");
    let (html, codes) = render_one(NoteTypeKind::Normal, "{東京都|とう|きょう}", ruby());
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
        let mut note = note(NoteTypeKind::Normal, vec![content], settings.clone());
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
    with(hard, NoteTypeKind::Normal, "a\nb", "a<br>b");
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
        NoteTypeKind::Normal,
        "```rsut\nx\n```",
        "<pre><code>x</code></pre>",
        &[Code::UnknownLanguage],
    );
}
