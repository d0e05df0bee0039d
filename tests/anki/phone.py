"""A learner's phone: imports packages, edits and studies, and exports what is there then.

Usage: phone.py FOLDER

The collection lies in FOLDER and stays for the next call. Reads a JSON list of steps from stdin:

    {"import": PATH}                        as a learner would, with default options
    {"edit": GUID, "fields": {NAME: HTML}, "tags": [..]}
    {"add": TYPE, "deck": NAME, "fields": {NAME: HTML}, "tags": [..]}
    {"delete": GUID}    {"flag": GUID, "color": 1}    {"suspend": GUID}
    {"media": NAME, "hex": DIGITS}
    {"study": COUNT}                        the first cards get a schedule of their own
    {"export": PATH, "legacy": true}        .apkg, with schedules and media
    {"export": PATH, "legacy": false}       .colpkg where the path says so

Writes a JSON list as its last line: what each step came to, then all notes and schedules.
"""

import json
import sys
from pathlib import Path

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

LOG_GROUPS = ("new", "updated", "duplicate", "conflicting")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    collection = Collection(str(folder / "collection.anki2"))
    reports = []
    try:
        for step in json.load(sys.stdin):
            reports.append(act(collection, step))
        reports.append(dump(collection))
    finally:
        collection.close()
    print(json.dumps(reports))


def act(collection, step):
    if "import" in step:
        request = ImportAnkiPackageRequest(
            package_path=step["import"], options=ImportAnkiPackageOptions()
        )
        log = collection.import_anki_package(request).log
        return {group: len(getattr(log, group)) for group in LOG_GROUPS}
    if "edit" in step:
        note = collection.get_note(note_id(collection, step["edit"]))
        # Edits are newer than the package, as they are in life.
        for name, html in step.get("fields", {}).items():
            note[name] = html
        if "tags" in step:
            note.tags = step["tags"]
        collection.update_note(note)
        return note.guid
    if "add" in step:
        note = collection.new_note(collection.models.by_name(step["add"]))
        for name, html in step["fields"].items():
            note[name] = html
        note.tags = step.get("tags", [])
        collection.add_note(note, collection.decks.id(step["deck"]))
        return note.guid
    if "delete" in step:
        collection.remove_notes([note_id(collection, step["delete"])])
    if "flag" in step:
        cards = collection.card_ids_of_note(note_id(collection, step["flag"]))
        collection.set_user_flag_for_cards(step["color"], cards)
    if "suspend" in step:
        cards = collection.card_ids_of_note(note_id(collection, step["suspend"]))
        collection.sched.suspend_cards(cards)
    if "media" in step:
        return collection.media.write_data(step["media"], bytes.fromhex(step["hex"]))
    if "study" in step:
        cards = collection.find_cards("is:new", order="c.id")[: step["study"]]
        collection.sched.set_due_date(cards, "3-9")
        collection.db.execute(
            "update cards set reps = 3, lapses = 1 where type = 2 and reps = 0"
        )
    if "export" in step:
        export(collection, step)
    return None


def export(collection, step):
    path, legacy = step["export"], step.get("legacy", True)
    if path.endswith(".colpkg"):
        collection.export_collection_package(path, include_media=True, legacy=legacy)
        collection.reopen()
        return
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
    )
    collection.export_anki_package(out_path=path, options=options, limit=None)


def note_id(collection, guid):
    return collection.db.scalar("select id from notes where guid = ?", guid)


def dump(collection):
    notes = {}
    for guid, mid, fields, tags, mod in collection.db.all(
        "select guid, mid, flds, tags, mod from notes order by id"
    ):
        names = [field["name"] for field in collection.models.get(mid)["flds"]]
        notes[guid] = {
            "type": collection.models.get(mid)["name"],
            "fields": dict(zip(names, fields.split("\x1f"))),
            "tags": sorted(tags.split()),
            "mod": mod,
        }
    query = """select n.guid, c.ord, c.type, c.queue, c.due, c.ivl, c.reps, c.lapses, c.flags
        from cards c join notes n on n.id = c.nid order by c.id"""
    return {"notes": notes, "cards": collection.db.all(query)}


main(Path(sys.argv[1]))
