"""What the real Anki makes of text files and packages, imported one after the other.

Reads a JSON list on standard input, each item a list of paths that end in .apkg, .txt, .csv or
.tsv, and writes one JSON object a line for each item, a collection of its own:
{"notes": [[guid, note type, [tag], [field], [deck of each card]]], "decks": [name],
"left_out": number}. Text files are imported with what Anki proposes for them.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
    ImportCsvRequest,
)

LEFT_OUT = ("missing_notetype", "missing_deck", "empty_first_field")


def main():
    output, sys.stdout = sys.stdout, sys.stderr
    items = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="deckle-text-") as folder:
        empty = Path(folder, "empty.anki2")
        Collection(str(empty)).close()
        for number, paths in enumerate(items):
            place = Path(folder, str(number))
            place.mkdir()
            shutil.copy(empty, place / "collection.anki2")
            print(json.dumps(_imported(paths, place)), file=output, flush=True)
            shutil.rmtree(place, ignore_errors=True)


def _imported(paths, place):
    collection = Collection(str(place / "collection.anki2"))
    collection.db.execute("pragma synchronous = off")
    try:
        left_out = sum(_import(collection, path) for path in paths)
        return dict(_state(collection), left_out=left_out)
    finally:
        collection.close()


def _import(collection, path):
    if os.path.splitext(path)[1] == ".apkg":
        options = ImportAnkiPackageOptions()
        collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options))
        return 0
    metadata = collection.get_csv_metadata(path=path, delimiter=None)
    log = collection.import_csv(ImportCsvRequest(path=path, metadata=metadata)).log
    return sum(len(getattr(log, group)) for group in LEFT_OUT)


def _state(collection):
    types = {kind["id"]: kind["name"] for kind in collection.models.all()}
    decks = {entry.id: entry.name for entry in collection.decks.all_names_and_ids()}
    notes = []
    for key, guid, kind, tags, fields in collection.db.all(
        "select id, guid, mid, tags, flds from notes order by id"
    ):
        homes = collection.db.list("select did from cards where nid = ? order by ord", key)
        homes = [decks[home] for home in homes]
        notes.append([guid, types[kind], sorted(tags.split()), fields.split("\x1f"), homes])
    return {"notes": notes, "decks": sorted(decks.values())}


main()
