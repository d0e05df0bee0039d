"""The judge: what the real Anki, and the format's own rules, say about packages.

Takes the paths of packages as arguments, or as a JSON list on standard input, and
prints one JSON object a package, one a line: the backend's version, what the import
counted, and every broken promise with its rule. Runs with the Python of a venv that
holds `anki`; one process judges all packages, because starting Anki is what costs.

The rules are explained in RULES. `dump.py` prints a package's rows as text.
"""

import json
import sys

import anki.buildinfo

import backend
import structure
from dump import Package, Unreadable

RULES = {
    "readable": "the file is a zip with a schema 11 database and a media map",
    "archive": "a name, entries and compression that every Anki reads",
    "entry-order": "media 0, 1, 2... come first, the database last",
    "entry-date": "every entry has the first date that a zip can hold",
    "media-map": "names and entries of media match one to one",
    "media-name": "media names are short, lower case and in normal form",
    "media-missing": "every file that a note asks for arrives with its bytes",
    "media-unused": "something asks for every file in the package",
    "database": "tables, indexes and configuration are complete and sound",
    "note-type": "note types are complete, and Anki would save them as they are",
    "ids": "ids and times are past milliseconds; fields and templates have unique ids",
    "req": "the list of required fields is the one that Anki computes",
    "guid": "every note has a guid of its own",
    "note-row": "checksum, sort field and fields are as Anki would write them",
    "tags": "tags are in Anki's canonical form",
    "card-row": "cards are new, of a note in the package, and keep id, position and deck",
    "position": "positions of new cards follow the notes without gaps",
    "decks": "decks are complete, with their ancestors, and arrive with their names",
    "presets": "deck options are complete and arrive value by value",
    "generation": "the cards are those that Anki generates for the same notes",
    "import": "an import with default options takes every note as new",
    "reimport": "a second import finds duplicates only",
    "render": "no card shows a complaint",
    "empty-cards": "Anki finds no empty card",
    "check": "the database check finds nothing",
    "judge": "the judge itself came to an end",
}


def judge(path):
    """The report on one package."""
    report = {
        "package": str(path),
        "backend": anki.buildinfo.version,
        "notes": 0,
        "cards": 0,
        "log": {},
        "broken": [],
    }
    try:
        package = Package(path)
    except Unreadable as error:
        _add(report, "readable", str(error))
        return report
    report["notes"] = len(package.notes)
    for check in (structure.check(package), *backend.checks(package, report)):
        _collect(report, check)
    return report


def _collect(report, check):
    # A generator stops at its first exception: what it found before is kept.
    try:
        for rule, sentence in check:
            _add(report, rule, sentence)
    except Exception as error:  # A package that Anki refuses is judged, not a crash.
        kind = type(error).__name__
        rule = "import" if type(error).__module__.startswith("anki") else "judge"
        _add(report, rule, f"{kind}: {error}")


def _add(report, rule, sentence):
    assert rule in RULES, rule
    report["broken"].append({"rule": rule, "what": sentence})


def main(paths):
    if not paths:
        paths = json.load(sys.stdin)
    # Anki prints a warning and a stack when a call takes long; reports stay apart.
    reports, sys.stdout = sys.stdout, sys.stderr
    for path in paths:
        print(json.dumps(judge(path)), file=reports, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
