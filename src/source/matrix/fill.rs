//! `{{=name}}` in the texts of a YAML tree becomes what it stands for in a variant.

use std::collections::BTreeMap;

use super::Variant;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Text, TextBuilder, nearest};
use crate::source::note_types::next_variable;
use crate::source::yaml::{Node, Scalar, Value, decode};

/// What becomes of a name that stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unknown {
    /// It is told.
    Tell,
    /// It stays: it may be a variable of the note type.
    Keep,
}

impl Variant {
    /// Puts the variables of all texts below a node into their places, those of keys included.
    /// The depth of a tree is limited where it is read.
    pub fn fill(&self, node: &mut Node, unknown: Unknown, sink: &mut Diagnostics) {
        match &mut node.value {
            Value::Null => {}
            Value::Scalar(scalar) => {
                self.fill_text(scalar, unknown, sink);
            }
            Value::Sequence(items) => {
                for item in items {
                    self.fill(item, unknown, sink);
                }
            }
            Value::Mapping(entries) => {
                let mut changed = false;
                for entry in entries.iter_mut() {
                    changed |= self.fill_text(&mut entry.key, unknown, sink);
                    self.fill(&mut entry.value, unknown, sink);
                }
                if changed {
                    let keys = entries.iter().map(|it| (it.name(), it.key_span()));
                    self.tell_doubled(keys, sink);
                }
            }
        }
    }

    /// Whether the text is another one now.
    pub fn fill_text(&self, scalar: &mut Scalar, unknown: Unknown, sink: &mut Diagnostics) -> bool {
        let text = &scalar.text;
        let Some(first) = next_variable(text.as_str(), 0) else {
            return false;
        };
        let start = text.span(0..0);
        let mut built = TextBuilder::new(start.file, start.range().start);
        let mut kept = 0;
        let mut next = Some(first);
        while let Some((tag, name)) = next {
            let written = text.slice(name);
            next = next_variable(text.as_str(), tag.end);
            match self.variable(written.as_str()) {
                Some(value) => {
                    built.push_text(&text.slice(kept..tag.start));
                    // What is wrong with it is told where it is used.
                    built.push(value.as_str(), text.span(tag.clone()).range());
                    kept = tag.end;
                }
                None if unknown == Unknown::Tell => sink.push(self.unknown(&written)),
                None => {}
            }
        }
        if kept == 0 {
            return false;
        }
        built.push_text(&text.slice(kept..text.as_str().len()));
        scalar.text = built.finish();
        true
    }

    fn unknown(&self, name: &Text) -> Diagnostic {
        let (span, name) = (name.whole(), name.as_str());
        let title = format!("the matrix has no variable `{name}`");
        let found = Diagnostic::new(Code::MatrixVariable, title).at(span, "no such variable");
        let names: Vec<&str> = self.variables.iter().map(|(it, _)| it.as_str()).collect();
        match nearest(name, names.iter().copied()) {
            Some(near) => found.fix("a variable with a similar name exists", span, near),
            None => found.help(format!("the variables are {}", decode::enumeration(&names))),
        }
    }

    /// Keys that differ as they are written may be one in a variant.
    fn tell_doubled<'k>(
        &self,
        keys: impl Iterator<Item = (&'k str, Span)>,
        sink: &mut Diagnostics,
    ) {
        let mut known: BTreeMap<&str, Span> = BTreeMap::new();
        for (key, span) in keys {
            let Some(first) = known.insert(key, span) else {
                continue;
            };
            let title = format!("the key `{key}` stands twice in the variant `{}`", self.key);
            sink.push(
                Diagnostic::new(Code::DuplicateKey, title)
                    .at(span, "the second one")
                    .also(first, "the first one"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;
    use crate::source::{soup, yaml};

    fn variant() -> Variant {
        let text = |value: &str| Text::verbatim(value, Sources::new().add("deckle.yaml", ""), 7);
        Variant {
            key: "de".to_owned(),
            variables: vec![
                ("lang".to_owned(), text("de")),
                ("name".to_owned(), text("Deutsch {{=lang}}")),
                ("none".to_owned(), text("")),
            ],
            edition: "de".to_owned(),
            span: Span::NONE,
        }
    }

    fn filled(source: &str, unknown: Unknown) -> (Node, Vec<String>) {
        let file = Sources::new().add("deckle.yaml", source);
        let mut sink = Diagnostics::new();
        let mut node = yaml::parse(file, source, 0, &mut sink).remove(0);
        variant().fill(&mut node, unknown, &mut sink);
        let told = sink.iter().map(|it| it.message.clone()).collect();
        (node, told)
    }

    #[test]
    fn names_become_what_they_stand_for() {
        let check = |source: &str, expect: &str, told: &[&str]| {
            let (node, found) = filled(source, Unknown::Tell);
            assert_eq!(node.as_text().unwrap().as_str(), expect, "{source}");
            assert_eq!(found, told, "{source}");
        };
        check("a {{=lang}} b", "a de b", &[]);
        check("'{{= lang }}{{=lang}}'", "dede", &[]);
        check("'{{=name}}'", "Deutsch {{=lang}}", &[]);
        check("'[{{=none}}]'", "[]", &[]);
        check(
            "'{{lang}} {{=}} {{=<% %>=}}'",
            "{{lang}} {{=}} {{=<% %>=}}",
            &[],
        );
        check("'{{{{=lang}}}}'", "{{de}}", &[]);
        check("|\n  a\n  {{=lang}}é\n", "a\ndeé\n", &[]);
        check(
            "'{{=lagn}} {{=lang}}'",
            "{{=lagn}} de",
            &["the matrix has no variable `lagn`"],
        );
        let (node, found) = filled("'{{=own}}'", Unknown::Keep);
        assert_eq!(node.as_text().unwrap().as_str(), "{{=own}}");
        assert!(found.is_empty());
    }

    #[test]
    fn a_value_is_pointed_at_where_it_is_used() {
        let (node, _) = filled("x {{=lang}} y", Unknown::Tell);
        let text = node.as_text().unwrap();
        assert_eq!(text.whole().range(), 0..13);
        assert_eq!(text.span(2..4).range(), 2..11);
        assert_eq!(text.span(5..6).range(), 12..13);
    }

    #[test]
    fn keys_are_filled_and_may_meet() {
        let (node, told) = filled("{'{{=lang}}': 1, de: 2}", Unknown::Tell);
        let Value::Mapping(entries) = &node.value else {
            panic!("{node:?}");
        };
        assert_eq!(entries[0].name(), "de");
        assert_eq!(told, ["the key `de` stands twice in the variant `de`"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in "[{=} a-z\"'é\\\\n:-]{0,40}",
            soup in soup::yaml(&[&["{{=lang}}", "{{=", "{{=none}}", "'{{=name}}'", "}}", "é"]]),
        ) {
            for source in [text, soup] {
                let file = Sources::new().add("deckle.yaml", source.as_str());
                let mut sink = Diagnostics::new();
                for mut node in yaml::parse(file, &source, 0, &mut sink) {
                    variant().fill(&mut node, Unknown::Tell, &mut sink);
                    if let Some(text) = node.as_text() {
                        let end = text.as_str().len();
                        prop_assert!(text.span(0..end).range().end <= source.len());
                    }
                }
            }
        }
    }
}
