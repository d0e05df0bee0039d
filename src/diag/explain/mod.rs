//! A page for each code: what it means, what a learner would see otherwise, and a small example
//! with its mend.
//!
//! The pages are the files beside this one, `E0301.md` and so on, compiled in. `deckle explain`,
//! docs/diagnostics.md and the rules of a SARIF log are made of them, and the tests build their
//! examples. A page is Markdown: a few sentences, and fenced blocks whose first line names a
//! file. `yaml bad notes.yaml` is part of the example that makes the finding, `yaml good
//! notes.yaml` of its mend, `yaml notes.yaml` of both. HTML comments are for the tests alone.

use std::fmt::Write as _;

use super::{Code, Severity};

macro_rules! pages {
    ($($id:ident)*) => {
        &[$((stringify!($id), include_str!(concat!(stringify!($id), ".md")))),*]
    };
}

/// Code and page, in the order of the numbers.
#[rustfmt::skip]
const PAGES: &[(&str, &str)] = pages! {
    E0101 E0102 E0103 E0104 E0105 W0106 E0107 E0108 E0109 E0110 E0111 E0112
    E0113 E0114 E0115 W0116 W0117 E0118 E0119 E0120 E0121 E0122 W0123 E0124
    W0125 E0126 E0127 E0128 E0130 E0131 E0132 E0133 W0134 E0135 E0136 W0137 E0138
    W0139 W0140 E0150 W0151 W0152 E0153 E0154 W0155 W0160 W0161 W0162 W0163
    W0164 W0165 W0170 W0171 E0172 E0173 E0174 W0175 E0176
    E0177 E0178 W0179
    E0190
    E0201 E0202 E0203 E0204 E0205 E0206 E0207 W0208 E0209 W0210 E0211 E0212
    E0213 E0214 E0215 E0216 E0217 E0218
    E0301 E0302 E0303 E0304 W0305 E0306 E0307 E0308 E0309 W0310 W0311 E0312
    W0317 W0318 E0320 W0321 W0322 W0323 W0324 W0325 W0326 W0327 W0328 E0329
    W0330 W0331 W0333 W0334
    W0340 E0341 W0342 W0343 W0345 W0346 W0347 W0348 W0349 W0351 W0355
    W0356 E0360 W0361 W0362 E0363 E0364 E0365 W0366 W0369
    E0401 E0402 E0403 E0404 E0405 W0406 W0407 W0408 E0411
    E0501 E0502 E0503 E0504 W0505 E0506 E0507 W0508 W0509 E0510 W0511 W0512
    W0513 W0514 W0515 W0516 W0517 W0520 E0521 E0522 W0523 E0524 W0525 W0526
    E0527 E0530 E0531 W0532 E0540 E0541 E0542 E0543 W0544 W0545 E0546 E0547
    W0548
    E0601 E0602 W0603 W0604
    E0701 E0702 W0703 W0704 W0705 E0706 W0721 E0722 W0723 W0724 W0725 W0726
    W0731
    E0810 W0811
    E0905
};

/// How wide the text of a page is for people, in characters.
const WIDTH: usize = 80;

/// The page of a code as plain text, ready for a terminal, without a line break at its end.
#[must_use]
pub fn explain(code: Code) -> String {
    let letter = match code.severity() {
        Severity::Error => "error",
        _ => "warning",
    };
    let mut page = format!("{letter}[{}] {}\n", code.id(), code.name());
    let mut paragraphs = vec![wrapped(code.summary())];
    for part in code.explanation().map(parts).unwrap_or_default() {
        paragraphs.push(match part {
            Part::Prose(text) => wrapped(text),
            Part::Block {
                role, file, text, ..
            } => {
                let lines = text.lines().map(|line| format!("    {line}"));
                let lines: Vec<String> = lines.map(|it| it.trim_end().to_owned()).collect();
                format!("{} {file}:\n\n{}", role.word(), lines.join("\n"))
            }
        });
    }
    for paragraph in paragraphs {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n{paragraph}\n");
    }
    page.truncate(page.trim_end().len());
    page
}

