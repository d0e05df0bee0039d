"""What Anki makes of image occlusion notes: what its editor reads, and what its cards show.

Reads a JSON list of packages from stdin; they are imported one after another into one collection,
and after the first one the card of each number n is given the interval 100 + n. Writes a JSON list:
after each import, by the header of the note, the shapes that Anki's editor reads, the classes of
the shapes on both sides of each card, and the intervals of the cards.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

SHAPE = re.compile(r'<div class="([^"]*)" data-ordinal="([^"]*)" data-shape="([^"]*)"')


def main():
    reports = []
    with tempfile.TemporaryDirectory(prefix="deckle-judge-") as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        try:
            for path in json.load(sys.stdin):
                collection.import_anki_package(
                    ImportAnkiPackageRequest(package_path=path, options=ImportAnkiPackageOptions())
                )
                if not reports:
                    collection.db.execute(
                        "update cards set type = 2, queue = 2, reps = 3, ivl = 101 + ord"
                    )
                reports.append(report(collection))
        finally:
            collection.close()
    # The backend may have words of its own on the lines before.
    print(json.dumps(reports))


def report(collection):
    found = {}
    for note_id in collection.find_notes(""):
        note = collection.get_note(note_id)
        read = collection.get_image_occlusion_note(note_id).note
        shapes = []
        for occlusion in read.occlusions:
            for shape in occlusion.shapes:
                properties = {it.name: it.value for it in shape.properties}
                shapes.append([occlusion.ordinal, shape.shape, properties])
        cards = {}
        for card in note.cards():
            output = card.render_output()
            sides = (output.question_text, output.answer_text)
            cards[str(card.ord + 1)] = {
                "ivl": card.ivl,
                "shapes": [SHAPE.findall(side) for side in sides],
                "blank": "front of this card is blank" in sides[0],
            }
        found[note["Header"]] = {
            "shapes": sorted(shapes, key=json.dumps),
            "all": read.occlude_inactive,
            "image": len(read.image_data),
            "name": read.image_file_name,
            "back": read.back_extra,
            "cards": cards,
        }
    integrity, _ = collection.fix_integrity()
    return {"notes": found, "integrity": integrity}


main()
