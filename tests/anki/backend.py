"""Promises that only the real Anki can judge: what an import makes of a package.

Every package gets collections of its own: one to import it into, one to which the
same notes are added by hand, so that Anki generates their cards itself, and one to
import it with its deck options. Each check yields (rule, sentence) pairs.
"""

import re
import tempfile
from contextlib import contextmanager
from pathlib import Path

from anki.collection import (
    AddNoteRequest,
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

from dump import FIELD_SEPARATOR

LOG_GROUPS = ("new", "updated", "duplicate", "conflicting")
CLEAN_CHECK = "Database rebuilt and optimized."
# What Anki shows in place of a card or below it. A field may hold such words too.
COMPLAINTS = re.compile(
    r"(?:Front|Back) template has a problem"
    r"|The front of this card is blank"
    r"|No cloze \S+ found on card"
    r"|Error in directive"
    r"|LaTeX image generation is disabled",
)
LATEX_IMAGE = re.compile(r"""src=["']?(latex-[^"'\s>]+)""")
# An import without learning progress takes these tags away.
LEARNING_TAGS = ("marked", "leech")
# What an import sets by itself, or what Anki only adds when it hands out a type.
IMPORTED_KEYS = frozenset(["usn", "originalId", "vers", "tags", "media"])
# Optimised parameters count as learning progress in 26.9.3: an import drops them.
LEARNED_KEYS = frozenset(["fsrsWeights", "fsrsParams5", "fsrsParams6"])


def checks(package, report):
    """The checks, each one to be run by itself: one that Anki stops does not stop the others.

    What is counted on the way goes into `report`.
    """
    return _import(package, report), _generation(package), _import_with_options(package)


@contextmanager
def _collection():
    with tempfile.TemporaryDirectory(prefix="deckle-judge-", ignore_cleanup_errors=True) as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        # Nobody needs this collection after a crash: waiting for the disk would be
        # more than half of the time.
        collection.db.execute("pragma synchronous = off")
        try:
            yield collection
        finally:
            collection.close()


def _import(package, report):
    with _collection() as collection:
        log = _import_package(collection, package)
        report["log"] = {group: len(getattr(log, group)) for group in LOG_GROUPS}
        yield from _first_log(package, log)
        imported = _cards(collection)
        report["cards"] = len(imported)
        if imported != _package_cards(package):
            yield "import", "the cards in the collection are not those of the package"
        yield from _note_rows(package, collection)
        yield from _card_rows(package, collection)
        yield from _note_types(package, collection)
        yield from _decks(package, collection)
        rendered = yield from _render(collection)
        yield from _media(package, collection, rendered)
        yield from _empty_cards(collection)
        again = _import_package(collection, package)
        counts = {group: len(getattr(again, group)) for group in LOG_GROUPS}
        if counts != {"new": 0, "updated": 0, "duplicate": len(package.notes), "conflicting": 0}:
            yield "reimport", f"a second import reports {counts}"
        yield from _database_check(collection)
        if _cards(collection) != imported:
            yield "check", "the database check added or removed cards"


def _import_package(collection, package, **options):
    request = ImportAnkiPackageRequest(
        package_path=str(package.path), options=ImportAnkiPackageOptions(**options)
    )
    return collection.import_anki_package(request).log


def _first_log(package, log):
    if len(log.new) != len(package.notes):
        yield "import", f"{len(log.new)} of {len(package.notes)} notes are new"
    for group, entries in log.ListFields():
        if group.name in ("new", "found_notes", "dupe_resolution"):
            continue
        for entry in entries:
            yield "import", f"{group.name}: {FIELD_SEPARATOR.join(entry.fields)[:80]!r}"


def _cards(collection):
    """The set of (guid, ord) in a collection."""
    query = "select n.guid, c.ord from cards c join notes n on n.id = c.nid"
    return {(guid, ordinal) for guid, ordinal in collection.db.all(query)}


def _package_cards(package):
    guids = {note["id"]: note["guid"] for note in package.notes}
    return {(guids[card["nid"]], card["ord"]) for card in package.cards if card["nid"] in guids}


def _note_rows(package, collection):
    """Whatever Anki derives or repairs must have been right in the package already."""
    query = "select guid, id, mid, mod, tags, flds, sfld, typeof(sfld), csum from notes"
    rows = {row[0]: row for row in collection.db.all(query)}
    for note in package.notes:
        row = rows.get(note["guid"])
        if row is None:
            yield "import", f"note {note['guid']} is not in the collection"
            continue
        tags = [tag for tag in note["tags"].split() if tag.lower() not in LEARNING_TAGS]
        ours = {
            "id": note["id"],
            "mid": note["mid"],
            "mod": note["mod"],
            "tags": f" {' '.join(tags)} " if tags else "",
            "flds": note["flds"],
            "sfld": note["sfld"],
            "kind of sfld": note["sfld_kind"],
            "csum": note["csum"],
        }
        for (column, value), theirs in zip(ours.items(), row[1:]):
            if value != theirs:
                rule = "tags" if column == "tags" else "note-row"
                yield rule, f"note {note['guid']}: {column} is {value!r}, Anki makes it {theirs!r}"


def _card_rows(package, collection):
    query = "select n.guid, c.ord, c.id, c.due, c.did from cards c join notes n on n.id = c.nid"
    rows = {(guid, ordinal): rest for guid, ordinal, *rest in collection.db.all(query)}
    guids = {note["id"]: note["guid"] for note in package.notes}
    names = {entry.id: entry.name for entry in collection.decks.all_names_and_ids()}
    for card in package.cards:
        key = (guids.get(card["nid"]), card["ord"])
        if key not in rows:
            continue
        card_id, due, deck_id = rows[key]
        ours = (card["id"], card["due"], package.deck_name(card["did"]))
        theirs = (card_id, due, names.get(deck_id))
        if ours != theirs:
            yield "card-row", f"card {key}: id, position, deck are {ours}, Anki makes it {theirs}"


def _note_types(package, collection):
    for key, note_type in sorted(package.note_types.items()):
        theirs = collection.models.get(key)
        if theirs is None:
            continue
        if note_type.get("req") != theirs["req"]:
            yield "req", f"{note_type['name']}: {note_type.get('req')}, Anki makes it {theirs['req']}"
        for what, ours, anki in _differences(note_type, theirs):
            if what != "req":
                yield "note-type", f"{note_type['name']}: {what} is {ours!r}, Anki makes it {anki!r}"


def _differences(ours, theirs, path=""):
    """The places where an object of the package and Anki's own disagree.

    Keys that the package lacks are reported where completeness is checked.
    """
    for key in sorted(set(ours) - IMPORTED_KEYS):
        place = f"{path}{key}"
        left, right = ours[key], theirs.get(key, "(nothing)")
        if key in ("flds", "tmpls") and isinstance(left, list) and len(left) == len(right):
            for index, (one, other) in enumerate(zip(left, right)):
                yield from _differences(one, other, f"{place}[{index}].")
        elif left != right:
            yield place, left, right


def _decks(package, collection):
    stock = collection.decks.get(1)
    options = collection.decks.get_config(1)
    for key, deck in sorted(package.decks.items()):
        for missing in sorted(set(stock) - set(deck)):
            yield "decks", f"{deck['name']} has no {missing}"
        theirs = collection.decks.by_name(deck["name"])
        if key != 1 and theirs and (theirs["name"], theirs["desc"]) != (deck["name"], deck["desc"]):
            yield "decks", f"{deck['name']} arrived as {theirs['name']} with {theirs['desc']!r}"
        if key != 1 and theirs is None:
            yield "decks", f"{deck['name']} is not in the collection"
    for preset in package.presets.values():
        yield from _preset_keys(preset.get("name"), preset, options)


def _preset_keys(name, preset, options, path=""):
    """One missing or oddly typed key makes Anki replace a whole part by its defaults."""
    for key, example in options.items():
        place = f"{path}{key}"
        if key not in preset:
            yield "presets", f"{name} has no {place}"
        elif isinstance(example, dict):
            yield from _preset_keys(name, preset[key], example, f"{place}.")
        elif type(preset[key]) not in (type(example), _integer_for(example)):
            kind = type(example).__name__
            yield "presets", f"{name}: {place} is {preset[key]!r}, Anki wants a value of type {kind}"


def _integer_for(example):
    """Anki reads `1` where it writes `1.0`, but not the other way round."""
    return int if type(example) is float else type(example)


def _render(collection):
    """Renders both sides of all cards; hands back the LaTeX pictures they ask for."""
    pictures = set()
    query = "select c.id, n.guid, c.ord, n.flds from cards c join notes n on n.id = c.nid order by c.id"
    for card_id, guid, ordinal, fields in collection.db.all(query):
        try:
            output = collection.get_card(card_id).render_output()
        except Exception as error:  # Whatever the backend raises is this card's fault.
            yield "render", f"card {ordinal} of note {guid}: {error}"
            continue
        for side, text in (("question", output.question_text), ("answer", output.answer_text)):
            pictures.update(LATEX_IMAGE.findall(text))
            complaint = COMPLAINTS.search(text)
            if complaint and complaint.group() not in fields:
                yield "render", f"{side} {ordinal} of note {guid}: {complaint.group()}"
    return pictures


def _media(package, collection, rendered):
    check = collection.media.check()
    for name in check.missing:
        yield "media-missing", f"a note asks for {name}, which is not in the package"
    for name in check.unused:
        yield "media-unused", f"{name} is in the media folder, but nothing asks for it"
    asked = set(rendered)
    for note_type_id, fields in collection.db.all("select mid, flds from notes"):
        asked.update(collection.media.files_in_str(note_type_id, fields))
    for note_type_id in package.note_types:
        if collection.models.get(note_type_id):
            asked.update(collection._backend.extract_static_media_files(note_type_id))
    folder = Path(collection.media.dir())
    with package.open() as archive:
        for key, name in sorted(package.media.items()):
            arrived = folder.joinpath(name)
            # An import leaves such a file out, so Anki itself cannot call it unused.
            if name not in asked:
                yield "media-unused", f"nothing asks for {name}"
            elif not arrived.is_file():
                yield "media-missing", f"{name} did not arrive in the media folder"
            elif key in package.sizes and arrived.read_bytes() != archive.read(key):
                yield "media-missing", f"{name} arrived with other bytes"


def _empty_cards(collection):
    for note in collection.get_empty_cards().notes:
        yield "empty-cards", f"note {note.note_id}: cards {list(note.card_ids)} are empty"


def _database_check(collection):
    text, _ = collection.fix_integrity()
    for line in text.splitlines():
        if line != CLEAN_CHECK:
            yield "check", line


def _generation(package):
    """Compares the package's cards with those that Anki generates for the same notes."""
    with _collection() as collection:
        types = {}
        for key, note_type in sorted(package.note_types.items()):
            try:
                # Id 0 asks for a new one; everything else stays as the package has it.
                added = collection.models.add_dict({**note_type, "id": 0})
                types[key] = collection.models.get(added.id)
            except Exception as error:  # Any refusal is the note type's fault.
                yield "note-type", f"Anki refuses to save {note_type.get('name')}: {_plain(error)}"
        decks = {}
        requests = [
            request
            for note in package.notes
            if (request := _request(collection, package, types, decks, note))
        ]
        collection.add_notes(requests)
        generated = _cards(collection)
    # Notes that could not be added are told of elsewhere; here they prove nothing.
    added = {request.note.guid for request in requests}
    ours = {(guid, ordinal) for guid, ordinal in _package_cards(package) if guid in added}
    for guid, ordinal in sorted(generated - ours):
        yield "generation", f"note {guid}: card {ordinal}, which Anki generates, is missing"
    for guid, ordinal in sorted(ours - generated):
        yield "generation", f"note {guid}: card {ordinal} is one that Anki does not generate"


def _request(collection, package, types, decks, row):
    note_type = types.get(row["mid"])
    fields = row["flds"].split(FIELD_SEPARATOR)
    if note_type is None or len(fields) != len(note_type["flds"]):
        return None
    note = collection.new_note(note_type)
    note.guid = row["guid"]
    note.fields = fields
    note.tags = row["tags"].split()
    name = package.deck_name(_home(package).get(row["id"]))
    if name not in decks:
        decks[name] = collection.decks.id(name)
    return AddNoteRequest(note=note, deck_id=decks[name])


def _home(package):
    """The deck of each note's first card."""
    if not hasattr(package, "home"):
        package.home = {card["nid"]: card["did"] for card in reversed(package.cards)}
    return package.home


def _plain(error):
    """Anki isolates the parts of its messages with marks that no terminal shows."""
    return str(error).translate({0x2068: "`", 0x2069: "`"})


def _import_with_options(package):
    """A learner may tick the deck options: then they must arrive value by value."""
    if not set(package.presets) - {1}:
        return
    with _collection() as collection:
        _import_package(collection, package, with_deck_configs=True)
        arrived = {preset["id"]: preset for preset in collection.decks.all_config()}
        for key, preset in sorted(package.presets.items()):
            if key == 1:
                continue
            if key not in arrived:
                yield "presets", f"{preset.get('name')} is not in the collection"
                continue
            for place, ours, theirs in _differences(preset, arrived[key]):
                if place not in LEARNED_KEYS:
                    yield "presets", f"{preset['name']}: {place} is {ours!r}, Anki makes it {theirs!r}"
        for deck in package.decks.values():
            theirs = collection.decks.by_name(deck["name"])
            if deck["id"] != 1 and theirs and theirs["conf"] != deck["conf"]:
                yield "presets", f"{deck['name']} has the options {theirs['conf']}, not {deck['conf']}"
