#!/usr/bin/env python3
"""Plays the history of a public deck through deckle, and counts which notes keep their identity.

    python3 benches/history.py REPOSITORY READER [--every N] [--deckle PATH]

REPOSITORY is a clone of a git repository whose notes have guids of their own. At each commit that
changes notes they are converted into a deckle project WITHOUT these guids, and built with one
lock. The guid that deckle gives a note is then compared with that of the builds before:

    kept    a note whose first field changed has the guid it had
    lost    it has a new one: learners would start it anew
    false   it has the guid that another note had: learners would see that one's progress

READER says what the repository looks like: `apkg` packages, `crowdanki` JSON, or `csv`. Changes
that only concern HTML tags, pictures and sounds are left out, as is what the converter cannot
know, such as the real order of notes in a package. benches/history.md holds the results.
"""

import argparse
import csv
import dataclasses
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Note:
    truth: str
    note_type: str
    path: str
    fields: tuple


# ---- reading -------------------------------------------------------------------------------

def git(repository, *arguments, text=True):
    command = ["git", "-C", str(repository), "-c", "core.quotepath=off", *arguments]
    done = subprocess.run(command, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace") if text else done.stdout


def plain(field):
    """What is left of a field's HTML that an author would type."""
    field = re.sub(r"<(br|div|p|li|tr|td)\b[^>]*>", "\n", field, flags=re.I)
    field = re.sub(r'<img[^>]*src="?([^" >]+)[^>]*>', r" \1 ", field, flags=re.I)
    field = re.sub(r"<[^>]*>|\[sound:[^\]]*\]", " ", field)
    for entity, text in [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]:
        field = field.replace(entity, text)
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]|\s+", " ", field).strip()


def read_apkg(path, blob):
    """The notes of a package of schema 11, in the order of their note ids."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(blob))
        names = archive.namelist()
        name = "collection.anki21" if "collection.anki21" in names else "collection.anki2"
        with tempfile.NamedTemporaryFile(suffix=".anki2") as file:
            file.write(archive.read(name))
            file.flush()
            database = sqlite3.connect(file.name)
            rows = database.execute("select guid, mid, flds from notes order by id").fetchall()
            database.close()
    except (zipfile.BadZipFile, sqlite3.Error, KeyError):
        return []
    return [(guid, str(kind), fields.split("\x1f")) for guid, kind, fields in rows]


def read_crowdanki(path, blob):
    try:
        tree = json.loads(blob)
    except ValueError:
        return []
    notes, stack = [], [tree]
    while stack:
        deck = stack.pop()
        own = deck if isinstance(deck, list) else deck.get("notes", [])
        own = [it for it in own if isinstance(it, dict) and "guid" in it]
        notes += [(it["guid"], it.get("note_model_uuid", ""), it["fields"]) for it in own]
        if isinstance(deck, dict):
            stack += reversed(deck.get("children", []))
    return notes


def table(blob):
    """The rows of a CSV file by its first column."""
    reader = csv.DictReader(io.StringIO(blob.decode("utf-8-sig", "replace")))
    names = reader.fieldnames or [""]
    return {row[names[0]]: {**row, "key": row[names[0]]} for row in reader}


def each_file(read):
    """A reader of files that hold notes by themselves."""

    def notes(files):
        for path, blob in files:
            for guid, kind, fields in blob(lambda content: read(path, content)):
                yield Note(guid, kind, path, fields)

    return notes


GEOGRAPHY = ["country", "country info", "capital", "capital info", "capital hint", "flag similarity"]


def read_geography(files):
    """Ultimate Geography: one table, later several, with columns in many languages."""
    rows = {}
    for path, blob in files:
        for key, row in blob(table).items():
            # The one table of the first years is keyed by guid, its columns begin in capitals.
            row = {name.lower(): value or "" for name, value in row.items() if name}
            rows.setdefault(key, {}).update(row)
    names = {name for row in rows.values() for name in row}
    for language in ["", *sorted({it[8:] for it in names if it.startswith("country:")})]:
        suffix = f":{language}" if language else ""
        for row in rows.values():
            # The guids of the languages were renewed once, the English ones never.
            guid = f"{row['guid']} {language}".strip() if row.get("guid") else ""
            fields = [row.get(f"{name}{suffix}", "") for name in GEOGRAPHY]
            yield Note(guid, "geography", f"geography{suffix}.csv", fields)


def read_ankilangs(files):
    """AnkiLangs: words by language, and guids by pair of languages."""
    base, pairs = {}, []
    for path, blob in files:
        if found := re.search(r"words-base-(\w\w)_", path):
            base[found[1]] = blob(table)
        elif found := re.search(r"words-from-(\w\w)_\w+-to-(\w\w)_", path):
            pairs.append((path, found[1], found[2], blob(table)))
    for path, source, target, rows in pairs:
        for key, row in rows.items():
            word = base.get(source, {}).get(key, {}).get(f"text:{source}") or ""
            answer = base.get(target, {}).get(key, {})
            rest = [answer.get(f"text:{target}") or "", answer.get(f"ipa:{target}") or ""]
            rest += [row.get("pronunciation hint") or "", row.get("notes") or ""]
            yield Note(row.get("guid") or "", "word", path, [word, *rest])


READERS = {
    "apkg": (each_file(read_apkg), re.compile(r"\.apkg$")),
    "crowdanki": (each_file(read_crowdanki), re.compile(r"(^|/)(deck|notes)\.json$")),
    "geography": (read_geography, re.compile(r"^src/data(\.csv$|/)")),
    "ankilangs": (read_ankilangs, re.compile(r"^src/data/625_words-[^/]*\.csv$")),
}


def snapshots(repository, reader):
    """Each commit that changes notes, oldest first, with its notes in the order of the files."""
    read, wanted = READERS[reader]
    cache, last = {}, None
    for commit in git(repository, "rev-list", "--reverse", "--first-parent", "HEAD").split():
        listing = git(repository, "ls-tree", "-r", "-z", commit).split("\0")
        files = [re.match(r"\d+ blob (\w+)\t(.*)", it, re.S) for it in listing]
        files = [it.groups() for it in files if it and wanted.search(it[2])]
        state = sorted((path, blob) for blob, path in files)

        def loader(path, blob):
            def load(parse):
                if (path, blob) not in cache:
                    try:
                        cache[path, blob] = parse(git(repository, "cat-file", "blob", blob, text=False))
                    except subprocess.CalledProcessError:
                        cache[path, blob] = parse(b"")
                return cache[path, blob]

            return load

        notes, seen = [], set()
        for note in read([(path, loader(path, blob)) for path, blob in state]):
            fields = tuple(plain(it) for it in note.fields)
            # A guid that stands twice tells nothing, and without a text there is no note.
            if note.truth and note.truth not in seen and fields and fields[0]:
                seen.add(note.truth)
                notes.append(dataclasses.replace(note, fields=fields))
        if notes and notes != last:
            yield commit, notes
            last = notes
