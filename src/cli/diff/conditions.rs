//! The conditions of `--fail-if`.

use deckle::package::{Difference, Measure};
use deckle::{Error, ErrorKind};

/// Such as `removed>5`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Condition {
    measure: Measure,
    comparison: Comparison,
    number: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    More,
    AtLeast,
    Exactly,
}

impl Condition {
    pub(super) fn parse(typed: &str) -> Result<Self, Error> {
        let wrong = |why: String| Err(Error::new(ErrorKind::Usage(why)));
        let Some(at) = typed.find(['>', '=']) else {
            return wrong(format!(
                "the condition `{typed}` compares nothing; it must be like `removed>5`, \
                 `updated>=1` or `conflicting=0`"
            ));
        };
        let (name, rest) = typed.split_at(at);
        let (comparison, number) = if let Some(number) = rest.strip_prefix(">=") {
            (Comparison::AtLeast, number)
        } else if let Some(number) = rest.strip_prefix('>') {
            (Comparison::More, number)
        } else {
            (Comparison::Exactly, rest.trim_start_matches('='))
        };
        let name = name.trim();
        let Some(measure) = Measure::from_name(name) else {
            let names: Vec<&str> = Measure::ALL.iter().map(|it| it.name()).collect();
            return wrong(format!(
                "`{name}` is nothing that can be counted; these can: {}",
                names.join(", ")
            ));
        };
        match number.trim().parse() {
            Ok(number) => Ok(Self {
                measure,
                comparison,
                number,
            }),
            Err(_) => wrong(format!(
                "`{}` in the condition `{typed}` must be a whole number",
                number.trim()
            )),
        }
    }

    /// In a sentence, that it holds for one of the clients at least.
    pub(super) fn holds(&self, differences: &[Difference]) -> Option<String> {
        let (sign, test): (_, fn(usize, usize) -> bool) = match self.comparison {
            Comparison::More => (">", |found, number| found > number),
            Comparison::AtLeast => (">=", |found, number| found >= number),
            Comparison::Exactly => ("=", |found, number| found == number),
        };
        differences.iter().find_map(|difference| {
            let found = difference.count(self.measure);
            let name = self.measure.name();
            test(found, self.number).then(|| {
                format!(
                    "{name} is {found}, and `{name}{sign}{}` was to fail",
                    self.number
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read() {
        let check = |typed: &str, expect: Result<(Measure, Comparison, usize), &str>| {
            let parsed = Condition::parse(typed).map_err(|error| error.to_string());
            match (parsed, expect) {
                (Ok(found), Ok((measure, comparison, number))) => {
                    assert_eq!(
                        found,
                        Condition {
                            measure,
                            comparison,
                            number
                        }
                    );
                }
                (Err(found), Err(part)) => assert!(found.contains(part), "{found}"),
                (found, _) => panic!("{typed}: {found:?}"),
            }
        };
        check("removed>5", Ok((Measure::Removed, Comparison::More, 5)));
        check(
            " media-kept >= 1 ",
            Ok((Measure::MediaKept, Comparison::AtLeast, 1)),
        );
        check("added=0", Ok((Measure::Added, Comparison::Exactly, 0)));
        check("added==0", Ok((Measure::Added, Comparison::Exactly, 0)));
        check("removed", Err("compares nothing"));
        check("gone>1", Err("these can: added, updated"));
        check("removed>few", Err("`few`"));
        check("removed>-1", Err("`-1`"));
        check("", Err("compares nothing"));
    }
}
