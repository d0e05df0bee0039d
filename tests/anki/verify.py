"""What the real Anki makes of packages that break rules.

Reads a JSON list of {"path", "notes", "cards", "positions", "types", "media"} from standard
input, all but the path being what the package holds, and prints one JSON object a package, one a line:

    fails     why an import ends in an error, with default options or with all of them
    changes   what is not as in the package after an import with default options, as sentences
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

from backend import CLEAN_CHECK, COMPLAINTS


def main():
    cases = json.load(sys.stdin)
    reports, sys.stdout = sys.stdout, sys.stderr
    for case in cases:
        print(json.dumps(judge(case)), file=reports, flush=True)


def judge(case):
    fails, changes = [], []
    everything = dict(with_scheduling=True, with_deck_configs=True)
    for options in ({}, everything):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            collection = Collection(str(Path(folder, "collection.anki2")))
            # Nobody needs it after a crash, and waiting for the disk would be most of the time.
            collection.db.execute("pragma synchronous = off")
            try:
                options = ImportAnkiPackageOptions(**options)
                request = ImportAnkiPackageRequest(package_path=case["path"], options=options)
                collection.import_anki_package(request)
                if not options.with_scheduling:
                    changes = list(differences(case, collection))
            except Exception as error:  # Any refusal is an answer.
                fails.append(f"{type(error).__name__}: {error}")
            finally:
                collection.close()
    return {"fails": fails, "changes": changes}


def differences(case, collection):
    rows = collection.db.all("select guid, flds, tags from notes")
    theirs = Counter((guid, fields, *sorted(tags.split())) for guid, fields, tags in rows)
    ours = Counter((guid, fields, *sorted(tags)) for guid, fields, tags in case["notes"])
    for note, count in (ours - theirs).items():
        yield f"note {note[0]!r} is not there {count} times as it was: {note[1:]}"
    names = {entry.id: entry.name for entry in collection.decks.all_names_and_ids()}
    rows = collection.db.all("select n.guid, c.ord, c.did from cards c join notes n on n.id = c.nid")
    theirs = Counter((guid, ordinal, names.get(deck)) for guid, ordinal, deck in rows)
    ours = Counter(tuple(card) for card in case["cards"])
    for card in ((ours - theirs) + (theirs - ours)).elements():
        yield f"card {card} is not in both"
    rows = collection.db.all("select n.guid, c.ord, c.due from cards c join notes n on n.id = c.nid")
    theirs = Counter((guid, ordinal, due) for guid, ordinal, due in rows)
    for position in (Counter(map(tuple, case["positions"])) - theirs).elements():
        yield f"position {position} is another one"
    for key, (name, fields, templates) in case["types"].items():
        theirs = collection.models.get(int(key))
        if theirs is None:
            yield f"note type {name!r} did not arrive"
            continue
        found = [
            theirs["name"],
            [field["name"] for field in theirs["flds"]],
            [template["name"] for template in theirs["tmpls"]],
        ]
        if found != [name, fields, templates]:
            yield f"note type {name!r} arrived as {found}"
    for name in case["media"]:
        if not Path(collection.media.dir(), name).is_file():
            yield f"media file {name!r} did not arrive"
    for name in collection.media.check().missing:
        yield f"media file {name!r} is missing"
    yield from complaints(collection)
    for note in collection.get_empty_cards().notes:
        yield f"note {note.note_id}: cards {list(note.card_ids)} are empty"
    cards = collection.card_count()
    text, _ = collection.fix_integrity()
    yield from (line for line in text.splitlines() if line != CLEAN_CHECK)
    if collection.card_count() != cards:
        yield "the database check made or deleted cards"


def complaints(collection):
    for card_id in collection.find_cards(""):
        try:
            output = collection.get_card(card_id).render_output()
        except Exception as error:  # Whatever the backend raises is this card's fault.
            yield f"card {card_id}: {error}"
            continue
        for text in (output.question_text, output.answer_text):
            complaint = COMPLAINTS.search(text)
            if complaint:
                yield f"card {card_id}: {complaint.group()}"


main()
