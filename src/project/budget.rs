//! Tells files and packages that are larger than the project allows.

use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{MediaFile, MediaSource, Note};
use crate::source::budget::Budget;

/// How many files a finding names.
const NAMED: usize = 5;

/// Tells of the files that are larger than one may be.
pub(super) fn files(
    budget: &Budget,
    media: &[MediaFile],
    sink: &mut Diagnostics,
) -> Result<(), Error> {
    let Some(most) = &budget.file else {
        return Ok(());
    };
    let mut large = sizes(media)?;
    large.retain(|(bytes, _)| *bytes > most.value);
    if large.is_empty() {
        return Ok(());
    }
    let title = match large.len() {
        1 => "a media file is larger than the budget".to_owned(),
        count => format!("{count} media files are larger than the budget"),
    };
    let found = Diagnostic::new(Code::BudgetFile, title).at(most.span, "at most this");
    sink.push(named(found, &large).help("make the files smaller, or raise `budget: {file: ..}`"));
    Ok(())
}

/// Tells of a package that holds more than one may: the bytes of its files and of its notes' text.
pub(super) fn package<'n>(
    budget: &Budget,
    name: &str,
    notes: impl Iterator<Item = &'n Note>,
    media: &[MediaFile],
    sink: &mut Diagnostics,
) -> Result<(), Error> {
    let Some(most) = &budget.package else {
        return Ok(());
    };
    let large = sizes(media)?;
    let text: usize = notes
        .map(|it| it.fields.iter().map(str::len).sum::<usize>())
        .sum();
    let text = u64::try_from(text).unwrap_or(u64::MAX);
    let bytes = large
        .iter()
        .map(|(bytes, _)| *bytes)
        .fold(text, u64::saturating_add);
    if bytes <= most.value {
        return Ok(());
    }
    let title = format!("{name} holds {}", words(bytes));
    let found = Diagnostic::new(Code::BudgetPackage, title)
        .at(most.span, "at most this")
        .note("a phone needs this much free space to import it, beside the package itself");
    sink.push(
        named(found, &large).help(
            "make the largest files smaller, split the package with `output`, or raise `budget: {package: ..}`",
        ),
    );
    Ok(())
}

/// The sizes and names of the files, the largest first.
fn sizes(media: &[MediaFile]) -> Result<Vec<(u64, &str)>, Error> {
    let mut sizes = Vec::with_capacity(media.len());
    for file in media {
        let bytes = match &file.source {
            MediaSource::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            MediaSource::Project(files, path) => files.size(path)?.unwrap_or_default(),
            // From the cache, or made once more; only a project with a budget asks.
            MediaSource::Made(made) => u64::try_from(made.bytes()?.len()).unwrap_or(u64::MAX),
            MediaSource::Path(_) => 0,
        };
        sizes.push((bytes, file.name.as_str()));
    }
    sizes.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    Ok(sizes)
}

fn named(mut found: Diagnostic, sizes: &[(u64, &str)]) -> Diagnostic {
    for (bytes, name) in sizes.iter().take(NAMED) {
        found = found.note(format!("`{name}` has {}", words(*bytes)));
    }
    match sizes.len().saturating_sub(NAMED) {
        0 => found,
        more => found.note(format!("and {more} smaller ones")),
    }
}

/// A size in the largest unit that it fills.
fn words(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit);
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(unit, word)| {
            let tenths = bytes / (unit / 10);
            format!("{}.{} {word}", tenths / 10, tenths % 10)
        },
    )
}
