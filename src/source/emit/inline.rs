//! Inline HTML as Markdown: text, emphasis, links, pictures, formulas.

use super::html::{Element, Node, decoded};

/// How careful the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing is escaped: most text means nothing to Markdown.
    Light,
    /// Whatever Markdown could read is escaped.
    Escaped,
    /// Escaped, and emphasis is written in tags: `**` has rules about what stands around it.
    Tags,
}

/// What is read before Markdown, from its beginning to its end, and stays as it is.
const VERBATIM: [(&str, &str); 5] = [
    ("[sound:", "]"),
    ("[latex]", "[/latex]"),
    ("[$$]", "[/$$]"),
    ("[$]", "[/$]"),
    ("[anki:tts", "[/anki:tts]"),
];

/// Where the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Paragraph,
    /// On a single line: headings.
    Line,
    /// In a table, where `|` ends a cell.
    Cell,
}

/// The nodes as the text of a paragraph, heading or table cell.
pub(super) fn inline(nodes: &[Node<'_>], style: Style, place: Place) -> Option<String> {
    let mut writer = Writer {
        out: String::new(),
        style,
        place,
    };
    writer.nodes(nodes)?;
    let mut text = writer.out;
    // A break at the end has no line to begin.
    if text.ends_with('\n') {
        text.pop();
        text.push_str("<br>");
    }
    if style != Style::Light && place == Place::Paragraph {
        let lines: Vec<String> = text.split('\n').map(guarded).collect();
        text = lines.join("\n");
    }
    Some(text)
}

struct Writer {
    out: String,
    style: Style,
    place: Place,
}

impl Writer {
    fn nodes(&mut self, nodes: &[Node<'_>]) -> Option<()> {
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text)?,
                Node::Element(element) => self.element(element)?,
            }
        }
        Some(())
    }

    fn element(&mut self, element: &Element<'_>) -> Option<()> {
        let bare = element.attributes.is_empty();
        match element.name.as_str() {
            "br" if element.start == "<br>" => self.line_break(),
            "strong" if bare => self.emphasis("**", element)?,
            "em" if bare => self.emphasis("*", element)?,
            "del" if bare => self.emphasis("~~", element)?,
            "mark" if bare => self.emphasis("==", element)?,
            "code" if bare => self.code(element)?,
            "a" => self.link(element)?,
            "img" => self.image(element),
            _ => self.tags(element)?,
        }
        Some(())
    }

    /// As HTML in Markdown, which passes through.
    fn tags(&mut self, element: &Element<'_>) -> Option<()> {
        if element.start.contains('\n') {
            return None;
        }
        self.out.push_str(element.start);
        self.nodes(&element.children)?;
        self.out.push_str(element.end);
        Some(())
    }

    fn line_break(&mut self) {
        // A line cannot begin with its own end.
        let begins = self.out.is_empty() || self.out.ends_with('\n');
        if self.place == Place::Paragraph && !begins {
            self.out.push('\n');
        } else {
            self.out.push_str("<br>");
        }
    }

    fn emphasis(&mut self, mark: &str, element: &Element<'_>) -> Option<()> {
        if self.style == Style::Tags {
            return self.tags(element);
        }
        self.out.push_str(mark);
        self.nodes(&element.children)?;
        self.out.push_str(mark);
        Some(())
    }

    fn code(&mut self, element: &Element<'_>) -> Option<()> {
        let mut text = String::new();
        for node in &element.children {
            let Node::Text(part) = node else {
                return self.tags(element);
            };
            text.push_str(&decoded(part)?);
        }
        if text.trim().is_empty() || text.contains('\n') {
            return self.tags(element);
        }
        let fence = "`".repeat(longest_run(&text, '`') + 1);
        let touches = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
        let gap = if touches { " " } else { "" };
        let text = match self.place {
            Place::Cell => text.replace('|', "\\|"),
            _ => text,
        };
        self.out
            .push_str(&format!("{fence}{gap}{text}{gap}{fence}"));
        Some(())
    }

    fn link(&mut self, element: &Element<'_>) -> Option<()> {
        let address = match element.attributes.as_slice() {
            [(name, value)] if name == "href" => decoded(value),
            _ => None,
        };
        let is_plain = |it: &str| !it.contains(['"', '\'', '\\', '<', '>']) && !it.is_empty();
        let Some(address) = address.filter(|it| is_plain(it) && self.style != Style::Tags) else {
            return self.tags(element);
        };
        if let [Node::Text(text)] = element.children.as_slice()
            && decoded(text)? == address
            && address.starts_with("http")
        {
            self.out.push_str(&format!("<{address}>"));
            return Some(());
        }
        self.out.push('[');
        self.nodes(&element.children)?;
        self.out.push_str("](");
        self.target(&address);
        self.out.push(')');
        Some(())
    }

    fn image(&mut self, element: &Element<'_>) {
        let formula = drawn_formula(element).filter(|_| self.style != Style::Tags);
        match formula.or_else(|| self.markdown_image(element)) {
            Some(text) => self.out.push_str(&text),
            None => self.out.push_str(element.start),
        }
    }

    /// `![alt|300x200](src)`, where the tag holds nothing else.
    fn markdown_image(&self, element: &Element<'_>) -> Option<String> {
        if self.style == Style::Tags || self.place == Place::Cell {
            return None;
        }
        let known = ["src", "alt", "width", "height"];
        if !element
            .attributes
            .iter()
            .all(|(name, _)| known.contains(&name.as_str()))
        {
            return None;
        }
        let plain = |text: &str| {
            !text.contains([
                '"', '\\', '<', '>', '[', ']', '|', '`', '*', '_', '$', '&', '{',
            ])
        };
        let source = decoded(element.attribute("src")?)?;
        let alt = element.attribute("alt").unwrap_or_default();
        if !plain(alt) || source.contains(['"', '\\', '<', '>', '\n']) || source.is_empty() {
            return None;
        }
        let number = |name: &str| match element.attribute(name) {
            Some(value) => value.parse::<u32>().ok().map(Some),
            None => Some(None),
        };
        let size = match (number("width")?, number("height")?) {
            (None, None) => String::new(),
            (Some(width), None) => format!("|{width}"),
            (Some(width), Some(height)) => format!("|{width}x{height}"),
            (None, Some(_)) => return None,
        };
        let mut target = Self {
            out: String::new(),
            style: self.style,
            place: self.place,
        };
        target.target(&source);
        Some(format!("![{alt}{size}]({})", target.out))
    }

    fn target(&mut self, address: &str) {
        if address.contains([' ', '(', ')']) {
            self.out.push_str(&format!("<{address}>"));
        } else {
            self.out.push_str(address);
        }
    }

    fn text(&mut self, text: &str) -> Option<()> {
        if text.contains('\n') {
            return None;
        }
        let text = decoded(text)?;
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let next = next_verbatim(rest);
            let plain = next.as_ref().map_or(rest.len(), |it| it.start);
            let before = rest.get(..plain)?;
            self.plain(before);
            let Some(found) = next else { break };
            let behind = rest.get(found.end..)?;
            match found.math {
                Some((mark, inner)) if is_formula(inner, behind) => {
                    self.out.push_str(&format!("{mark}{inner}{mark}"));
                }
                _ => self.out.push_str(rest.get(found.start..found.end)?),
            }
            rest = behind;
        }
        Some(())
    }

    fn plain(&mut self, text: &str) {
        for (at, character) in text.char_indices() {
            let next = text.get(at + character.len_utf8()..).unwrap_or_default();
            let escape = match character {
                '|' => self.place == Place::Cell,
                _ if self.style == Style::Light => false,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '~' | '$' => true,
                '=' => next.starts_with('=') || self.out.ends_with("\\="),
                '!' => next.starts_with('['),
                ':' => next.starts_with("//"),
                '.' => self.out.ends_with("www"),
                _ => false,
            };
            if escape {
                self.out.push('\\');
            }
            self.out.push(character);
        }
    }
}

