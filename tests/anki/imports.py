"""What the real Anki makes of two packages, imported one after the other.

Reads a JSON list of pairs on standard input, each {"old": path, "new": path, "options":
{"notes": 0..2, "types": 0..2}, "third": path or null, "merge": bool} (0 if newer, 1 always, 2
never: for the second import), and writes one JSON object a line for each pair: {"first":
import, "second": import, "third": import, "state": state}.

import: {"error": text} or {"new", "updated", "duplicate", "conflicting": [guid], "sync": whether
the import forces a one-way sync}
"merge": true asks for a second run with note types merged, whose outcome is "merged".
state: what the collection holds afterwards, see `_state`.

Each pair gets a collection of its own, a copy of an empty one.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

GROUPS = ("new", "updated", "duplicate", "conflicting")


def main():
    output, sys.stdout = sys.stdout, sys.stderr
    pairs = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="deckle-imports-") as folder:
        empty = Path(folder, "empty.anki2")
        Collection(str(empty)).close()
        for number, pair in enumerate(pairs):
            place = Path(folder, str(number))
            place.mkdir()
            print(json.dumps(_pair(pair, empty, place)), file=output, flush=True)
            shutil.rmtree(place, ignore_errors=True)


def _pair(pair, empty, place):
    path = place / "collection.anki2"
    shutil.copy(empty, path)
    collection = Collection(str(path))
    # Nobody needs this collection after a crash.
    collection.db.execute("pragma synchronous = off")
    try:
        own_types = {entry.id for entry in collection.models.all_names_and_ids()}
        started = int(time.time()) - 5
        options = pair["options"]
        chosen = ImportAnkiPackageOptions(
            update_notes=options["notes"], update_notetypes=options["types"]
        )
        first = _import(collection, pair["old"], ImportAnkiPackageOptions())
        # A refused import leaves note types in the program's memory that it took back.
        collection = _reopened(collection, path, first)
        second = _import(collection, pair["new"], chosen)
        answer = {"first": first, "second": second}
        if pair["third"]:
            collection = _reopened(collection, path, second)
            answer["third"] = _import(collection, pair["third"], ImportAnkiPackageOptions())
        answer["state"] = _state(collection, own_types, started)
    finally:
        collection.close()
    if pair["merge"]:
        answer["merged"] = _merged(pair, empty, path)
    return answer


def _reopened(collection, path, outcome):
    if "error" not in outcome:
        return collection
    collection.close()
    return Collection(str(path))


def _merged(pair, empty, path):
    """The notes after an import of the second package with note types merged."""
    shutil.copy(empty, path)
    collection = Collection(str(path))
    try:
        _import(collection, pair["old"], ImportAnkiPackageOptions())
        chosen = ImportAnkiPackageOptions(
            merge_notetypes=True, update_notes=1, update_notetypes=1
        )
        log = _import(collection, pair["new"], chosen)
        fields = {
            guid: dict(collection.get_note(key).items())
            for guid, key in collection.db.all("select guid, id from notes")
        }
        names = [entry.name for entry in collection.models.all_names_and_ids()]
        return {"log": log, "notes": fields, "types": names}
    finally:
        collection.close()


def _import(collection, path, options):
    schema = collection.db.scalar("select scm from col")
    try:
        request = ImportAnkiPackageRequest(package_path=path, options=options)
        log = collection.import_anki_package(request).log
    except Exception as error:
        return {"error": str(error)}
    guids = dict(collection.db.all("select id, guid from notes"))
    found = {
        group: sorted(guids.get(entry.id.nid, "?") for entry in getattr(log, group))
        for group in GROUPS
    }
    return dict(found, sync=collection.db.scalar("select scm from col") != schema)


def _state(collection, own_types, started):
    def when(seconds):
        return "now" if seconds >= started else seconds

    types = [kind for kind in collection.models.all() if kind["id"] not in own_types]
    type_names = {kind["id"]: kind["name"] for kind in collection.models.all()}
    decks = {entry.id: entry.name for entry in collection.decks.all_names_and_ids()}
    notes = collection.db.all("select guid, mid, mod, tags, flds from notes")
    query = "select n.guid, c.ord, c.did from cards c join notes n on n.id = c.nid"
    media = Path(collection.media.dir())
    return {
        "notes": sorted(
            [guid, type_names[kind], str(when(changed)), sorted(tags.lower().split()), fields]
            for guid, kind, changed, tags, fields in notes
        ),
        "cards": sorted(
            [guid, ordinal, decks.get(deck, f"#{deck}")]
            for guid, ordinal, deck in collection.db.all(query)
        ),
        "types": sorted(
            [
                kind["name"],
                kind.get("originalId"),
                str(when(kind["mod"])),
                kind["type"],
                kind["sortf"],
                [field["name"] for field in kind["flds"]],
                [template["name"] for template in kind["tmpls"]],
                [template["qfmt"] for template in kind["tmpls"]],
                kind["css"],
            ]
            for kind in types
        ),
        "decks": sorted([name, collection.decks.get(key)["desc"]] for key, name in decks.items()),
        "media": {
            name: hashlib.sha1((media / name).read_bytes()).hexdigest()
            for name in sorted(os.listdir(media))
        },
    }


if __name__ == "__main__":
    main()
