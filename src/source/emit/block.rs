//! Blocks of HTML as Markdown: paragraphs, lists, tables, code, quotes.

use super::html::{Element, Node, decoded};
use super::inline::{Place, Style, inline, longest_run};

const BLOCKS: [&str; 13] = [
    "p",
    "ul",
    "ol",
    "pre",
    "blockquote",
    "table",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];

/// A whole field: one paragraph without tags around it, or blocks alone.
pub(super) fn field(nodes: &[Node<'_>], style: Style) -> Option<String> {
    if nodes.iter().any(is_block) {
        blocks(nodes, style)
    } else {
        inline(nodes, style, Place::Paragraph)
    }
}

fn is_block(node: &Node<'_>) -> bool {
    matches!(node, Node::Element(element) if BLOCKS.contains(&element.name.as_str()))
}

/// Blocks with blank lines between them.
fn blocks(nodes: &[Node<'_>], style: Style) -> Option<String> {
    let parts: Option<Vec<String>> = nodes.iter().map(|node| block(node, style)).collect();
    Some(parts?.join("\n\n"))
}

fn block(node: &Node<'_>, style: Style) -> Option<String> {
    let Node::Element(element) = node else {
        return None;
    };
    let bare = element.attributes.is_empty();
    let children = &element.children;
    match element.name.as_str() {
        "p" if bare => inline(children, style, Place::Paragraph).filter(|it| !it.is_empty()),
        "hr" if bare => Some("***".to_owned()),
        "ul" if bare => list(element, None, style),
        "ol" => match element.attributes.as_slice() {
            [] => list(element, Some(1), style),
            [(name, value)] if name == "start" => list(element, Some(value.parse().ok()?), style),
            _ => None,
        },
        "pre" if bare => code_block(element),
        "blockquote" if bare => {
            let inner = blocks(children, style)?;
            let lines = inner.lines().map(|line| format!("> {line}"));
            let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
            Some(lines.join("\n"))
        }
        "table" if bare => table(element, style),
        name if bare => {
            let level = name.strip_prefix('h')?.parse::<usize>().ok()?;
            let text = inline(children, style, Place::Line)?;
            (1..=6)
                .contains(&level)
                .then(|| format!("{} {text}", "#".repeat(level)))
        }
        _ => None,
    }
}

fn list(element: &Element<'_>, first: Option<u64>, style: Style) -> Option<String> {
    let mut items = Vec::new();
    let mut loose = false;
    for (number, node) in (first.unwrap_or_default()..).zip(&element.children) {
        let Node::Element(item) = node else {
            return None;
        };
        if item.name != "li" || !item.attributes.is_empty() {
            return None;
        }
        let marker = match first {
            None => "- ".to_owned(),
            Some(_) => format!("{number}. "),
        };
        let is_paragraph = |node: &Node<'_>| matches!(node, Node::Element(it) if it.name == "p");
        loose |= item.children.iter().any(is_paragraph);
        let text = list_item(item, style)?;
        let indent = " ".repeat(marker.len());
        let mut lines = text.lines();
        let mut written = format!("{marker}{}", lines.next().unwrap_or_default());
        for line in lines {
            written.push('\n');
            if !line.is_empty() {
                written.push_str(&indent);
                written.push_str(line);
            }
        }
        items.push(written.trim_end().to_owned());
    }
    (!items.is_empty()).then(|| items.join(if loose { "\n\n" } else { "\n" }))
}

/// An item: blocks, or a line of text with blocks right behind it.
fn list_item(item: &Element<'_>, style: Style) -> Option<String> {
    let (task, children) = match item.children.split_first() {
        Some((Node::Element(input), rest)) if input.name == "input" => match input.start {
            r#"<input type="checkbox" checked disabled>"# => ("[x] ", rest),
            r#"<input type="checkbox" disabled>"# => ("[ ] ", rest),
            _ => return None,
        },
        _ => ("", item.children.as_slice()),
    };
    let text_ends = children.iter().position(is_block).unwrap_or(children.len());
    let (text, behind) = children.split_at_checked(text_ends)?;
    let text = inline(text, style, Place::Paragraph)?;
    let mut parts = Vec::new();
    if !text.is_empty() || !task.is_empty() {
        parts.push(format!("{task}{}", text.trim_start()));
    }
    let tight = !parts.is_empty();
    for node in behind {
        parts.push(block(node, style)?);
    }
    Some(parts.join(if tight { "\n" } else { "\n\n" }))
}

fn code_block(element: &Element<'_>) -> Option<String> {
    let [Node::Element(code)] = element.children.as_slice() else {
        return None;
    };
    let language = match code.attributes.as_slice() {
        _ if code.name != "code" => return None,
        [] => "",
        [(name, value)] if name == "class" => value.strip_prefix("language-")?,
        _ => return None,
    };
    let mut text = String::new();
    for node in &code.children {
        match node {
            Node::Text(part) => text.push_str(&decoded(part)?),
            // Its color comes back with the language.
            Node::Element(colored) => match colored.attributes.as_slice() {
                [(name, value)] if name == "class" && value.starts_with("hl-") => {
                    for node in &colored.children {
                        let Node::Text(part) = node else {
                            return None;
                        };
                        text.push_str(&decoded(part)?);
                    }
                }
                _ => return None,
            },
        }
    }
    let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
    Some(format!("{fence}{language}\n{text}\n{fence}"))
}

fn table(element: &Element<'_>, style: Style) -> Option<String> {
    let mut lines = Vec::new();
    for part in &element.children {
        let Node::Element(part) = part else {
            return None;
        };
        let is_head = match part.name.as_str() {
            "thead" if lines.is_empty() => true,
            "tbody" if !lines.is_empty() => false,
            _ => return None,
        };
        for row in &part.children {
            let Node::Element(row) = row else {
                return None;
            };
            let mut line = String::from("|");
            let mut rule = String::from("|");
            for cell in &row.children {
                let Node::Element(cell) = cell else {
                    return None;
                };
                if cell.name != if is_head { "th" } else { "td" } {
                    return None;
                }
                let text = inline(&cell.children, style, Place::Cell)?;
                line.push_str(&format!(" {text} |"));
                rule.push_str(match cell.attribute("align") {
                    Some("left") => " :--- |",
                    Some("center") => " :---: |",
                    Some("right") => " ---: |",
                    _ => " --- |",
                });
            }
            lines.push(line);
            if is_head {
                lines.push(rule);
            }
        }
    }
    (lines.len() >= 2).then(|| lines.join("\n"))
}
