"""A small package that keeps every promise, for the tests of the judge.

Written by hand with the standard library, so that the judge is tested without the
program it judges. A test changes one thing in `Sample` and writes it.
"""

import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

TIME = 1_700_000_000
NORMAL, CLOZE = 1_600_000_001, 1_600_000_002
PARENT, WORDS, PRESET = 1_600_000_011, 1_600_000_012, 1_600_000_021

LATEX_PREAMBLE = "\\documentclass{article}\n\\begin{document}\n"
# The pictures of a formula with two clozes: each question, and the answer of both.
FORMULA = "[$]{{c1::x}}+{{c2::y}}[/$]"
FORMULA_SHOWN = ("$[...]+y$", "$x+[...]$", "$x+y$")

TABLES = """
create table col (id integer primary key, crt integer not null, mod integer not null,
  scm integer not null, ver integer not null, dty integer not null, usn integer not null,
  ls integer not null, conf text not null, models text not null, decks text not null,
  dconf text not null, tags text not null);
create table notes (id integer primary key, guid text not null, mid integer not null,
  mod integer not null, usn integer not null, tags text not null, flds text not null,
  sfld integer not null, csum integer not null, flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null,
  ord integer not null, mod integer not null, usn integer not null, type integer not null,
  queue integer not null, due integer not null, ivl integer not null, factor integer not null,
  reps integer not null, lapses integer not null, left integer not null,
  odue integer not null, odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null,
  ease integer not null, ivl integer not null, lastIvl integer not null,
  factor integer not null, time integer not null, type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
create index ix_notes_usn on notes (usn);
create index ix_notes_csum on notes (csum);
create index ix_cards_usn on cards (usn);
create index ix_cards_nid on cards (nid);
create index ix_cards_sched on cards (did, queue, due);
create index ix_revlog_usn on revlog (usn);
create index ix_revlog_cid on revlog (cid);
"""

NOTE_COLUMNS = "id guid mid mod usn tags flds sfld csum flags data".split()
CARD_COLUMNS = (
    "id nid did ord mod usn type queue due ivl factor reps lapses left odue odid flags data".split()
)


class Sample:
    """The content of the package; everything may be changed before `write`."""

    def __init__(self):
        self.conf = _conf()
        self.note_types = {NORMAL: _normal_type(), CLOZE: _cloze_type()}
        self.decks = {
            1: _deck(1, "Default", 1),
            PARENT: _deck(PARENT, "Sample", PRESET),
            WORDS: _deck(WORDS, "Sample::Words", PRESET, "Words to *learn*"),
        }
        self.presets = {1: _preset(1, "Default"), PRESET: _preset(PRESET, "Sample")}
        self.presets[PRESET]["new"]["perDay"] = 7
        self.notes, self.cards = [], []
        self._add(NORMAL, ["el gato", 'the cat <img src="cat.png">'], "animal noun", [0, 1])
        self._add(NORMAL, ["el perro [sound:dog.mp3]", "the dog"], "animal noun", [0, 1])
        self._add(NORMAL, ["42", ""], "", [0])
        self._add(CLOZE, ["{{c1::Oslo}} is in {{c3::Norway::country}}", ""], "", [0, 2])
        self._add(CLOZE, [FORMULA, ""], "", [0, 1])
        self.cards[0]["queue"] = -1
        self.cards[1]["flags"] = 3
        self.media = {
            "cat.png": b"a picture",
            "dog.mp3": b"a sound",
            "_sample-1f.woff2": b"a font named by the style sheet",
        }
        for formula in FORMULA_SHOWN:
            digest = hashlib.sha1(formula.encode()).hexdigest()
            self.media[f"latex-{digest}.png"] = formula.encode()
        self.media_map = {str(index): name for index, name in enumerate(self.media)}
        self.date = (1980, 1, 1, 0, 0, 0)
        self.database_first = False
        self.compression = zipfile.ZIP_DEFLATED
        self.statements = []


    def set_field(self, index, field, text):
        """Changes a field as an author would: what is derived from it follows."""
        note = self.notes[index]
        fields = note["flds"].split("\x1f")
        fields[field] = text
        note["flds"] = "\x1f".join(fields)
        note["sfld"], note["csum"] = fields[0], checksum(fields[0])

    def write(self, path):
        """Writes the package."""
        entries = [(str(i), data) for i, data in enumerate(self.media.values())]
        entries.append(("media", json.dumps(self.media_map).encode()))
        entries.insert(0 if self.database_first else len(entries), ("collection.anki2", self._database()))
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in entries:
                archive.writestr(zipfile.ZipInfo(name, self.date), data, self.compression)

    def _add(self, note_type, fields, tags, ordinals):
        position = len(self.notes)
        note_id = TIME * 1000 + position * 100
        self.notes.append(
            {
                "id": note_id,
                "guid": f"sample-{position}",
                "mid": note_type,
                "mod": TIME,
                "usn": -1,
                "tags": f" {tags} " if tags else "",
                "flds": "\x1f".join(fields),
                "sfld": fields[0],
                "csum": checksum(fields[0]),
                "flags": 0,
                "data": "",
            }
        )
        for ordinal in ordinals:
            self.cards.append(self.card(note_id, ordinal, position))

    def card(self, note_id, ordinal, position):
        """A new card's row, not yet in the package."""
        row = dict.fromkeys(CARD_COLUMNS, 0)
        row.update(id=note_id + ordinal, nid=note_id, did=WORDS, ord=ordinal, mod=TIME, usn=-1)
        row.update(due=position, data="")
        return row

    def _database(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "collection.db")
            connection = sqlite3.connect(file)
            connection.executescript("pragma synchronous = off;" + TABLES)
            connection.execute(
                "insert into col values (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')",
                (TIME, TIME * 1000, TIME * 1000, *map(_json, self._objects())),
            )
            _insert(connection, "notes", NOTE_COLUMNS, self.notes)
            _insert(connection, "cards", CARD_COLUMNS, self.cards)
            for statement in self.statements:
                connection.execute(statement)
            connection.commit()
            connection.close()
            return file.read_bytes()

    def _objects(self):
        return self.conf, self.note_types, self.decks, self.presets


