//! Which tool files were written for, by signs that no other tool has.

use super::FrontEnd;
use super::blocks::hashtags;
use super::front_matter;
use super::headings::level;
use super::page::Page;
use crate::diag::FileId;

/// A tool that files may have been written for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guess {
    /// The tool.
    pub tool: FrontEnd,
    /// What speaks for it, such as "`START` in notes.md:3".
    pub sign: String,
}

/// The tools that show signs in these files, given by path and text. One is a guess that can be
/// said; of several somebody has to choose; none means that nothing here is known.
#[must_use]
pub fn guess<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Guess> {
    let mut sure: Vec<Guess> = Vec::new();
    let mut weak: Vec<Guess> = Vec::new();
    for (path, text) in files {
        let (inner, body) = front_matter::split(text);
        let page = Page::new(FileId::NONE, text, body);
        let is_text = path
            .rsplit_once('.')
            .is_some_and(|(_, it)| it.eq_ignore_ascii_case("txt"));
        if let Some(inner) = inner {
            let top = page.slice(&inner);
            for (key, tool) in [
                ("cards-deck:", FrontEnd::FlashcardsObsidian),
                ("sr-due:", FrontEnd::ObsidianSpacedRepetition),
                ("name =", FrontEnd::Hashcards),
            ] {
                if top.lines().any(|it| it.starts_with(key)) {
                    note(&mut sure, tool, key, path, 1);
                }
            }
        }
        let offset = text.get(..body).unwrap_or_default().matches('\n').count();
        for line in 0..page.lines.len() {
            let number = line + 1 + offset;
            for (tool, sign) in signs(&page, line, is_text) {
                note(&mut sure, tool, &sign, path, number);
            }
            if level(&page, line) == Some(2) && !is_text {
                let sign = "a heading";
                note(&mut weak, FrontEnd::Mdanki, sign, path, number);
                note(&mut weak, FrontEnd::MarkdownAnkiDecks, sign, path, number);
            }
        }
    }
    // Headings say something only where nothing else does, and `Q:` in a vault is text.
    if sure.is_empty() { weak } else { sure }
}

fn note(found: &mut Vec<Guess>, tool: FrontEnd, sign: &str, path: &str, line: usize) {
    if found.iter().all(|it| it.tool != tool) {
        let sign = format!("`{sign}` in {path}:{line}");
        found.push(Guess { tool, sign });
    }
}

fn signs(page: &Page<'_>, line: usize, is_text: bool) -> Vec<(FrontEnd, String)> {
    let mut found = Vec::new();
    let text = page.line(line);
    let above = line.checked_sub(1).map_or("", |it| page.line(it).trim());
    // The settings of ki stand in code blocks.
    if text.starts_with("guid:") && above.starts_with("```") {
        found.push((FrontEnd::Ki, "guid:".to_owned()));
    }
    if page.open_line(line).is_none() {
        return found;
    }
    let mut sign = |tool, sign: &str| found.push((tool, sign.to_owned()));
    let trimmed = text.trim();
    let apy_keys = ["model:", "nid:", "tags:", "deck:"];
    let is_apy = |it: &&&str| trimmed.starts_with(**it);
    let is_top = line == 0 || level(page, line - 1) == Some(1);
    if let Some(key) = apy_keys.iter().find(is_apy).filter(|_| is_top) {
        sign(FrontEnd::Apy, key);
    }
    if matches!(trimmed, "START" | "ENDI") || text.starts_with("STARTI [") {
        sign(FrontEnd::ObsidianToAnki, "START");
    } else if text.starts_with("TARGET DECK") {
        sign(FrontEnd::ObsidianToAnki, "TARGET DECK");
    }
    if text.contains("<!--SR:") {
        sign(FrontEnd::ObsidianSpacedRepetition, "<!--SR:");
    }
    if let Some(range) = page.lines.get(line).map(|it| it.range.clone()) {
        for tag in hashtags(page, &range) {
            let word = page.slice(&tag);
            let first = word.split('/').next().unwrap_or_default();
            if first == "#flashcards" {
                sign(FrontEnd::ObsidianSpacedRepetition, "#flashcards");
            } else if ["#card", "#card-reverse", "#card-spaced"].contains(&first) {
                sign(FrontEnd::FlashcardsObsidian, first);
            }
        }
    }
    if text.trim_end() == "%" {
        sign(FrontEnd::Mdanki, "%");
    } else if text.starts_with("[#") && text.contains("](") {
        sign(FrontEnd::Mdanki, "[#tag]()");
    } else if text.contains("<!-- notecardId") {
        sign(FrontEnd::Mdanki, "notecardId");
    }
    if text.contains("\\\\(") || text.contains("<h2 markdown") {
        sign(FrontEnd::MarkdownAnkiDecks, "\\\\(");
    }
    let label = text.get(..2).unwrap_or_default();
    if is_text && label.eq_ignore_ascii_case("q:") {
        sign(FrontEnd::SuperMemo, label);
    } else if !is_text && ["Q:", "C:"].contains(&label) {
        sign(FrontEnd::Hashcards, label);
    }
    found
}
