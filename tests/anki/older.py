"""Turns the collection that export.py made into the schemas between 11 and 18, which no current
Anki writes, and lets Anki open each as proof that it is one.

Usage: older.py FOLDER
"""

import json
import shutil
import sqlite3
import struct
import sys
import zipfile
from pathlib import Path

from anki.collection import Collection

EASE = 2.3
GRAVES = """
create table old (usn integer not null, oid integer not null, type integer not null);
insert into old select usn, oid, type from graves;
drop table graves;
alter table old rename to graves;
"""
TAGS = """
create table old (tag text not null primary key collate unicase, usn integer not null)
  without rowid;
insert into old select tag, usn from tags;
drop table tags;
alter table old rename to tags;
"""
NO_NOTE_TYPES = """
drop table notetypes; drop table fields; drop table templates; drop table decks;
drop index idx_notes_mid; drop index idx_cards_odid;
"""


def main(folder):
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    legacy = folder / "legacy.anki2"
    with zipfile.ZipFile(folder / "legacy.colpkg") as package:
        legacy.write_bytes(package.read("collection.anki21"))
    for version in (17, 16, 15, 14):
        path = folder / f"schema{version}.anki2"
        shutil.copy(folder / "collection.anki2", path)
        downgrade(path, legacy, version)
        prove(path, truth)


def downgrade(path, legacy, version):
    database = sqlite3.connect(path)
    database.create_collation("unicase", lambda one, other: compare(one.casefold(), other.casefold()))
    database.executescript(GRAVES)
    if version < 17:
        database.executescript(TAGS)
    if version < 16:
        for row, config in database.execute("select id, config from deck_config").fetchall():
            in_percent = config.replace(b"\x5d" + single(EASE), b"\x5d" + single(EASE * 100))
            in_percent = in_percent.replace(b"\x5d" + single(2.5), b"\x5d" + single(250))
            database.execute("update deck_config set config = ? where id = ?", (in_percent, row))
    if version < 15:
        models, decks, presets = (
            sqlite3.connect(legacy).execute("select models, decks, dconf from col").fetchone()
        )
        database.execute("update col set models = ?, decks = ?", (models, decks))
        for row, preset in json.loads(presets).items():
            config = json.dumps(preset).encode()
            database.execute("update deck_config set config = ? where id = ?", (config, row))
        database.commit()
        database.executescript(NO_NOTE_TYPES)
    database.execute("update col set ver = ?", (version,))
    database.commit()
    database.execute("vacuum")
    database.close()


def prove(path, truth):
    """Anki opens a copy and finds in it what export.py put there."""
    copy = path.with_name("opened.anki2")
    shutil.copy(path, copy)
    collection = Collection(str(copy))
    assert collection.db.scalar("select ver from col") == 18
    assert collection.models.all() == truth["note_types"]
    assert sorted(map(str, collection.decks.all())) == sorted(map(str, truth["decks"]))
    assert collection.decks.all_config() == truth["presets"]
    collection.close()


def compare(one, other):
    return (one > other) - (one < other)


def single(number):
    return struct.pack("<f", number)


main(Path(sys.argv[1]))