def checksum(text):
    """Anki's checksum of a text without tags and entities."""
    return int(hashlib.sha1(text.encode()).hexdigest()[:8], 16)


def _json(value):
    return json.dumps(value)


def _insert(connection, table, columns, rows):
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"insert into {table} values ({marks})",
        [[row[column] for column in columns] for row in rows],
    )


def _conf():
    return {
        "activeDecks": [1], "curDeck": 1, "newSpread": 0, "collapseTime": 1200, "timeLim": 0,
        "estTimes": True, "dueCounts": True, "curModel": None, "nextPos": 1,
        "sortType": "noteFld", "sortBackwards": False, "addToCur": True, "dayLearnFirst": False,
        "schedVer": 2, "creationOffset": 0, "sched2021": True, "rollover": 4,
    }  # fmt: skip


def _normal_type():
    templates = [
        _template(0, "Forward", "{{Front}}", "{{FrontSide}}<hr id=answer>{{Back}}"),
        _template(1, "Back", "{{#Back}}{{Back}}{{/Back}}", "{{FrontSide}}<hr id=answer>{{Front}}"),
    ]
    css = '@font-face { font-family: sample; src: url("_sample-1f.woff2"); }'
    req = [[0, "any", [0]], [1, "any", [1]]]
    return _note_type(NORMAL, "Sample words", 0, ["Front", "Back"], templates, css, req)


def _cloze_type():
    template = _template(0, "Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>{{Extra}}")
    req = [[0, "any", [0]]]
    return _note_type(CLOZE, "Sample cloze", 1, ["Text", "Extra"], [template], "", req)


def _note_type(key, name, kind, fields, templates, css, req):
    return {
        "id": key, "name": name, "type": kind, "mod": TIME, "usn": -1, "sortf": 0, "did": None,
        "tmpls": templates, "flds": [_field(i, name) for i, name in enumerate(fields)],
        "css": css, "latexPre": LATEX_PREAMBLE, "latexPost": "\\end{document}",
        "latexsvg": False, "req": req,
    }  # fmt: skip


def _field(index, name):
    return {
        "name": name, "ord": index, "sticky": False, "rtl": False, "font": "Arial", "size": 20,
        "description": "", "plainText": False, "collapsed": False, "excludeFromSearch": False,
        "id": 900 + index, "tag": None, "preventDeletion": False,
    }  # fmt: skip


def _template(index, name, front, back):
    return {
        "name": name, "ord": index, "qfmt": front, "afmt": back, "bqfmt": "", "bafmt": "",
        "did": None, "bfont": "", "bsize": 0, "id": 800 + index,
    }  # fmt: skip


def _deck(key, name, preset, description=""):
    return {
        "id": key, "mod": TIME, "name": name, "usn": -1, "lrnToday": [0, 0], "revToday": [0, 0],
        "newToday": [0, 0], "timeToday": [0, 0], "collapsed": True, "browserCollapsed": True,
        "desc": description, "dyn": 0, "conf": preset, "extendNew": 0, "extendRev": 0,
        "reviewLimit": None, "newLimit": None, "reviewLimitToday": None, "newLimitToday": None,
        "desiredRetention": None,
    }  # fmt: skip


def _preset(key, name):
    return {
        "id": key, "mod": TIME, "name": name, "usn": -1, "maxTaken": 60, "autoplay": True,
        "timer": 0, "replayq": True,
        "new": {"bury": False, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0],
                "order": 1, "perDay": 20},
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200,
                "hardFactor": 1.2},
        "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        "dyn": False, "newMix": 0, "newPerDayMinimum": 0, "interdayLearningMix": 0,
        "reviewOrder": 0, "newSortOrder": 0, "newGatherPriority": 0,
        "buryInterdayLearning": False, "fsrsWeights": [], "fsrsParams5": [], "fsrsParams6": [],
        "desiredRetention": 0.9, "ignoreRevlogsBeforeDate": "",
        "easyDaysPercentages": [1.0] * 7, "stopTimerOnAnswer": False,
        "secondsToShowQuestion": 0.0, "secondsToShowAnswer": 0.0, "questionAction": 0,
        "answerAction": 0, "waitForAudio": True, "sm2Retention": 0.9, "weightSearch": "",
    }  # fmt: skip


if __name__ == "__main__":
    Sample().write(sys.argv[1])
