//! The edge cases of fields: what an author writes, what the field holds, what is told, and, where
//! it was measured, what a learner sees in Anki.
//!
//! Long, because it is a table. The numbers are those of the list of edge cases that the format was
//! designed by; a case may have several rows.

use deckle::model::written::{Remote, Settings, WikiLinks};

use super::Kind::{self, Cloze, Normal};

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) case: u8,
    pub(super) kind: Kind,
    pub(super) settings: fn() -> Settings,
    pub(super) source: &'static str,
    pub(super) field: &'static str,
    pub(super) codes: &'static [&'static str],
    pub(super) seen: Option<Seen>,
}

/// What both backends of Anki show.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// The number, the question and the answer of each card, without tags.
    pub(super) cards: &'static [(u16, &'static str, &'static str)],
    /// What is played: the names of files, or language and text of speech.
    pub(super) played: &'static [&'static str],
    /// The media files that Anki finds.
    pub(super) files: &'static [&'static str],
    /// The LaTeX that becomes pictures.
    pub(super) latex: &'static [&'static str],
}

const NOTHING: Seen = Seen {
    cards: &[],
    played: &[],
    files: &[],
    latex: &[],
};

const NO_LATEX: &str = "LaTeX image generation is disabled in the preferences.";

const fn row(case: u8, kind: Kind, source: &'static str, field: &'static str) -> Row {
    Row {
        case,
        kind,
        settings: Settings::default,
        source,
        field,
        codes: &[],
        seen: None,
    }
}

impl Row {
    const fn with(mut self, settings: fn() -> Settings) -> Self {
        self.settings = settings;
        self
    }

    const fn told(mut self, codes: &'static [&'static str]) -> Self {
        self.codes = codes;
        self
    }

    const fn seen(mut self, cards: &'static [(u16, &'static str, &'static str)]) -> Self {
        self.seen = Some(Seen { cards, ..NOTHING });
        self
    }

    const fn shows(mut self, seen: Seen) -> Self {
        self.seen = Some(seen);
        self
    }
}

/// A setting of a row.
macro_rules! settings {
    ($($name:ident: $value:expr),*) => {
        || {
            let mut settings = Settings::default();
            $(settings.$name = $value;)*
            settings
        }
    };
}

