"""Promises that a package keeps or breaks by itself, without asking Anki.

Anki repairs or tolerates most of what is checked here, other readers do not, and
repairs happen on a learner's device, where nobody sees them. Each check yields
pairs of a rule's name and a sentence that names the offender.
"""

import re
import time
import unicodedata
import zipfile

from dump import DATABASE, FIELD_SEPARATOR, MEDIA_MAP

# The zip format's first day: what a writer without a clock puts there.
ENTRY_DATE = (1980, 1, 1, 0, 0, 0)
# The year 2001 in milliseconds; a smaller number is one of seconds.
FIRST_ID = 10**12
NAME = re.compile(r"[a-z0-9._-]+")
NAME_LIMIT = 79
DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)")

CONF_KEYS = frozenset(
    "activeDecks curDeck newSpread collapseTime timeLim estTimes dueCounts curModel nextPos"
    " sortType sortBackwards addToCur dayLearnFirst schedVer creationOffset sched2021"
    " rollover".split()
)
NOTE_TYPE_KEYS = frozenset(
    "id name type mod usn sortf did tmpls flds css latexPre latexPost latexsvg req".split()
)
FIELD_KEYS = frozenset(
    "name ord sticky rtl font size description plainText collapsed excludeFromSearch id tag"
    " preventDeletion".split()
)
TEMPLATE_KEYS = frozenset("name ord qfmt afmt bqfmt bafmt did bfont bsize id".split())
TABLES = ("col", "notes", "cards", "revlog", "graves")
INDEXES = (
    "ix_notes_usn ix_notes_csum ix_cards_usn ix_cards_nid ix_cards_sched ix_revlog_usn"
    " ix_revlog_cid"
).split()
ZERO_COLUMNS = ("type", "ivl", "factor", "reps", "lapses", "left", "odue", "odid")


def check(package):
    """All broken promises of the package, as (rule, sentence)."""
    for rule in (
        _archive,
        _media_map,
        _database,
        _note_types,
        _decks,
        _presets,
        _notes,
        _cards,
        _positions,
    ):
        yield from rule(package)


def _archive(package):
    if package.path.suffix != ".apkg":
        yield "archive", f"{package.path.name} does not end in .apkg"
    if package.path.name == "collection.apkg" or package.path.name.startswith("backup-"):
        yield "archive", f"Anki takes {package.path.name} for a backup of a whole collection"
    if package.damaged_entry:
        yield "archive", f"entry {package.damaged_entry} is damaged"
    names = [entry.filename for entry in package.entries]
    numbered = [name for name in names if name not in (DATABASE, MEDIA_MAP)]
    if numbered != [str(index) for index in range(len(numbered))]:
        yield "entry-order", f"media are not 0, 1, 2...: {numbered[:20]}"
    if names[-1] != DATABASE:
        yield "entry-order", f"the last entry is {names[-1]}, not {DATABASE}"
    if names.count(MEDIA_MAP) != 1:
        yield "entry-order", f"{names.count(MEDIA_MAP)} entries {MEDIA_MAP}"
    for entry in package.entries:
        if entry.date_time != ENTRY_DATE:
            yield "entry-date", f"entry {entry.filename} has the date {entry.date_time}"
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield "archive", f"entry {entry.filename} has compression method {entry.compress_type}"


def _media_map(package):
    entries = {entry.filename for entry in package.entries} - {DATABASE, MEDIA_MAP}
    for key in sorted(set(package.media) - entries):
        yield "media-map", f"{package.media[key]} has no entry {key}"
    for key in sorted(entries - set(package.media)):
        yield "media-map", f"entry {key} has no name in the media map"
    seen = {}
    for key, name in sorted(package.media.items()):
        if name in seen:
            yield "media-map", f"{name} is entry {seen[name]} and entry {key}"
        seen[name] = key
        if not NAME.fullmatch(name) or name.endswith(".") or DEVICE_NAME.match(name):
            yield "media-name", f"{name} is not in normal form ([a-z0-9._-], no device name)"
        if len(name.encode()) > NAME_LIMIT:
            yield "media-name", f"{name} is longer than {NAME_LIMIT} bytes"
        if "." not in name.lstrip("."):
            yield "media-name", f"{name} has no extension"


