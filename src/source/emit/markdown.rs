//! A field's HTML as Markdown texts that may come out as just that HTML.

use super::block;
use super::html::{self, Node};
use super::inline::Style;

/// Elements that Markdown has no words for, or that cut its blocks.
const NOT_INLINE: [&str; 30] = [
    "address", "article", "aside", "audio", "button", "center", "details", "dd", "div", "dl", "dt",
    "fieldset", "figure", "footer", "form", "frame", "header", "iframe", "main", "math", "nav",
    "noscript", "object", "picture", "script", "section", "source", "style", "svg", "video",
];

/// Markdown texts for a field of HTML, the one that reads best first. None of them is sure to be
/// rendered as this HTML again: that has to be tried. Line breaks are written as lines, for
/// `markdown: {breaks: hard}`.
#[must_use]
pub fn markdown(html: &str) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    // A paragraph with nothing special in it.
    if html.trim() != html || html.contains(['\r', '\t']) {
        return texts;
    }
    let Some(nodes) = html::parse(html) else {
        return texts;
    };
    if holds_foreign(&nodes) {
        return texts;
    }
    for style in [Style::Light, Style::Escaped, Style::Tags] {
        if let Some(text) = block::field(&nodes, style)
            && !texts.contains(&text)
            && !text.is_empty()
        {
            texts.push(text);
        }
    }
    texts
}

fn holds_foreign(nodes: &[Node<'_>]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(_) => false,
        Node::Element(element) => {
            NOT_INLINE.contains(&element.name.as_str()) || holds_foreign(&element.children)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_what_an_author_would_write() {
        let check = |html: &str, expect: &str| {
            assert_eq!(
                markdown(html).first().map(String::as_str),
                Some(expect),
                "{html}"
            );
        };
        check("plain", "plain");
        check("a<br>b", "a\nb");
        check("a<br><br>b", "a\n<br>b");
        check(
            "<strong>a</strong> <em>b</em> <b>c</b>",
            "**a** *b* <b>c</b>",
        );
        check("<p>a</p><p>b</p>", "a\n\nb");
        check("x &lt; y &amp; z", "x < y & z");
        check("\\(x&lt;y\\) and \\[z\\]", "$x<y$ and $$z$$");
        check(
            "{{c1::a::hint}} [sound:a.mp3]",
            "{{c1::a::hint}} [sound:a.mp3]",
        );
        check(
            "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
            "- a\n- b\n  - c",
        );
        check("<ol start=\"3\"><li>a</li><li>b</li></ol>", "3. a\n4. b");
        check("<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b");
        check(
            "<pre><code class=\"language-rust\">fn a() {\n}\n</code></pre>",
            "```rust\nfn a() {\n}\n\n```",
        );
        check(
            "<pre><code class=\"language-rust\"><span class=\"hl-k\">let</span> {{c1::<span class=\"hl-n\">1</span>}}</code></pre>",
            "```rust\nlet {{c1::1}}\n```",
        );
        check("<code>a `b`</code>", "`` a `b` ``");
        check("<img src=\"a.png\">", "![](a.png)");
        check(
            "<img src=\"a b.png\" alt=\"x\" width=\"30\">",
            "![x|30](<a b.png>)",
        );
        check(
            "<img class=\"c\" src=\"a.png\">",
            "<img class=\"c\" src=\"a.png\">",
        );
        check("<a href=\"https://e.com\">e</a>", "[e](https://e.com)");
        check("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b");
        check("<h3>a</h3><hr>", "### a\n\n***");
        check(
            "<table><thead><tr><th>a</th><th align=\"right\">b</th></tr></thead>\
             <tbody><tr><td>1</td><td align=\"right\">x|y</td></tr></tbody></table>",
            "| a | b |\n| --- | ---: |\n| 1 | x\\|y |",
        );
    }

    #[test]
    fn what_markdown_would_read_is_escaped_in_the_second_text() {
        let check = |html: &str, expect: &str| {
            assert!(
                markdown(html).iter().any(|it| it == expect),
                "{:?}",
                markdown(html)
            );
        };
        check("2 * 3 * 4", "2 \\* 3 \\* 4");
        check("1. a", "1\\. a");
        check("- a", "\\- a");
        check("a<br># b", "a\n\\# b");
        check("$x$ [y]", "\\$x\\$ \\[y\\]");
        check("<strong> a</strong>", "<strong> a</strong>");
    }

    #[test]
    fn what_markdown_cannot_say_has_no_text() {
        for html in [
            "<div>a</div>",
            "a&nbsp;b",
            " a",
            "a\nb",
            "a</b>",
            "<p>a</p>b",
        ] {
            assert!(markdown(html).is_empty(), "{html}: {:?}", markdown(html));
        }
    }
}
