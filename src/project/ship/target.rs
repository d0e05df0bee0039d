//! A target of `ship`, and which packages go there.

use crate::Error;
use crate::project::Built;
use crate::source::ship::{Channel, Via};

/// A place that the project declares for its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShipTarget {
    /// What it is called in the project file.
    pub name: String,
    /// How packages get there.
    pub via: Via,
    /// Of a project with a matrix, the variant whose packages go there.
    pub variant: Option<String>,
    /// Which packages go there, by name; empty for all.
    outputs: Vec<String>,
}

impl ShipTarget {
    pub(super) fn of(channel: &Channel, variant: Option<&str>) -> Self {
        Self {
            name: channel.name.value.clone(),
            via: channel.via.clone(),
            variant: variant.map(str::to_owned),
            outputs: channel.outputs.iter().map(|it| it.value.clone()).collect(),
        }
    }

    /// The names by which a package can be chosen: its own, and that in its variant. `None` where
    /// it is another variant's.
    fn names<'n>(&self, package: Option<&'n str>) -> Option<Vec<&'n str>> {
        let Some(variant) = &self.variant else {
            return Some(package.into_iter().collect());
        };
        let name = package?;
        let rest = name.strip_prefix(variant.as_str())?;
        match rest.strip_prefix('/') {
            Some(rest) => Some(vec![name, rest]),
            None => rest.is_empty().then(|| vec![name]),
        }
    }

    /// The packages that go there.
    pub(super) fn chosen<'b>(&self, built: &'b [Built]) -> Result<Vec<&'b Built>, Error> {
        let own = |it: &&Built| self.names(it.name.as_deref()).is_some();
        let own: Vec<&Built> = built.iter().filter(own).collect();
        if self.outputs.is_empty() {
            return Ok(own);
        }
        let means = |built: &Built, wish: &str| {
            let names = self.names(built.name.as_deref()).unwrap_or_default();
            names.iter().any(|name| {
                let rest = name.strip_prefix(wish);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        for wish in &self.outputs {
            if !own.iter().any(|it| means(it, wish)) {
                let names = own.iter().filter_map(|it| it.name.as_deref());
                let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
                let known = match names.is_empty() {
                    true => "it has one package without a name".to_owned(),
                    false => format!("it has {}", names.join(", ")),
                };
                return Err(Error::usage(format!(
                    "`output` of the target `{}` in deckle.yaml names `{wish}`, which is no package of the project; {known}",
                    self.name
                )));
            }
        }
        let wanted = |it: &&Built| self.outputs.iter().any(|wish| means(it, wish));
        Ok(own.into_iter().filter(wanted).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::source::ship::ShipFolder;

    #[test]
    fn a_target_takes_what_its_output_names() {
        let check = |variant: Option<&str>, outputs: &[&str], names: &[&str], expect: &[&str]| {
            let target = ShipTarget {
                name: "phone".to_owned(),
                via: Via::Folder(ShipFolder {
                    path: String::new(),
                    page: true,
                }),
                variant: variant.map(str::to_owned),
                outputs: outputs.iter().map(|it| (*it).to_owned()).collect(),
            };
            let built = |name: &&str| Built {
                name: Some((*name).to_owned()),
                path: PathBuf::new(),
                changed: true,
                bytes: 0,
                notes: 0,
                cards: 0,
                media: 0,
            };
            let built: Vec<Built> = names.iter().map(built).collect();
            let chosen = target.chosen(&built).map(|found| {
                let names = found.iter().filter_map(|it| it.name.clone());
                names.collect::<Vec<_>>().join(" ")
            });
            assert_eq!(
                chosen.unwrap_or("error".to_owned()),
                expect.join(" "),
                "{outputs:?}"
            );
        };
        check(None, &[], &["a", "b"], &["a", "b"]);
        check(None, &["b"], &["a", "b", "b/x", "bc"], &["b", "b/x"]);
        check(None, &["c"], &["a", "b"], &["error"]);
        check(
            Some("de"),
            &[],
            &["de", "de/x", "den", "fr"],
            &["de", "de/x"],
        );
        check(Some("de"), &["x"], &["de/x", "de/y", "fr/x"], &["de/x"]);
        check(Some("de"), &["de/y"], &["de/x", "de/y"], &["de/y"]);
    }
}