def _database(package):
    if package.integrity != ["ok"]:
        yield "database", f"integrity check: {package.integrity}"
    if package.collections != 1:
        yield "database", f"{package.collections} rows in col"
    if package.collection["ver"] != 11:
        yield "database", f"schema {package.collection['ver']}, not 11"
    for kind, names in (("table", TABLES), ("index", INDEXES)):
        for name in names:
            if (kind, name) not in package.objects:
                yield "database", f"no {kind} {name}"
    for _, name in sorted(package.objects):
        if name.startswith("sqlite_stat"):
            yield "database", f"table {name} does not belong into a package"
    for key in sorted(CONF_KEYS - set(package.conf)):
        yield "database", f"conf has no {key}"
    if package.conf.get("schedVer") != 2 or package.conf.get("sched2021") is not True:
        yield "database", "conf does not say schedVer 2, sched2021 true"
    if package.reviews or package.graves:
        yield "database", f"{package.reviews} reviews and {package.graves} graves"


def _note_types(package):
    names = set()
    for key, note_type in sorted(package.note_types.items()):
        name = note_type.get("name", "")
        if note_type.get("id") != key:
            yield "note-type", f"{name} has the id {note_type.get('id')!r} under the key {key}"
        if name.casefold() in names:
            yield "note-type", f"two note types are called {name}"
        names.add(name.casefold())
        for missing in sorted(NOTE_TYPE_KEYS - set(note_type)):
            yield "note-type", f"{name} has no {missing}"
        yield from _parts(name, "field", note_type.get("flds", []), FIELD_KEYS)
        yield from _parts(name, "template", note_type.get("tmpls", []), TEMPLATE_KEYS)
        for template in note_type.get("tmpls", []):
            if template.get("did") is not None:
                yield "note-type", f"{name}: template {template.get('name')} names a deck"
        used = {note["mid"] for note in package.notes}
        if key not in used:
            yield "note-type", f"{name} has no notes, an import leaves it out"


def _parts(note_type, kind, parts, keys):
    """Fields or templates: every key, ids that a rename survives, names told apart."""
    ids, names = set(), set()
    for index, part in enumerate(parts):
        label = f"{note_type}: {kind} {part.get('name', index)}"
        for missing in sorted(keys - set(part)):
            yield "note-type", f"{label} has no {missing}"
        if part.get("ord") != index:
            yield "note-type", f"{label} has ord {part.get('ord')}, not {index}"
        if type(part.get("id")) is not int:
            yield "ids", f"{label} has no id"
        elif part["id"] in ids:
            yield "ids", f"{label} has the id of another {kind}"
        ids.add(part.get("id"))
        if part.get("name", "").casefold() in names:
            yield "note-type", f"{label} has the name of another {kind}"
        names.add(part.get("name", "").casefold())


def _decks(package):
    names = {}
    for key, deck in sorted(package.decks.items()):
        name = deck.get("name", "")
        if deck.get("id") != key:
            yield "decks", f"{name} has the id {deck.get('id')!r} under the key {key}"
        if name.casefold() in names:
            yield "decks", f"two decks are called {name}"
        names[name.casefold()] = key
        for part in name.split("::"):
            cleaned = "".join(c for c in part if ord(c) >= 32 and ord(c) != 127).strip().strip(":")
            if not part or unicodedata.normalize("NFC", cleaned.strip()) != part:
                yield "decks", f"{name!r}: Anki would rename the part {part!r}"
        if deck.get("conf") not in package.presets:
            yield "decks", f"{name} has the options {deck.get('conf')}, which are not in the package"
        if deck.get("dyn"):
            yield "decks", f"{name} is a filtered deck"
    used = {card["did"] for card in package.cards}
    used_names = {deck["name"].casefold() for key, deck in package.decks.items() if key in used}
    for name, key in names.items():
        parts = name.split("::")
        for depth in range(1, len(parts)):
            if "::".join(parts[:depth]) not in names:
                yield "decks", f"{package.deck_name(key)} has no ancestor of depth {depth}"
        holds = any(other == name or other.startswith(name + "::") for other in used_names)
        if key != 1 and not holds:
            yield "decks", f"{package.deck_name(key)} holds no cards, an import leaves it out"
    if 1 in used:
        yield "decks", "cards stand in deck 1, which an import replaces by the learner's Default"
    for key in sorted(used - set(package.decks)):
        yield "decks", f"cards stand in deck {key}, which is not in the package"


