//! Projects with a matrix: each variant is built as a project of its own that happens to stand in
//! the same files, with its own guids, note types and lock, and what comes of all of them is
//! checked and written together.

mod claims;
mod locks;
mod united;

use std::sync::Arc;

use super::build::{Ready, ready};
use super::stages::{Nesting, whole};
use super::{BuildOptions, Project, Report, Scope, load};
use crate::Error;
use crate::diag::{Diagnostics, Levels, Sources};
use crate::source::manifest;
use crate::source::matrix::{Matrix, Variant};

pub(super) use claims::Claims;
use claims::Rivals;
pub(super) use locks::{is_lock, lock_name, tell_lost_locks};
use united::United;

/// The matrix of a project, if it stands for all variants of one. What is wrong with it is told.
pub(super) fn of(project: &Project, report: &mut Report) -> Result<Option<Matrix>, Error> {
    let is_one = project.variant.is_some() || !matches!(project.scope, Scope::Manifest { .. });
    if is_one || project.files.size(manifest::FILE_NAME)?.is_none() {
        return Ok(None);
    }
    let (mut sources, mut found) = (Sources::new(), Diagnostics::new());
    let file = load::read_text(project, manifest::FILE_NAME, &mut sources, &mut found)?;
    let matrix = file.and_then(|file| manifest::matrix(file, sources.text(file), &mut found));
    // Without one, the project is read as any other, and the same is found there.
    if matrix.is_some() {
        report.sources = sources;
    }
    Ok(matrix)
}

/// The keys of the variants; none where the project has no matrix or is one of its variants.
pub(super) fn keys(project: &Project) -> Result<Vec<String>, Error> {
    let matrix = of(project, &mut Report::default())?;
    let variants = matrix.map(|it| it.variants).unwrap_or_default();
    Ok(variants.into_iter().map(|it| it.key).collect())
}

/// The project as its variant of this key.
pub(super) fn one(project: &Project, key: &str) -> Result<Project, Error> {
    let keys = keys(project)?;
    if !keys.iter().any(|it| it == key) {
        let known = match keys.is_empty() {
            true => "the project has no matrix".to_owned(),
            false => format!("they are `{}`", keys.join("`, `")),
        };
        return Err(Error::usage(format!(
            "`{key}` names no variant of the project: {known}"
        )));
    }
    Ok(as_variant(project, key))
}

/// The project as the variant of a key that it has.
pub(super) fn as_variant(project: &Project, key: &str) -> Project {
    Project {
        variant: Some(Arc::from(key)),
        ..project.clone()
    }
}

/// Builds the variants that the caller wants.
///
/// # Errors
/// Where the caller names a variant that does not exist, or one file for several packages; when a
/// file cannot be read.
pub(super) fn build(
    project: &Project,
    matrix: &Matrix,
    options: &BuildOptions,
    levels: &mut Levels,
    report: &mut Report,
) -> Result<Option<Ready>, Error> {
    let chosen = chosen(matrix, options)?;
    let mut united = United::new(std::mem::take(report), chosen.len());
    let mut rivals = Rivals::new(matrix.span);
    let mut all = Some(Ready::default());
    for (variant, only) in chosen {
        let project = as_variant(project, &variant.key);
        let options = BuildOptions {
            only,
            ..options.clone()
        };
        let mut report = Report::default();
        let nesting = Nesting::default();
        let mut parts = whole(&project, &options, levels, nesting, &mut report)?;
        let claims = parts.as_mut().map(|it| std::mem::take(&mut it.claims));
        let ready = ready(parts, &project, &options, &mut report)?;
        united.take(variant, report);
        if let Some(claims) = claims {
            let targets = ready.iter().flat_map(|it| &it.targets);
            let paths = targets.map(|it| it.path.clone()).collect();
            rivals.take(variant, claims, paths, &mut united.report.diagnostics);
        }
        match (&mut all, ready) {
            (Some(all), Some(ready)) => add(all, ready, variant),
            _ => all = None,
        }
    }
    *report = united.finish();
    Ok(all)
}

/// Puts the packages of a variant behind those of others.
fn add(all: &mut Ready, of_variant: Ready, variant: &Variant) {
    for mut target in of_variant.targets {
        target.name = Some(match target.name {
            Some(name) => format!("{}/{name}", variant.key),
            None => variant.key.clone(),
        });
        all.targets.push(target);
    }
    all.places.extend(of_variant.places);
    for lock in of_variant.locks {
        // A project that each of them includes has one lock.
        if !all.locks.iter().any(|known| known.path == lock.path) {
            all.locks.push(lock);
        }
    }
}

/// The variants that the caller wants, each with the packages that are wanted of it: none stands
/// for all.
fn chosen<'m>(
    matrix: &'m Matrix,
    options: &BuildOptions,
) -> Result<Vec<(&'m Variant, Vec<String>)>, Error> {
    let keys: Vec<&str> = matrix.variants.iter().map(|it| it.key.as_str()).collect();
    let list = || format!("`{}`", keys.join("`, `"));
    let wishes: Vec<(&str, &str)> = options
        .only
        .iter()
        .map(|wish| wish.split_once('/').unwrap_or((wish, "")))
        .collect();
    if let Some((key, _)) = wishes.iter().find(|(key, _)| !keys.contains(key)) {
        return Err(Error::usage(format!(
            "`--only {key}` names no variant of the matrix; it has {}",
            list()
        )));
    }
    let mut found = Vec::new();
    for variant in &matrix.variants {
        let own = wishes.iter().filter(|(key, _)| *key == variant.key);
        let own: Vec<&str> = own.map(|(_, rest)| *rest).collect();
        if own.is_empty() && !wishes.is_empty() {
            continue;
        }
        let only = match own.contains(&"") {
            true => Vec::new(),
            false => own.into_iter().map(str::to_owned).collect(),
        };
        found.push((variant, only));
    }
    if options.output.is_some() && found.len() > 1 {
        return Err(Error::usage(format!(
            "`-o` names one file, and the project has {} variants; choose one by `--only`: {}",
            found.len(),
            list()
        )));
    }
    if options.baseline.is_some() && found.len() > 1 {
        return Err(Error::usage(format!(
            "`--baseline` names the package of one variant; choose it by `--only`: {}",
            list()
        )));
    }
    Ok(found)
}
