#!/usr/bin/env python3
"""Plays the history of a public deck through deckle, and counts which notes keep their identity.

    python3 benches/history.py READER REPOSITORY [--every 5] [--builds 20] [--show] [--matches]
                               [--deckle PATH]

REPOSITORY is a clone of a git repository whose notes have guids of their own: that is the truth
which deckle does not see. At each commit that changes notes (or at every fifth, as an author who
builds seldom) they are written into a project without ids, and built with one lock. Then the guid
that deckle gave each note is compared with the one it had before:

    edited  its first field is another; moved: it stands in another file; kept: with the same guid
    lost    it has a new guid: learners would start it anew
    false   it has the guid of another note: learners would see that one's progress

READER says what the repository looks like: `apkg` (packages), `crowdanki` (JSON), `geography`
(Ultimate Geography) or `ankilangs`. docs/matching.md has the results. HTML tags are left out of
the sources, since an author of Markdown would not type them. Standard library only.
"""

import argparse
import csv
import dataclasses
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

DECKLE = Path(__file__).resolve().parent.parent / "target/release/deckle"


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
    # Control and private-use characters are no text of an author's either.
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff]|\s+", " ", field).strip()


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


# ---- building ------------------------------------------------------------------------------

TYPE = """\
  - key: {key}
    name: {key}
    fields: [{fields}]
    card-templates:
      - {{name: Card, front: {{html: "{{{{F0}}}}"}}, back: {{html: "{back}"}}}}
"""


class Deck:
    """A deckle project that the notes of one commit after another are written into."""

    def __init__(self, folder, deckle):
        self.folder, self.deckle, self.paths, self.time = Path(folder), deckle, {}, 1_600_000_000

    def build(self, notes):
        """The guid of each note, by its guid in the repository; and how many were ambiguous."""
        widths, files = {}, {}
        for note in notes:
            widths[note.note_type] = max(widths.get(note.note_type, 2), len(note.fields))
            files.setdefault(note.path, []).append(note)
        types = [
            TYPE.format(
                key=f"t{hash_of(kind)}",
                fields=", ".join(f"F{index}" for index in range(width)),
                back="".join(f"{{{{F{index}}}}}" for index in range(width)),
            )
            for kind, width in sorted(widths.items())
        ]
        manifest = "format: 1\nname: History\nuid: 6f1f4b0e-52b6-4f0b-9a51-1f1a2b3c4d5e\n"
        (self.folder / "deckle.yaml").write_text(manifest + "types:\n" + "".join(types))
        for old in self.folder.glob("n*.yaml"):
            old.unlink()
        for path, here in files.items():
            lines = []
            for note in here:
                entry = {f"F{index}": {"text": it} for index, it in enumerate(note.fields) if it}
                entry["type"] = f"t{hash_of(note.note_type)}"
                # Tags are no part of what a note is known by: they carry the truth to the package.
                entry["tags"] = [f"truth-{note.truth.encode().hex()}"]
                lines.append("- " + json.dumps(entry, ensure_ascii=False) + "\n")
            (self.folder / f"n{hash_of(path)}.yaml").write_text("".join(lines), "utf-8")
        self.time += 86_400
        command = [self.deckle, "build", "--allow-schema-change", "--message-format", "short"]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(self.time)}
        done = subprocess.run(command, cwd=self.folder, capture_output=True, env=environment)
        told = done.stdout.decode()
        if done.returncode:
            sys.exit(f"deckle failed:\n{told[:2000]}\n{done.stderr.decode()[:2000]}")
        return self.guids(), told.count("[W0731]")

    def guids(self):
        guids = {}
        with tempfile.TemporaryDirectory() as folder:
            package = next(self.folder.glob("*.apkg"))
            file = zipfile.ZipFile(package).extract("collection.anki2", folder)
            database = sqlite3.connect(file)
            for guid, tags in database.execute("select guid, tags from notes"):
                truth = re.search(r"truth-([0-9a-f]+)", tags)[1]
                guids[bytes.fromhex(truth).decode()] = guid
            database.close()
        return guids


def hash_of(name):
    return hashlib.sha256(name.encode()).hexdigest()[:12]


@dataclasses.dataclass
class Tally:
    builds: int = 0
    notes: int = 0
    edited: int = 0
    edited_kept: int = 0
    moved: int = 0
    moved_kept: int = 0
    lost: int = 0
    false: int = 0
    ambiguous: int = 0


def play(history, deck, show, matches):
    tally, owners, before = Tally(), {}, {}
    for _, notes in history:
        guids, ambiguous = deck.build(notes)
        tally.builds += 1
        tally.notes += len(notes)
        tally.ambiguous += ambiguous
        now = {note.truth: (note, guids[note.truth]) for note in notes}
        for truth, (note, guid) in now.items():
            last, last_guid = before.get(truth, (None, None))
            if last and last.note_type == note.note_type:
                edited = last.fields[0] != note.fields[0]
                moved = last.path != note.path
                tally.edited += edited
                tally.moved += moved
                tally.edited_kept += edited and guid == last_guid
                tally.moved_kept += moved and guid == last_guid
                tally.lost += guid != last_guid
                if matches and edited and guid == last_guid:
                    print(f"found: {last.fields}\n    -> {note.fields}", file=sys.stderr)
                if show and guid != last_guid:
                    print(f"lost: {last.fields}\n    -> {note.fields}", file=sys.stderr)
            # Who bore this guid last, and was another note than this one?
            owner = owners.get(guid)
            if owner and owner.truth != truth and owner.fields != note.fields:
                tally.false += 1
                if show:
                    print(f"false: {owner.fields}\n    -> {note.fields}", file=sys.stderr)
        for note, guid in now.values():
            owners[guid] = note
        before = now
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--every", type=int, default=1, help="build at every so many-th change")
    parser.add_argument("--builds", type=int, help="build so many times, the last ones")
    parser.add_argument("--show", action="store_true", help="print false matches and lost notes")
    parser.add_argument("--matches", action="store_true", help="print edited notes that were kept")
    parser.add_argument("--deckle", default=str(DECKLE))
    arguments = parser.parse_args()
    history = list(snapshots(arguments.repository, arguments.reader))
    if not history:
        sys.exit("no commit has notes that this reader finds")
    history = history[:: arguments.every]
    if arguments.builds:
        history = history[-arguments.builds :]
    print(f"commits {history[0][0][:9]} to {history[-1][0][:9]}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        tally = play(history, Deck(folder, arguments.deckle), arguments.show, arguments.matches)
    name = arguments.repository.resolve().name
    figures = [str(it) for it in dataclasses.astuple(tally)]
    print("| history | every | builds | notes | edited | kept | moved | kept | lost | false | ambiguous |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    print(f"| {name} | {arguments.every} | " + " | ".join(figures) + " |")


if __name__ == "__main__":
    main()
