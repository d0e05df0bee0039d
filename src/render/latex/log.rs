//! What TeX says of a document: its errors with their lines.

/// An error that TeX told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TexComplaint {
    /// The line in the document, from 1; `None` where TeX names none.
    pub(super) line: Option<usize>,
    /// What it says, without file and line.
    pub(super) message: String,
    /// The text at which TeX stopped reading, where it shows it.
    pub(super) stopped_at: String,
}

/// Messages are cut at this many characters.
const LONGEST: usize = 200;

/// The errors in what TeX wrote to its terminal or log under `-file-line-error`, where the document
/// is called `name`.
pub(super) fn complaints(log: &str, name: &str) -> Vec<TexComplaint> {
    let mut found: Vec<TexComplaint> = Vec::new();
    let mut open = false;
    for line in log.lines() {
        if let Some(told) = located(line, name).or_else(|| unlocated(line)) {
            found.push(told);
            open = true;
        } else if let (true, Some(at)) = (open, line.strip_prefix("l.")) {
            let text = at.trim_start_matches(|it: char| it.is_ascii_digit());
            if let Some(last) = found.last_mut() {
                last.stopped_at = cut(text.trim());
            }
            open = false;
        }
    }
    found
}

/// `./name:12: message`.
fn located(line: &str, name: &str) -> Option<TexComplaint> {
    let rest = line.strip_prefix("./").unwrap_or(line);
    let rest = rest.strip_prefix(name)?.strip_prefix(':')?;
    let (number, message) = rest.split_once(": ")?;
    Some(TexComplaint {
        line: Some(number.parse().ok()?),
        message: cut(message),
        stopped_at: String::new(),
    })
}

/// `! message`, as TeX writes where it is in no file; also a message in a file of a package, which
/// is named as `/path/file.sty:12: message`.
fn unlocated(line: &str) -> Option<TexComplaint> {
    let message = match line.strip_prefix("! ") {
        Some(message) => message,
        None => {
            let (place, message) = line.split_once(": ")?;
            let (file, number) = place.rsplit_once(':')?;
            let is_file = file.contains('.') && !file.contains(' ') && !file.is_empty();
            if !is_file || number.is_empty() || number.contains(|it: char| !it.is_ascii_digit()) {
                return None;
            }
            message
        }
    };
    Some(TexComplaint {
        line: None,
        message: cut(message),
        stopped_at: String::new(),
    })
}

fn cut(text: &str) -> String {
    let text = text.strip_prefix("LaTeX Error: ").unwrap_or(text);
    let text: String = text.chars().filter(|it| !it.is_control()).collect();
    let mut short: String = text.trim().chars().take(LONGEST).collect();
    if short.ends_with('.') && !short.ends_with("..") {
        short.pop();
    }
    short
}

/// The number of pages that TeX says it wrote.
pub(super) fn pages(log: &str) -> usize {
    let behind = log
        .rsplit_once("Output written on ")
        .and_then(|(_, behind)| behind.split_once(" ("));
    let digits = behind.map_or("", |(_, it)| it);
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The file that a package lacks: `` File `chemfig.sty' not found ``.
pub(super) fn missing_file(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("File `")?;
    let (file, behind) = rest.split_once('\'')?;
    behind.starts_with(" not found").then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOG: &str = "This is pdfTeX\n(./d.tex\nLaTeX2e <2022-11-01>\n\
        ./d.tex:12: Undefined control sequence.\nl.12 $\\foo\n          $\n\
        ./d.tex:15: LaTeX Error: \\begin{a} on input line 14 ended by \\end{document}.\n\n\
        See the LaTeX manual\n ...                                              \n\nl.15 \\end{document}\n\
        ! LaTeX Error: File `chemfig.sty' not found.\n\
        Output written on d.dvi (17 pages, 364 bytes).\nTranscript written on d.log.\n";

    #[test]
    fn errors_have_their_lines() {
        let told: Vec<_> = complaints(LOG, "d.tex")
            .into_iter()
            .map(|it| format!("{:?} {} | {}", it.line, it.message, it.stopped_at))
            .collect();
        assert_eq!(
            told,
            [
                "Some(12) Undefined control sequence | $\\foo",
                "Some(15) \\begin{a} on input line 14 ended by \\end{document} | \\end{document}",
                "None File `chemfig.sty' not found | ",
            ]
        );
        assert_eq!(pages(LOG), 17);
        assert_eq!(pages("No pages of output."), 0);
        assert_eq!(
            missing_file("File `chemfig.sty' not found"),
            Some("chemfig.sty")
        );
    }

    proptest! {
        #[test]
        fn any_log_is_read(log in "(\\PC|\n|! |\\./d\\.tex:|l\\.){0,60}") {
            let _ = (complaints(&log, "d.tex"), pages(&log), missing_file(&log));
        }
    }
}
