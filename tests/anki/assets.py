"""What imports make of the files of note types.

Reads a JSON list of paths of packages from stdin, which are imported into one collection, one after
the other, with Anki's default options. Writes a JSON list as its last line: after each import the
CSS and the fronts of the note types, the files of the collection with their texts, and what Anki's
media check calls missing and unused.
"""

import json
import sys
import tempfile
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)


def main():
    reports = []
    with tempfile.TemporaryDirectory(prefix="deckle-judge-") as folder:
        path = Path(folder, "collection.anki2")
        for package in json.load(sys.stdin):
            # Opened anew each time, for a collection remembers its note types.
            collection = Collection(str(path))
            try:
                request = ImportAnkiPackageRequest(
                    package_path=package, options=ImportAnkiPackageOptions()
                )
                collection.import_anki_package(request)
                reports.append(report(collection))
            finally:
                collection.close()
    print(json.dumps(reports))


def report(collection):
    used = {row[0] for row in collection.db.all("select distinct mid from notes")}
    types = [collection.models.get(it) for it in sorted(used)]
    files = Path(collection.media.dir())
    check = collection.media.check()
    return {
        "css": [it["css"] for it in types],
        "fronts": [template["qfmt"] for it in types for template in it["tmpls"]],
        "fields": [row[0] for row in collection.db.all("select flds from notes order by id")],
        "files": {
            it.name: it.read_bytes().decode("utf-8", "replace") for it in sorted(files.iterdir())
        },
        "missing": sorted(check.missing),
        "unused": sorted(check.unused),
    }


main()
