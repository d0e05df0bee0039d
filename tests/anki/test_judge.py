"""The judge must be able to fail: each kind of broken package, and the rules it breaks.

Run with the Python of a venv that holds `anki`:

    target/judges/anki-26.9.3/bin/python tests/anki/test_judge.py
"""

import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import anki.buildinfo

import backend
from dump import Package, dump
from packages import RULES, judge
from sample import CLOZE, NORMAL, PARENT, PRESET, TIME, WORDS, Sample

IS_25 = anki.buildinfo.version.startswith("25.")


def drop_card(sample):
    sample.cards.pop(1)


def drop_all_cards_of_a_note(sample):
    sample.cards = [card for card in sample.cards if card["nid"] != sample.notes[2]["id"]]
    sample.cards[4]["due"] = sample.cards[5]["due"] = 2
    for card in sample.cards[6:]:
        card["due"] = 3


def add_blank_card(sample):
    sample.cards.append(sample.card(sample.notes[2]["id"], 1, 2))


def add_cloze_card(sample):
    sample.cards.append(sample.card(sample.notes[3]["id"], 1, 3))


def add_second_card(sample):
    sample.cards.append({**sample.cards[0], "id": sample.cards[0]["id"] + 50})


def add_stray_card(sample):
    sample.cards.append(sample.card(TIME * 1000 + 77, 0, 0))


def drop_media_file(sample):
    # With its entry and name: the reference in the note is left alone.
    del sample.media["cat.png"]
    sample.media_map = {str(index): name for index, name in enumerate(sample.media)}


def drop_media_entry(sample):
    sample.media.popitem()


def drop_media_name(sample):
    sample.media["extra.png"] = b"no name in the map"


def add_media_file(sample):
    name_media(sample, "extra.png", b"nobody asks for it")


def add_static_file(sample):
    name_media(sample, "_extra.js", b"nobody asks for it")


def add_latex_picture(sample):
    name_media(sample, "latex-" + "0" * 40 + ".png", b"nobody asks for it")


def name_media(sample, name, data):
    sample.media_map[str(len(sample.media))] = name
    sample.media[name] = data


def drop_latex_picture(sample):
    drop_media_entry(sample)
    sample.media_map.popitem()


def rename_media(name):
    def change(sample):
        sample.media_map["0"] = name
        sample.set_field(0, 1, f'the cat <img src="{name}">')

    return change


def same_guid(sample):
    sample.notes[1]["guid"] = sample.notes[0]["guid"]


def template(kind, index, **values):
    def change(sample):
        sample.note_types[kind]["tmpls"][index].update(values)

    return change


def note_type(kind, **values):
    def change(sample):
        sample.note_types[kind].update(values)

    return change


def note(index, **values):
    def change(sample):
        sample.notes[index].update(values)

    return change


def card(index, **values):
    def change(sample):
        sample.cards[index].update(values)

    return change


def deck(key, **values):
    def change(sample):
        sample.decks[key].update(values)

    return change


def text(index, field, value):
    def change(sample):
        sample.set_field(index, field, value)

    return change


def unknown_field(sample):
    template(NORMAL, 0, qfmt="{{Front}}{{Hint}}")(sample)


def no_cloze_filter(sample):
    template(CLOZE, 0, afmt="{{Extra}}")(sample)


def drop_key(*path):
    def change(sample):
        inner = getattr(sample, path[0])
        for key in path[1:-1]:
            inner = inner[key]
        del inner[path[-1]]

    return change


def same_field_ids(sample):
    for field in sample.note_types[NORMAL]["flds"]:
        field["id"] = 5


def preset_of_wrong_type(sample):
    sample.presets[PRESET]["new"]["initialFactor"] = 2600.0


def drop_parent(sample):
    del sample.decks[PARENT]


def cards_in_default(sample):
    del sample.decks[WORDS], sample.decks[PARENT], sample.presets[PRESET]
    for row in sample.cards:
        row["did"] = 1


