//! Findings as a log of SARIF 2.1.0, the form that code hosts and editors take from any checker.
//!
//! Written from the OASIS standard: one run; the rules are the codes that occur, with their pages
//! as help; regions count columns in UTF-16 units from 1, and the end is the first unit behind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Code, Diagnostic, Diagnostics, Fix, Severity, Sources, Span, explain};

/// All findings as one JSON document, without a line break at its end. Addresses of files are
/// relative to the repository's top, from which `folder` is the way to the project (`""` where
/// they are one).
#[must_use]
pub fn render_sarif(diagnostics: &Diagnostics, sources: &Sources, folder: &str) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|it| it.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let index: BTreeMap<Code, usize> = codes.iter().copied().zip(0..).collect();
    let log = Log { sources, folder };
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|it| log.result(it, index.get(&it.code).copied().unwrap_or(0)))
        .collect();
    let rules: Vec<Value> = codes.into_iter().map(rule).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "deckle",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
    .to_string()
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": {"text": code.summary()},
        "help": {"text": explain::explain(code), "markdown": explain::explain_markdown(code)},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

struct Log<'a> {
    sources: &'a Sources,
    folder: &'a str,
}

impl Log<'_> {
    fn result(&self, found: &Diagnostic, rule: usize) -> Value {
        let mut result = json!({
            "ruleId": found.code.id(),
            "ruleIndex": rule,
            "level": level(found.severity),
            "message": {"text": super::in_words(found)},
        });
        let place = self.location(found.span());
        if let Some(place) = place {
            result["locations"] = json!([place]);
        }
        let primary = found.labels.iter().position(|it| it.primary);
        let others = found.labels.iter().enumerate();
        let others = others.filter(|(at, _)| Some(*at) != primary);
        let related: Vec<Value> = others
            .filter_map(|(_, label)| {
                let mut place = self.location(label.span)?;
                if !label.text.is_empty() {
                    place["message"] = json!({"text": label.text});
                }
                Some(place)
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        if let Some(fix) = found.fix.as_ref().filter(|it| !it.edits.is_empty()) {
            result["fixes"] = json!([self.fix(fix)]);
        }
        result
    }

    fn location(&self, span: Span) -> Option<Value> {
        Some(json!({"physicalLocation": {
            "artifactLocation": self.artifact(span)?,
            "region": self.region(span)?,
        }}))
    }

    fn artifact(&self, span: Span) -> Option<Value> {
        let path = self.sources.get(span.file)?.path();
        Some(json!({"uri": uri(&super::below(self.folder, path))}))
    }

    fn region(&self, span: Span) -> Option<Value> {
        let (start_line, start_column) = self.sources.utf16(span.file, span.start as usize)?;
        let (end_line, end_column) = self.sources.utf16(span.file, span.end as usize)?;
        Some(json!({
            "startLine": start_line,
            "startColumn": start_column,
            "endLine": end_line,
            "endColumn": end_column,
        }))
    }

    fn fix(&self, fix: &Fix) -> Value {
        let mut changes: Vec<(Span, Vec<Value>)> = Vec::new();
        for (span, text) in &fix.edits {
            let Some(region) = self.region(*span) else {
                continue;
            };
            let replacement = json!({"deletedRegion": region, "insertedContent": {"text": text}});
            match changes.iter_mut().find(|(it, _)| it.file == span.file) {
                Some((_, replacements)) => replacements.push(replacement),
                None => changes.push((*span, vec![replacement])),
            }
        }
        let changes = changes.into_iter().map(|(span, replacements)| {
            json!({"artifactLocation": self.artifact(span), "replacements": replacements})
        });
        let changes: Vec<Value> = changes.collect();
        json!({"description": {"text": fix.message}, "artifactChanges": changes})
    }
}

/// A relative path as a relative reference: what is no plain character is percent-encoded.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_utf_16_and_addresses_are_encoded() {
        let mut sources = Sources::new();
        let file = sources.add("Übung 1/a:b.md", "x\n😀é![](p.png)\n");
        let at = |range| Span::new(file, range);
        let mut found = Diagnostics::new();
        found.push(
            Diagnostic::new(Code::MediaMissing, "file not found")
                .at(at(12..17), "here")
                .also(at(0..1), "and there")
                .fix("did you mean", at(12..17), "q.png"),
        );
        found.push(Diagnostic::new(Code::RenderedAnew, "all").info());
        let log: Value = serde_json::from_str(&render_sarif(&found, &sources, "d")).unwrap();
        let run = &log["runs"][0];
        let result = &run["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            place["artifactLocation"]["uri"],
            "d/%C3%9Cbung%201/a%3Ab.md"
        );
        let region = json!({"startLine": 2, "startColumn": 8, "endLine": 2, "endColumn": 13});
        assert_eq!(place["region"], region);
        assert_eq!(
            result["relatedLocations"][0]["message"]["text"],
            "and there"
        );
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["replacements"][0]["deletedRegion"], region);
        assert_eq!(
            change["replacements"][0]["insertedContent"]["text"],
            "q.png"
        );
        let second = &run["results"][1];
        assert_eq!(
            (&second["level"], &second["ruleIndex"]),
            (&json!("note"), &json!(1))
        );
        assert!(second.get("locations").is_none());
        assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "W0726");
    }
}