/// The page of a code as Markdown that any program shows rightly, without a heading and without
/// the summary.
#[must_use]
pub fn explain_markdown(code: Code) -> String {
    let mut page = String::new();
    for part in code.explanation().map(parts).unwrap_or_default() {
        let _ = match part {
            Part::Prose(text) => write!(page, "{text}\n\n"),
            Part::Block {
                role,
                language,
                file,
                fence,
                text,
            } => {
                let word = role.word();
                write!(
                    page,
                    "{word} `{file}`:\n\n{fence}{language}\n{text}{fence}\n\n"
                )
            }
        };
    }
    page.truncate(page.trim_end().len());
    page
}

pub(super) fn page(id: &str) -> Option<&'static str> {
    PAGES
        .iter()
        .find(|(it, _)| *it == id)
        .map(|(_, page)| *page)
}

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
enum Part<'p> {
    /// A paragraph.
    Prose(&'p str),
    /// A file of an example.
    Block {
        role: Role,
        language: &'p str,
        file: &'p str,
        fence: &'p str,
        /// Whole lines.
        text: &'p str,
    },
}

/// What a file is an example of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Bad,
    Good,
    Both,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Bad => "Wrong,",
            Self::Good => "Right,",
            Self::Both => "With",
        }
    }
}

fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.starts_with("```") {
            let info = line.trim_start_matches('`');
            let fence = line.get(..line.len() - info.len()).unwrap_or_default();
            let close = format!("{fence}\n");
            let length = if behind.starts_with(&close) {
                0
            } else {
                behind
                    .find(&format!("\n{close}"))
                    .map_or(behind.len(), |it| it + 1)
            };
            let (text, end) = behind.split_at_checked(length).unwrap_or((behind, ""));
            parts.push(block(info, fence, text));
            rest = end.strip_prefix(&close).unwrap_or(end);
        } else {
            if !line.is_empty() && !line.starts_with("<!--") {
                parts.push(Part::Prose(line));
            }
            rest = behind;
        }
    }
    parts
}

fn block<'p>(info: &'p str, fence: &'p str, text: &'p str) -> Part<'p> {
    let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
    let (role, file) = match rest.split_once(' ') {
        Some(("bad", file)) => (Role::Bad, file),
        Some(("good", file)) => (Role::Good, file),
        _ => (Role::Both, rest),
    };
    Part::Block {
        role,
        language,
        file,
        fence,
        text,
    }
}

/// A paragraph in lines that fit; a word that does not stands alone.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_page() {
        for code in Code::ALL {
            let id = code.id();
            assert!(
                code.explanation().is_some_and(|it| it.len() > 80),
                "{id} has no page: write src/diag/explain/{id}.md (see E0203.md for one), and put {id} into the \
                 list `PAGES` of src/diag/explain/mod.rs"
            );
        }
        for (id, _) in PAGES {
            assert!(Code::parse(id).is_some(), "a page of no code: {id}");
        }
        assert_eq!(PAGES.len(), Code::ALL.len());
    }

    #[test]
    fn a_page_is_taken_apart() {
        let page = "<!-- base: x -->\nSome `prose`.\n\n```yaml bad a.yaml\n- x\n\n- y\n```\n````md b.md\n```\n````\nEnd.\n";
        let parts = parts(page);
        let Part::Block {
            role, file, text, ..
        } = &parts[1]
        else {
            panic!("{parts:?}");
        };
        assert_eq!((*role, *file, *text), (Role::Bad, "a.yaml", "- x\n\n- y\n"));
        let Part::Block { role, text, .. } = &parts[2] else {
            panic!("{parts:?}");
        };
        assert_eq!((*role, *text), (Role::Both, "```\n"));
        assert_eq!(
            (&parts[0], &parts[3]),
            (&Part::Prose("Some `prose`."), &Part::Prose("End."))
        );
        assert_eq!(parts.len(), 4);
    }

    #[test]
    fn a_page_reads_well_in_a_terminal() {
        let text = explain(Code::DuplicateId);
        assert!(
            text.starts_with("error[E0203] duplicate-id\n\nTwo notes have one id;"),
            "{text}"
        );
        assert!(
            text.contains("\n\nWrong, notes.yaml:\n\n    - {id: pump"),
            "{text}"
        );
        for code in Code::ALL {
            let text = explain(*code);
            assert!(
                !text.contains("\n<!-- ") && !text.contains("\n```"),
                "{text}"
            );
        }
    }
}
