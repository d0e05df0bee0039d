"""Promises about the two containers: one package in either of them is the same to Anki.

Reads a JSON list of objects from standard input, each with the paths of one package in the
legacy and in the latest container, and of the plain databases inside of both. Prints one JSON
list of sentences a package, one a line; an empty one is what is wanted.

What is compared is what Anki makes of both: the rows of a collection after an import, byte for
byte, and the rows of either database opened as a collection, for which Anki brings the legacy one
into its latest form by itself. Nothing here has to read a package.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from anki._backend import RustBackend
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

CLEAN_CHECK = "Database rebuilt and optimized."


def judge(case):
    yield from _same("after an import", *(_after_import(case[key]) for key in ("legacy", "latest")))
    with_options = [_after_import(case[key], with_deck_configs=True) for key in ("legacy", "latest")]
    yield from _same("after an import with deck options", *with_options)
    opened = [_opened(case[key]) for key in ("legacy_database", "latest_database")]
    yield from _same("of the database", *opened)
    yield from _whole_collection(case["latest"])


def _after_import(path, **options):
    """What a collection holds after two imports and Anki's own checks."""
    with _folder() as folder:
        collection = Collection(str(folder / "collection.anki2"))
        try:
            stock = {row[0] for row in collection.db.all("select id from notetypes")}
            request = ImportAnkiPackageRequest(
                package_path=path, options=ImportAnkiPackageOptions(**options)
            )
            found = {"log": [_counts(collection.import_anki_package(request).log) for _ in "12"]}
            check = collection.media.check()
            found["media check"] = [sorted(check.missing), sorted(check.unused)]
            found["media"] = sorted(
                [file.name, hashlib.sha1(file.read_bytes()).hexdigest()]
                for file in Path(collection.media.dir()).iterdir()
            )
            found["cards shown"] = [
                [shown.question_text, shown.answer_text]
                for row in collection.db.all("select id from cards order by id")
                for shown in [collection.get_card(row[0]).render_output()]
            ]
            found.update(_rows(collection, stock))
            found["database check"] = collection.fix_integrity()[0].replace(CLEAN_CHECK, "").strip()
            if found["database check"]:
                raise AssertionError(found["database check"])
            return found
        finally:
            collection.close()


def _counts(log):
    return [len(getattr(log, group)) for group in ("new", "updated", "duplicate", "conflicting")]


def _rows(collection, without):
    """Everything that comes from the package; decks get new ids and times in every import."""
    decks = dict(collection.db.all("select id, name from decks"))

    def rows(query):
        return [_plain(row) for row in collection.db.all(query)]

    cards = rows("select did, * from cards order by id")
    for card in cards:
        position = 3  # Of `did` in the row itself.
        card[0] = card[position] = decks[card[0]]
    return {
        "notes": rows("select * from notes order by id"),
        "cards": cards,
        "note types": [
            row
            for row in rows("select id, name, mtime_secs, config from notetypes order by id")
            if row[0] not in without
        ],
        "fields": [
            row for row in rows("select * from fields order by ntid, ord") if row[0] not in without
        ],
        "templates": [
            row
            for row in rows("select ntid, ord, name, config from templates order by ntid, ord")
            if row[0] not in without
        ],
        "decks": sorted(rows("select name, common, kind from decks")),
        "presets": rows("select id, name, mtime_secs, config from deck_config order by id"),
        "tags": sorted(rows("select * from tags")),
    }


def _opened(path):
    """The rows of a database that Anki opens as a collection; an older form is upgraded then."""
    with _folder() as folder:
        file = folder / "collection.anki2"
        shutil.copyfile(path, file)
        collection = Collection(str(file))
        try:
            found = {"integrity": collection.db.list("pragma integrity_check")}
            if found["integrity"] != ["ok"]:
                raise AssertionError(found["integrity"])
            queries = {
                "notes": "select * from notes order by id",
                "cards": "select * from cards order by id",
                "note types": "select id, name, mtime_secs, config from notetypes order by id",
                "fields": "select * from fields order by ntid, ord",
                "templates": "select ntid, ord, name, config from templates order by ntid, ord",
                "decks": "select id, name, common, kind from decks order by id",
                "presets": "select id, name, mtime_secs, usn, config from deck_config order by id",
                "settings": "select KEY, val from config order by KEY",
                "tags": "select tag, usn from tags order by tag",
                "collection": "select crt, ver from col",
                "tables and indexes": "select type, name from sqlite_master"
                " where name not like 'sqlite_stat%' order by type, name",
            }
            for what, query in queries.items():
                found[what] = [_plain(row) for row in collection.db.all(query)]
            found["reordered"] = [
                collection.db.list(f"select name from {table} order by name")
                for table in ("decks", "notetypes", "fields", "templates")
            ]
            return found
        finally:
            collection.close()


def _whole_collection(path):
    """The package as the backup of a whole collection, whose integrity Anki checks before it takes it."""
    with _folder() as folder:
        media = folder / "collection.media"
        media.mkdir()
        backend = RustBackend()
        try:
            backend.import_collection_package(
                col_path=str(folder / "collection.anki2"),
                backup_path=path,
                media_folder=str(media),
                media_db=str(folder / "collection.media.db2"),
            )
        except Exception as error:  # Any refusal is the package's fault.
            yield f"as a whole collection: {type(error).__name__}: {error}"


def _same(where, legacy, latest):
    for what in sorted(set(legacy) | set(latest)):
        ours, theirs = legacy.get(what), latest.get(what)
        if ours == theirs:
            continue
        if not isinstance(ours, list) or not isinstance(theirs, list):
            yield f"{what} {where}: {ours!r} of the legacy package, {theirs!r} of the latest"
            continue
        for left, right in zip(ours, theirs):
            if left != right:
                yield f"{what} {where}: {left!r} of the legacy package, {right!r} of the latest"
        if len(ours) != len(theirs):
            yield f"{what} {where}: {len(ours)} of the legacy package, {len(theirs)} of the latest"


def _plain(row):
    """Blobs come out of Anki as lists of numbers."""
    return [bytes(cell).hex() if isinstance(cell, (list, bytes)) else cell for cell in row]


@contextmanager
def _folder():
    with tempfile.TemporaryDirectory(prefix="deckle-judge-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def main():
    cases = json.load(sys.stdin)
    # Anki prints a warning and a stack when a call takes long; reports stay apart.
    reports, sys.stdout = sys.stdout, sys.stderr
    for case in cases:
        try:
            found = list(judge(case))
        except Exception as error:  # A package that Anki refuses is judged, not a crash.
            found = [f"{type(error).__name__}: {error}"]
        print(json.dumps(found), file=reports, flush=True)


if __name__ == "__main__":
    main()