def _presets(package):
    used = {deck.get("conf") for deck in package.decks.values()}
    for key, preset in sorted(package.presets.items()):
        if preset.get("id") != key:
            yield "presets", f"{preset.get('name')} has the id {preset.get('id')!r} under the key {key}"
        if key not in used and key != 1:
            yield "presets", f"{preset.get('name')} belongs to no deck"


def _notes(package):
    now = int(time.time() * 1000)
    guids = set()
    for note in package.notes:
        label = _label(note)
        if not note["guid"]:
            yield "guid", f"{label} has no guid"
        if note["guid"] in guids:
            yield "guid", f"{label}: another note has the same guid"
        guids.add(note["guid"])
        if not FIRST_ID <= note["id"] <= now:
            yield "ids", f"{label} has the id {note['id']}, no past time in milliseconds"
        if note["mod"] > now // 1000:
            yield "ids", f"{label} was changed in the future, at {note['mod']}"
        note_type = package.note_types.get(note["mid"])
        if note_type is None:
            yield "note-type", f"{label} has the type {note['mid']}, which is not in the package"
            continue
        fields = note["flds"].split(FIELD_SEPARATOR)
        if len(fields) != len(note_type["flds"]):
            yield "note-row", f"{label} has {len(fields)} fields, its type has {len(note_type['flds'])}"
        if note["flags"] or note["data"]:
            yield "note-row", f"{label} has flags {note['flags']} and data {note['data']!r}"
        tags = note["tags"].split()
        if note["tags"] != (f" {' '.join(tags)} " if tags else ""):
            yield "tags", f"{label} has the tags {note['tags']!r}"


def _cards(package):
    now = int(time.time() * 1000)
    notes = {note["id"]: note for note in package.notes}
    seen = set()
    for card in package.cards:
        note = notes.get(card["nid"])
        label = f"card {card['ord']} of {_label(note) if note else 'note %s' % card['nid']}"
        if note is None:
            yield "card-row", f"{label}: the note is not in the package"
        if (card["nid"], card["ord"]) in seen:
            yield "card-row", f"{label} is there twice"
        seen.add((card["nid"], card["ord"]))
        if not FIRST_ID <= card["id"] <= now:
            yield "ids", f"{label} has the id {card['id']}, no past time in milliseconds"
        for column in ZERO_COLUMNS:
            if card[column] != 0:
                yield "card-row", f"{label} has {column} {card[column]}, a new card has 0"
        if card["queue"] not in (0, -1):
            yield "card-row", f"{label} has queue {card['queue']}, neither new nor suspended"
        if not 0 <= card["flags"] <= 7:
            yield "card-row", f"{label} has flags {card['flags']}"
        if card["data"] not in ("", "{}"):
            yield "card-row", f"{label} has data {card['data']!r}"
    for note_id in sorted(set(notes) - {nid for nid, _ in seen}):
        yield "card-row", f"{_label(notes[note_id])} has no card"


def _positions(package):
    """New cards come in the order of `due`: one position a note, without gaps."""
    positions = {}
    for card in package.cards:
        positions.setdefault(card["nid"], set()).add(card["due"])
    for note in package.notes:
        dues = positions.get(note["id"], set())
        if len(dues) > 1:
            yield "position", f"the cards of {_label(note)} have the positions {sorted(dues)}"
    used = sorted(set().union(*positions.values()))
    if used and (used[0] not in (0, 1) or used[-1] - used[0] + 1 != len(used)):
        yield "position", f"positions {used[0]} to {used[-1]} have gaps: {len(used)} are used"
    if len(used) < len(positions):
        yield "position", f"{len(positions)} notes share {len(used)} positions"


def _label(note):
    first = note["flds"].split(FIELD_SEPARATOR)[0]
    return f"note {note['guid']} ({first[:40]!r})"