/// The source of a formula that was made a picture of; it stands in `alt`, with its dollars.
fn drawn_formula(element: &Element<'_>) -> Option<String> {
    if element.attribute("class") != Some("latex") {
        return None;
    }
    let alt = element.attribute("alt")?;
    let alt = alt.replace("&quot;", "\"").replace("&#125;", "}");
    let alt = decoded(&alt.replace("&#58;", ":").replace("&#123;", "{"))?;
    let inner = alt.strip_prefix('$')?.strip_suffix('$')?;
    let inner = match inner.strip_prefix('$') {
        Some(inner) => inner.strip_suffix('$')?,
        None => inner,
    };
    (!inner.is_empty() && inner.trim() == inner).then_some(alt)
}

struct Verbatim<'t> {
    start: usize,
    end: usize,
    /// The mark that Markdown has for it, and what is inside.
    math: Option<(&'static str, &'t str)>,
}

/// The first formula, sound tag or the like in a text.
fn next_verbatim(text: &str) -> Option<Verbatim<'_>> {
    let math = [("\\(", "\\)", "$"), ("\\[", "\\]", "$$")];
    let math = math.iter().filter_map(|(open, close, mark)| {
        let start = text.find(open)?;
        let inner = text.get(start + open.len()..)?;
        let (inner, _) = inner.split_once(close)?;
        let end = start + open.len() + inner.len() + close.len();
        let math = Some((*mark, inner));
        Some(Verbatim { start, end, math })
    });
    let others = VERBATIM.iter().filter_map(|(open, close)| {
        let start = text.find(open)?;
        let inner = text.get(start + open.len()..)?;
        let (inner, _) = inner.split_once(close)?;
        let end = start + open.len() + inner.len() + close.len();
        let math = None;
        Some(Verbatim { start, end, math })
    });
    math.chain(others).min_by_key(|it| it.start)
}

/// Whether `$..$` around the text is read as a formula.
fn is_formula(inner: &str, behind: &str) -> bool {
    !inner.is_empty()
        && inner.trim() == inner
        && !inner.contains(['$', '%'])
        && !behind.starts_with(|it: char| it.is_ascii_digit())
}

pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A line whose beginning Markdown would read as that of a block, with a backslash before it.
fn guarded(line: &str) -> String {
    let digits = line.len()
        - line
            .trim_start_matches(|it: char| it.is_ascii_digit())
            .len();
    let behind = line.get(digits..).unwrap_or_default();
    if (1..10).contains(&digits) && behind.starts_with(['.', ')']) {
        let (number, rest) = line.split_at(digits);
        return format!("{number}\\{rest}");
    }
    if line.starts_with(['#', '+', '-', '>', '=']) {
        return format!("\\{line}");
    }
    line.to_owned()
}
