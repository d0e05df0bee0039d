"""Reads a package without Anki and prints its rows as text.

The judge compares what it reads here with what Anki makes of the same file, and
snapshots of packages are this text: a change in a package then shows as changed
lines, not as changed bytes. Standard library only.

    python dump.py FILE.apkg...
"""

import json
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

DATABASE = "collection.anki2"
MEDIA_MAP = "media"
FIELD_SEPARATOR = "\x1f"


class Unreadable(Exception):
    """The file is not a package of schema 11 in `collection.anki2`."""


class Package:
    """A package's entries, media map and rows, as they stand in the file."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            with zipfile.ZipFile(self.path) as archive:
                self.entries = archive.infolist()
                self.damaged_entry = archive.testzip()
                names = {entry.filename for entry in self.entries}
                if DATABASE not in names:
                    raise Unreadable(f"no entry {DATABASE}")
                database = archive.read(DATABASE)
                self.media = json.loads(archive.read(MEDIA_MAP)) if MEDIA_MAP in names else {}
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise Unreadable(str(error)) from error
        self.sizes = {entry.filename: entry.file_size for entry in self.entries}
        self._read_rows(database)

    def open(self):
        """The archive, for the bytes of its numbered entries."""
        return zipfile.ZipFile(self.path)

    def deck_name(self, deck_id):
        """The full name of a deck, or a text that says it is not there."""
        deck = self.decks.get(deck_id)
        return deck["name"] if deck else f"(deck {deck_id} is not in the package)"

    def _read_rows(self, database):
        # Python 3.9 cannot open a database in memory; a file works everywhere.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "collection.db")
            file.write_bytes(database)
            connection = sqlite3.connect(file)
            try:
                connection.row_factory = sqlite3.Row
                self._read_tables(connection)
            except (sqlite3.Error, ValueError, IndexError) as error:
                raise Unreadable(f"{DATABASE}: {error}") from error
            finally:
                connection.close()

    def _read_tables(self, connection):
        def rows(query):
            return [dict(row) for row in connection.execute(query)]

        self.integrity = [row[0] for row in connection.execute("pragma integrity_check")]
        self.objects = {
            (row[0], row[1]) for row in connection.execute("select type, name from sqlite_master")
        }
        self.collections = len(rows("select id from col"))
        self.collection = rows("select * from col")[0]
        self.conf = json.loads(self.collection["conf"])
        self.note_types = _by_number(json.loads(self.collection["models"]))
        self.decks = _by_number(json.loads(self.collection["decks"]))
        self.presets = _by_number(json.loads(self.collection["dconf"]))
        self.notes = rows("select *, typeof(sfld) as sfld_kind from notes order by id")
        self.cards = rows("select * from cards order by nid, ord, id")
        self.reviews = connection.execute("select count() from revlog").fetchone()[0]
        self.graves = connection.execute("select count() from graves").fetchone()[0]


def _by_number(objects):
    return {int(key): value for key, value in objects.items()}


def dump(package):
    """The package as lines of text, always in the same order."""
    lines = []
    lines += _collection_lines(package)
    for key, note_type in sorted(package.note_types.items()):
        lines += ["", f"note type {key}"] + _json_lines(note_type)
    for key, deck in sorted(package.decks.items(), key=lambda item: item[1].get("name", "")):
        lines += ["", f"deck {key}"] + _json_lines(deck)
    for key, preset in sorted(package.presets.items()):
        lines += ["", f"preset {key}"] + _json_lines(preset)
    lines += _note_lines(package)
    lines += _entry_lines(package)
    return "\n".join(lines) + "\n"


def _collection_lines(package):
    row = package.collection
    plain = [key for key in row.keys() if key not in ("conf", "models", "decks", "dconf")]
    return (
        ["collection"]
        + [f"  {key}: {row[key]}" for key in plain]
        + [f"  conf.{key}: {_json(value)}" for key, value in sorted(package.conf.items())]
        + [f"  reviews: {package.reviews}", f"  graves: {package.graves}"]
    )


def _note_lines(package):
    cards = {}
    for card in package.cards:
        cards.setdefault(card["nid"], []).append(card)
    lines = []
    for note in package.notes:
        note_type = package.note_types.get(note["mid"], {})
        names = [field.get("name", "?") for field in note_type.get("flds", [])]
        lines += [
            "",
            f"note {note['id']} guid {_json(note['guid'])}",
            f"  type: {note['mid']} {note_type.get('name', '(not in the package)')}",
            f"  mod: {note['mod']}  usn: {note['usn']}  flags: {note['flags']}  data: {_json(note['data'])}",
            f"  tags: {_json(note['tags'])}",
            f"  sfld: {_json(note['sfld'])} {note['sfld_kind']}  csum: {note['csum']}",
        ]
        for index, value in enumerate(note["flds"].split(FIELD_SEPARATOR)):
            name = names[index] if index < len(names) else f"(field {index + 1})"
            lines += _field_lines(name, value)
        lines += [_card_line(package, card) for card in cards.pop(note["id"], [])]
    for note_id, strays in sorted(cards.items()):
        lines += ["", f"cards of note {note_id}, which is not in the package"]
        lines += [_card_line(package, card) for card in strays]
    return lines


def _field_lines(name, value):
    """A field of several lines is a block, so that a snapshot differs by its line."""
    if "\n" not in value:
        return [f"  {name}: {value}"]
    return [f"  {name}: |"] + [f"    {line}" for line in value.split("\n")]


def _card_line(package, card):
    shown = ("due", "queue", "type", "flags")
    zero = [key for key in card if key not in (*shown, "id", "nid", "did", "ord", "mod", "usn", "data")]
    parts = [f"  card {card['ord']} id {card['id']}"]
    parts += [f"{key} {card[key]}" for key in shown]
    parts += [f"mod {card['mod']}", f"usn {card['usn']}"]
    parts += [f"{key} {card[key]}" for key in zero if card[key] != 0]
    if card["data"]:
        parts.append(f"data {card['data']}")
    return "  ".join(parts) + f"  in {package.deck_name(card['did'])}"


def _entry_lines(package):
    lines = ["", "entries"]
    for entry in package.entries:
        date = "%04d-%02d-%02d %02d:%02d:%02d" % entry.date_time
        method = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}.get(
            entry.compress_type, f"method {entry.compress_type}"
        )
        # The size of the database depends on SQLite's version, not on the content.
        size = "" if entry.filename == DATABASE else f"  {entry.file_size} bytes"
        name = package.media.get(entry.filename)
        lines.append(f"  {entry.filename}  {date}  {method}{size}" + (f"  {name}" if name else ""))
    lines += [
        f"  {key}  not in the archive  {name}"
        for key, name in sorted(package.media.items())
        if key not in package.sizes
    ]
    return lines


def _json_lines(value, indent="  "):
    """An object as `key: value` lines, one level deeper for each list of objects."""
    lines = []
    for key, inner in sorted(value.items()):
        if isinstance(inner, dict):
            lines += [f"{indent}{key}:"] + _json_lines(inner, indent + "  ")
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for index, item in enumerate(inner):
                lines += [f"{indent}{key}[{index}]:"] + _json_lines(item, indent + "  ")
        elif isinstance(inner, str) and "\n" in inner:
            lines += [f"{indent}{key}: |"] + [f"{indent}  {line}" for line in inner.split("\n")]
        else:
            lines.append(f"{indent}{key}: {_json(inner)}")
    return lines


def _json(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def main(paths):
    if not paths:
        print("usage: dump.py FILE.apkg...", file=sys.stderr)
        return 2
    for path in paths:
        try:
            text = dump(Package(path))
        except Unreadable as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        if len(paths) > 1:
            print(f"=== {path}")
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    # Otherwise a console of another encoding stops at the first foreign letter.
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.exit(main(sys.argv[1:]))