def empty_deck(sample):
    sample.decks[99] = {**sample.decks[WORDS], "id": 99, "name": "Sample::Nothing"}


def unused_note_type(sample):
    sample.note_types[77] = {**sample.note_types[NORMAL], "id": 77, "name": "Sample unused"}


def statement(sql):
    def change(sample):
        sample.statements.append(sql)

    return change


def seconds_as_id(sample):
    for row in sample.cards:
        if row["nid"] == sample.notes[0]["id"]:
            row["nid"] = TIME
    sample.notes[0]["id"] = TIME


def future(sample):
    for row in sample.cards:
        if row["nid"] == sample.notes[4]["id"]:
            row["nid"] *= 1000
    sample.notes[4]["id"] *= 1000


def other_date(sample):
    sample.date = (2026, 1, 2, 3, 4, 6)


def database_first(sample):
    sample.database_first = True


def other_compression(sample):
    sample.compression = zipfile.ZIP_BZIP2


# What is changed in the sound package, and exactly the rules that this breaks.
BROKEN = [
    ("a missing card", drop_card, {"generation", "check"}),
    ("a note without cards", drop_all_cards_of_a_note, {"generation", "check", "card-row"}),
    ("an extra card", add_blank_card, {"generation", "render", "empty-cards"}),
    ("an extra cloze card", add_cloze_card, {"generation", "render", "empty-cards"}),
    ("a card twice", add_second_card, {"card-row", "check"}),
    ("a card of no note", add_stray_card, {"card-row", "position"}),
    ("a missing media file", drop_media_file, {"media-missing"}),
    ("a name without an entry", drop_media_entry, {"media-map", "import"}),
    ("an entry without a name", drop_media_name, {"media-map"}),
    ("an unused media file", add_media_file, {"media-unused"}),
    ("an unused static file", add_static_file, {"media-unused"}),
    ("an unused latex picture", add_latex_picture, {"media-unused"}),
    ("a missing latex picture", drop_latex_picture, {"media-missing", "render"}),
    ("a media name in capitals", rename_media("Cat.PNG"), {"media-name"}),
    (
        "a media name that Anki changes",
        rename_media("a:b.png"),
        {"media-name", "media-unused", "note-row"},
    ),
    ("a duplicate guid", same_guid, {"guid", "note-row", "card-row"}),
    ("an empty guid", note(0, guid=""), {"guid"}),
    ("a template with an unknown field", unknown_field, {"note-type", "render"}),
    ("a template that is not closed", template(NORMAL, 1, afmt="{{#Back}}x"), {"note-type", "render"}),
    ("two equal fronts", template(NORMAL, 1, qfmt="{{Front}}"), {"note-type", "req", "check"}),
    ("a cloze type without a cloze", no_cloze_filter, {"note-type", "media-unused"}),
    ("a wrong checksum", note(0, csum=1), {"note-row"}),
    ("a wrong sort field", note(0, sfld="x"), {"note-row"}),
    ("too many fields", note(0, flds="a\x1fb\x1fc"), {"note-row", "import"}),
    ("a text that is not composed", text(0, 0, "cafe\u0301"), {"note-row"}),
    ("unsorted tags", note(0, tags=" noun animal "), {"tags"}),
    ("tags without spaces around", note(0, tags="animal"), {"tags"}),
    ("a wrong list of required fields", note_type(NORMAL, req=[[0, "all", [0]]]), {"req"}),
    ("a field without an id", drop_key("note_types", NORMAL, "flds", 0, "id"), {"ids", "note-type"}),
    ("two fields of one id", same_field_ids, {"ids"}),
    ("a template that names a deck", template(NORMAL, 0, did=WORDS), {"note-type"}),
    ("a note type without notes", unused_note_type, {"note-type"}),
    ("a gap in the positions", card(-1, due=40), {"position"}),
    ("a review card", card(0, type=2, queue=2, ivl=10), {"card-row"}),
    ("an ancestor that is not there", drop_parent, {"decks"}),
    ("cards in the default deck", cards_in_default, {"decks"}),
    ("a deck without cards", empty_deck, {"decks"}),
    ("a card of an unknown deck", card(0, did=4), {"decks", "card-row", "check"}),
    ("a deck name that Anki changes", deck(WORDS, name="Sample:: Words"), {"decks", "card-row"}),
    ("an incomplete deck", drop_key("decks", WORDS, "newLimit"), {"decks"}),
    ("an incomplete preset", drop_key("presets", PRESET, "new", "bury"), {"presets"}),
    ("a preset of the wrong type", preset_of_wrong_type, {"presets"}),
    ("options that are not there", deck(WORDS, conf=5), {"decks", "import"}),
    ("an incomplete configuration", drop_key("conf", "creationOffset"), {"database"}),
    ("a missing index", statement("drop index ix_notes_csum"), {"database"}),
    ("a left-over grave", statement("insert into graves values (0, 1, 1)"), {"database"}),
    ("an id in seconds", seconds_as_id, {"ids"}),
    ("an id in the future", future, {"ids", "note-row"}),
    ("the date of the build", other_date, {"entry-date"}),
    ("the database first", database_first, {"entry-order"}),
    ("a compression that Anki cannot read", other_compression, {"archive", "import"}),
]
# Rules that no change of the sample breaks: the first has a test of its own, the others
# say what should never happen.
UNBROKEN = {"readable", "reimport", "judge"}


class JudgeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "sample.apkg")

    def report(self, change=lambda sample: None):
        sample = Sample()
        change(sample)
        sample.write(self.path)
        return judge(self.path)

    def test_a_sound_package_breaks_no_promise(self):
        report = self.report()
        self.assertEqual(report["broken"], [])
        self.assertEqual((report["notes"], report["cards"]), (5, 9))
        self.assertEqual(report["log"], {"new": 5, "updated": 0, "duplicate": 0, "conflicting": 0})

    def test_each_kind_of_broken_package_is_caught(self):
        for what, change, rules in BROKEN:
            with self.subTest(what):
                broken = self.report(change)["broken"]
                self.assertEqual({entry["rule"] for entry in broken}, rules, broken)

    def test_each_rule_can_be_broken(self):
        broken = set().union(*(rules for _, _, rules in BROKEN))
        self.assertEqual(broken, set(RULES) - UNBROKEN)

    def test_a_file_that_is_no_package_is_unreadable(self):
        for data in (b"", b"not a zip", b"PK\x05\x06" + bytes(18)):
            self.path.write_bytes(data)
            self.assertEqual([b["rule"] for b in judge(self.path)["broken"]], ["readable"])

    def test_special_fields_count_in_one_backend_only(self):
        # The caller asks both backends and counts what they agree on.
        sample_rules = self.report(template(NORMAL, 1, qfmt="{{#Back}}{{Back}}{{/Back}}{{Deck}}"))
        rules = {entry["rule"] for entry in sample_rules["broken"]}
        self.assertEqual("generation" in rules, not IS_25)

    def test_a_complaint_quoted_by_a_field_is_no_complaint(self):
        report = self.report(text(2, 0, "The front of this card is blank, says Anki"))
        self.assertEqual(report["broken"], [])
        self.assertTrue(backend.COMPLAINTS.search("No cloze 2 found on card."))

    def test_the_dump_names_every_row(self):
        self.report()
        lines = dump(Package(self.path))
        for expected in (
            'note 1700000000300 guid "sample-3"',
            "  Text: {{c1::Oslo}} is in {{c3::Norway::country}}",
            "  card 2 id 1700000000302  due 3  queue 0  type 0  flags 0",
            "  in Sample::Words",
            "  0  1980-01-01 00:00:00  deflated  9 bytes  cat.png",
            '  desc: "Words to *learn*"',
            "    perDay: 7",
        ):
            self.assertIn(expected, lines)


if __name__ == "__main__":
    sys.exit(unittest.main())