pub(super) const TABLE: &[Row] = &[
    // Math
    row(1, Normal, "$a_1*b*c_2$", r"\(a_1*b*c_2\)"),
    row(2, Normal, r"\(a_1*b_2*c\)", r"\(a_1*b_2*c\)"),
    row(3, Normal, r"\[x_1 \\ y\]", r"\[x_1 \\ y\]"),
    row(4, Normal, r"$\{x\}$", r"\(\{x\}\)"),
    row(5, Normal, "$x<y$ R&D", r"\(x&lt;y\) R&amp;D"),
    row(6, Normal, "$5 and $10", "$5 and $10"),
    row(6, Normal, r"\$7", "$7"),
    row(7, Normal, r"$\text{a $b$ c}$", r"\(\text{a $b$ c}\)"),
    row(8, Normal, "$$\na % c\n\n+ b\n$$", r"\[a + b\]"),
    row(
        9,
        Normal,
        "| f |\n|---|\n| $x|y$ |",
        r"<table><thead><tr><th>f</th></tr></thead><tbody><tr><td>\(x|y\)</td></tr></tbody></table>",
    ),
    row(10, Normal, "**$x$**", r"<strong>\(x\)</strong>"),
    row(11, Normal, "`$x$`", "<code>$x$</code>"),
    row(11, Normal, "```\n$x$\n```", "<pre><code>$x$</code></pre>"),
    row(12, Normal, "[$]x_1 < y_2[/$]", "[$]x_1 &lt; y_2[/$]").shows(Seen {
        // Both come without LaTeX: what a learner sees who has no image of it.
        cards: &[(1, NO_LATEX, NO_LATEX)],
        files: &["latex-012ff40fa61e1eaab3ce9f4942edc4faf12fa2df.png"],
        latex: &["$x_1 < y_2$"],
        ..NOTHING
    }),
    row(13, Normal, "$x$1", "$x$1"),
    row(13, Normal, "$ x $", "$ x $"),
    row(14, Normal, "$a{{x}}b$", r"\(a{{x}}b\)"),
    // Clozes
    row(
        15,
        Cloze,
        r"{{c1::$\frac{1}{\sqrt{x}}$}}",
        r"{{c1::\(\frac{1}{\sqrt{x} }\)}}",
    )
    .seen(&[(1, "[...]", r"\(\frac{1}{\sqrt{x} }\)")]),
    row(
        16,
        Cloze,
        r"{{c1::\frac{1}{2}}} in text",
        r"{{c1::\frac{1}{2}<!-- -->}} in text",
    )
    .seen(&[(1, "[...] in text", r"\frac{1}{2} in text")]),
    row(
        17,
        Cloze,
        r"\(x = {{c1::\frac{1}{\sqrt{2}}}}\)",
        r"\(x = {{c1::\frac{1}{\sqrt{2} } }}\)",
    )
    .seen(&[(1, r"\(x = [...]\)", r"\(x = \frac{1}{\sqrt{2} } \)")]),
    row(
        18,
        Cloze,
        "{{c1::set {a, {b}} x::hint}}",
        "{{c1::set {a, {b}<!-- -->} x::hint}}",
    )
    .seen(&[(1, "[hint]", "set {a, {b}} x")]),
    row(
        19,
        Cloze,
        "{{c1::`fn f(){ if a {} }}`}}",
        "{{c1::<code>fn f(){ if a {} }<!-- -->}</code>}}",
    )
    .seen(&[(1, "[...]", "fn f(){ if a {} }}")]),
    row(
        20,
        Cloze,
        r"{{c1::std\::vector::container}}",
        "{{c1::std:<!-- -->:vector::container}}",
    )
    .seen(&[(1, "[container]", "std::vector")]),
    row(
        21,
        Cloze,
        "{{c2::`std::map`}}",
        "{{c2::<code>std:<!-- -->:map</code>}}",
    )
    .seen(&[(2, "[...]", "std::map")]),
    row(22, Cloze, "{{c1::a::b::c}}", "{{c1::a::b:<!-- -->:c}}").told(&["E0504"]),
    row(
        23,
        Cloze,
        "{{c1::**b** and _e_}}",
        "{{c1::<strong>b</strong> and <em>e</em>}}",
    ),
    row(
        24,
        Cloze,
        "{{c2::o {{c3::i}} e}}",
        "{{c2::o {{c3::i}} e}}",
    )
    .seen(&[(2, "[...]", "o i e"), (3, "o [...] e", "o i e")]),
    row(25, Cloze, "{{c1::a\n\nb}}", "{{c1::<p>a</p><p>b</p>}}").seen(&[(1, "[...]", "ab")]),
    row(
        26,
        Cloze,
        "- a {{c1::x}}\n- b {{c2::y}}\n  - c",
        "<ul><li>a {{c1::x}}</li><li>b {{c2::y}}<ul><li>c</li></ul></li></ul>",
    )
    .seen(&[
        (1, "a [...]b yc", "a xb yc"),
        (2, "a xb [...]c", "a xb yc"),
    ]),
    row(
        27,
        Cloze,
        "- a {{c1::x\n- b}} c",
        "<ul><li>a {{c1::x</li><li>b}} c</li></ul>",
    )
    .told(&["W0508"])
    .seen(&[(1, "a [...] c", "a xb c")]),
    row(
        28,
        Cloze,
        "| h |\n|---|\n| {{c1::a\\|b}} |",
        "<table><thead><tr><th>h</th></tr></thead><tbody><tr><td>{{c1::a|b}}</td></tr></tbody></table>",
    )
    .seen(&[(1, "h[...]", "ha|b")]),
    row(
        29,
        Cloze,
        "{{c1::a}} {{ user }}",
        "{{c1::a}} {{ user }}",
    )
    .seen(&[(1, "[...] {{ user }}", "a {{ user }}")]),
    row(
        30,
        Cloze,
        r"{{c1::a}} \{{c1::x}}",
        "{{c1::a}} {<!-- -->{c1::x}}",
    )
    .seen(&[(1, "[...] {{c1::x}}", "a {{c1::x}}")]),
    row(31, Cloze, "{{ c1::x }}", "{{ c1::x }}")
        .told(&["E0503"])
        .seen(&[]),
    row(32, Cloze, "{{c501::x}}", "{<!-- -->{c501::x}}")
        .told(&["E0502"])
        .seen(&[]),
    row(32, Cloze, "{{c0::x}}", "{<!-- -->{c0::x}}")
        .told(&["E0502"])
        .seen(&[]),
    row(33, Cloze, "==a== ==b==", "{{c1::a}} {{c2::b}}"),
    row(33, Normal, "==a== ==b==", "<mark>a</mark> <mark>b</mark>"),
    row(34, Cloze, "{{c1::x}} `==a==` $==b==$", r"{{c1::x}} <code>==a==</code> \(==b==\)"),
    // Code with a cloze; without the colors that its language may get.
    row(
        35,
        Cloze,
        "```\nfn f() -> {{c1::io::Result<String>}} {}\n```",
        "<pre><code>fn f() -&gt; {{c1::io:<!-- -->:Result&lt;String&gt;}} {}</code></pre>",
    )
    .seen(&[(
        1,
        "fn f() -> [...] {}",
        "fn f() -> io::Result<String> {}",
    )]),
    // HTML, text, links
    row(
        36,
        Normal,
        "vector<int>, <T>, a < b && c > d",
        "vector&lt;int&gt;, &lt;T&gt;, a &lt; b &amp;&amp; c &gt; d",
    ),
    row(
        37,
        Normal,
        "std::vector<std::string>",
        "std::vector&lt;std::string&gt;",
    ),
    row(38, Normal, "<b>ok</b> <br>", "<b>ok</b> <br>"),
    row(
        39,
        Normal,
        "<https://e.com/?a=1&b=2>",
        "<a href=\"https://e.com/?a=1&amp;b=2\">https://e.com/?a=1&amp;b=2</a>",
    ),
    row(
        40,
        Normal,
        "http://bare.com",
        "<a href=\"http://bare.com\">http://bare.com</a>",
    ),
    row(40, Normal, "http://bare.com", "http://bare.com").with(settings!(autolinks: false)),
    row(41, Normal, "a<!-- hidden --> b", "a b"),
    row(41, Normal, "a\n<!-- hidden -->\nb", "a b"),
    row(41, Normal, "a\n\n<!-- hidden -->\n\nb", "<p>a</p><p>b</p>"),
    row(42, Normal, "a&nbsp;&copy; &lt;x&gt;", "a\u{a0}© &lt;x&gt;"),
    row(
        43,
        Normal,
        "a[^1]\n\n[^1]: one",
        "<p>a<sup class=\"footnote-ref\" id=\"fn-0-ref-1\">1</sup></p><ol class=\"footnotes\"><li id=\"fn-0-1\">one</li></ol>",
    ),
    row(44, Normal, "[[Note|alias]]", "alias"),
    row(
        44,
        Normal,
        "[[Note|alias]]",
        "<a href=\"obsidian://open?vault=V&amp;file=Note\">alias</a>",
    )
    .with(settings!(wiki_links: WikiLinks::Obsidian, vault: "V".to_owned())),
    row(45, Normal, "日本語[にほんご]", "日本語[にほんご]"),
    row(46, Normal, "a %% b %%", "a %% b %%"),
    row(46, Normal, "a %% b %%", "a").with(settings!(percent_comments: true)),
    row(
        47,
        Normal,
        "> [!note] T\n> body",
        "<div class=\"callout callout-note\"><div class=\"callout-title\">T</div><p>body</p></div>",
    ),
    // Code, quotes, line breaks
    row(48, Normal, "``a ` b``", "<code>a ` b</code>"),
    row(
        49,
        Normal,
        "````\n```\na\n```\n````",
        "<pre><code>```\na\n```</code></pre>",
    ),
    row(
        50,
        Normal,
        "`<div>&amp;`",
        "<code>&lt;div&gt;&amp;amp;</code>",
    ),
    row(
        51,
        Normal,
        "```\na\n\n  b\n```",
        "<pre><code>a\n\n  b</code></pre>",
    ),
    row(
        52,
        Normal,
        "- a\n\n      b",
        "<ul><li><p>a</p><pre><code>b</code></pre></li></ul>",
    ),
    row(53, Normal, "a\nb", "a b"),
    row(53, Normal, "a\nb", "a<br>b").with(settings!(hard_breaks: true)),
    row(54, Normal, "a  \nb", "a<br>b"),
    row(54, Normal, "a\\\nb", "a<br>b"),
    row(55, Normal, "one *paragraph*", "one <em>paragraph</em>"),
    row(59, Normal, "a\n\n- - -\n\n***", "<p>a</p><hr><hr>"),
    row(
        60,
        Normal,
        "3. a\n   - b\n     - c\n4. d",
        "<ol start=\"3\"><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ol>",
    ),
    // Media
    row(
        63,
        Normal,
        "![[my img.png|300]]",
        "<img src=\"my_img-#.png\" width=\"300\">",
    ),
    row(
        64,
        Normal,
        "![](my%20img.png) ![](<my img.png>)",
        "<img src=\"my_img-#.png\"> <img src=\"my_img-#.png\">",
    )
    .shows(Seen {
        cards: &[(1, "", "")],
        files: &["my_img-#.png", "my_img-#.png"],
        ..NOTHING
    }),
    row(65, Normal, "![](my img.png)", "![](my img.png)").told(&["E0304"]),
    row(
        66,
        Normal,
        "![](cafe\u{301}.png) ![](caf\u{e9}.png)",
        "<img src=\"cafe-#.png\"> <img src=\"cafe-#.png\">",
    )
    .shows(Seen {
        cards: &[(1, "", "")],
        files: &["cafe-#.png", "cafe-#.png"],
        ..NOTHING
    }),
    row(
        67,
        Normal,
        "![](<it's \"q\".png>) ![](50%20off.png) ![](<x[1].png>) ![](a:b.png)",
        "<img src=\"it_s_q-#.png\"> <img src=\"50_20off-#.png\"> <img src=\"x_1-#.png\"> <img src=\"a_b-#.png\">",
    )
    .shows(Seen {
        cards: &[(1, "", "")],
        files: &["it_s_q-#.png", "50_20off-#.png", "x_1-#.png", "a_b-#.png"],
        ..NOTHING
    }),
    // A name of 164 bytes: Anki cuts off what is beyond 120.
    row(
        67,
        Normal,
        "![](longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong.png)",
        "<img src=\"longlonglonglonglonglonglonglonglonglonglonglonglonglonglo-#.png\">",
    ),
    row(
        68,
        Normal,
        "[sound:a_b & c.mp3]",
        "[sound:a_b_c-#.mp3]",
    )
    .shows(Seen {
        cards: &[(1, "[anki:play:q:0]", "[anki:play:a:0]")],
        played: &["a_b_c-#.mp3"],
        files: &["a_b_c-#.mp3"],
        ..NOTHING
    }),
    row(
        69,
        Normal,
        "![](x.mp3) ![[x.mp3]]",
        "[sound:x-#.mp3] [sound:x-#.mp3]",
    ),
    row(
        70,
        Normal,
        "![](/a/1.png) ![](/b/1.png)",
        "<img src=\"1-#.png\"> <img src=\"1-#.png\">",
    ),
    row(
        71,
        Normal,
        "![](/a/1.png) ![](/b/same.png)",
        "<img src=\"1-#.png\"> <img src=\"1-#.png\">",
    ),
    row(72, Normal, "![](_logo.png)", "<img src=\"logo-#.png\">"),
    row(
        73,
        Normal,
        "![](https://e.com/a.png)",
        "<img src=\"https://e.com/a.png\">",
    )
    .told(&["E0303"]),
    row(
        73,
        Normal,
        "![](https://e.com/a.png)",
        "<img src=\"https://e.com/a.png\">",
    )
    .with(settings!(remote: Remote::Keep)),
    row(
        74,
        Normal,
        "[anki:tts lang=fr_FR]Bonjour _toi_[/anki:tts]",
        "[anki:tts lang=fr_FR]Bonjour _toi_[/anki:tts]",
    )
    .shows(Seen {
        cards: &[(1, "[anki:play:q:0]", "[anki:play:a:0]")],
        played: &["fr_FR: Bonjour _toi_"],
        ..NOTHING
    }),
];
