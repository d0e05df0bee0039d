"""Makes a collection with Anki's own API, with all that a learner's collection may hold, exports
it in every container, and writes what it holds to truth.json, for deckle's reader to be compared
with.

Usage: export.py FOLDER
"""

import hashlib
import json
import sys
from pathlib import Path

from anki.collection import Collection, ExportAnkiPackageOptions

CLOZE_MASK = "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2}}"
MEDIA = {
    "plain.png": b"png",
    "ünï code.png": "ü".encode(),
    "日本.mp3": b"",
    "it's, (1) & 2;.jpg": b"\x00\xff" * 40_000,
    "_static.js": b"1",
}


def main(folder):
    path = folder / "collection.anki2"
    collection = Collection(str(path))
    fill(collection)
    truth = dump(collection)
    for legacy in (True, False):
        kind = "legacy" if legacy else "latest"
        options = ExportAnkiPackageOptions(
            with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
        )
        collection.export_anki_package(
            out_path=str(folder / f"{kind}.apkg"), options=options, limit=None
        )
        collection.export_collection_package(
            str(folder / f"{kind}.colpkg"), include_media=True, legacy=legacy
        )
        collection.reopen()
    collection.close()
    (folder / "truth.json").write_text(json.dumps(truth), "utf-8")


def fill(collection):
    collection.set_config("fsrs", True)
    for name, content in MEDIA.items():
        assert collection.media.write_data(name, content) == name
    decks = [
        collection.decks.id(name)
        for name in ("Ünïcode::日本語::Größe", "Plain", "Plain::A b::c", "Empty above::x")
    ]
    note_types = collection.models.all()
    for index, note_type in enumerate(note_types):
        for number in range(4):
            note = collection.new_note(note_type)
            for at, name in enumerate(note.keys()):
                note.fields[at] = f"{name} {number} <b>ü</b> &lt; {note_type['name']}"
            note.fields[0] = f"{{{{c1::one}}}} {{{{c2::two::hint}}}} {number}"
            if "Occlusion" in note.keys():
                note.fields[0] = CLOZE_MASK
                note.fields[1] = '<img src="plain.png">'
            note.tags = ["a::b", "Größe", f"n{number}"][: index + 1]
            collection.add_note(note, decks[(index + number) % len(decks)])
    note = collection.new_note(note_types[0])
    note.fields = ["".join(f'<img src="{name}">' for name in MEDIA if name != "日本.mp3"), "日"]
    note.fields[1] = "[sound:日本.mp3]"
    collection.add_note(note, decks[1])
    own_note_type(collection, decks[1])
    options(collection, decks[1])
    study(collection, decks)
    filtered(collection)


def own_note_type(collection, deck):
    """One with every setting that Anki has."""
    note_type = collection.models.new("Eigen: ß")
    for name in ("Wort", "Bild & Ton"):
        field = collection.models.new_field(name)
        field.update(
            font="Noto Sans",
            size=31,
            rtl=True,
            sticky=True,
            description="was?",
            plainText=True,
            collapsed=True,
            excludeFromSearch=True,
        )
        collection.models.add_field(note_type, field)
    template = collection.models.new_template("Karte")
    template.update(
        qfmt="{{Wort}}", afmt="{{Bild & Ton}}", bqfmt="b{{Wort}}", bafmt="c", bfont="Serif", bsize=9
    )
    collection.models.add_template(note_type, template)
    note_type.update(sortf=1, css=".card { color: red }", latexPre="pre", latexPost="post")
    note_type["latexsvg"] = True
    note_type["extension"] = {"kept": [1, "x"]}
    collection.models.add(note_type)
    note = collection.new_note(collection.models.by_name("Eigen: ß"))
    note.fields = ["Haus", "x"]
    collection.add_note(note, deck)


def options(collection, deck):
    preset = collection.decks.add_config("Slow ü")
    preset["new"].update(perDay=7, delays=[0.5, 10, 1440], order=0, ints=[2, 5, 0], bury=True)
    preset["new"]["initialFactor"] = 2300
    preset["rev"].update(perDay=99, ease4=1.35, maxIvl=400, hardFactor=1.1, bury=True)
    preset["lapse"].update(delays=[20], leechFails=5, leechAction=0, mult=0.2, minInt=3)
    preset.update(
        maxTaken=90, autoplay=False, timer=1, replayq=False, newMix=1, reviewOrder=7,
        desiredRetention=0.85, buryInterdayLearning=True, waitForAudio=False, newSortOrder=3,
        newGatherPriority=5, weightSearch="deck:x", easyDaysPercentages=[1, 0.5, 0, 1, 1, 1, 1],
        stopTimerOnAnswer=True, secondsToShowAnswer=4.5, ignoreRevlogsBeforeDate="2024-02-03",
    )
    collection.decks.update_config(preset)
    row = collection.decks.get(deck)
    collection.decks.set_config_id_for_deck_dict(row, preset["id"])
    row = collection.decks.get(deck)
    row.update(desc="# Plain *text*", md=True, newLimit=3, reviewLimit=30, collapsed=False)
    row["desiredRetention"] = 83
    collection.decks.update(row)


def study(collection, decks):
    cards = list(collection.find_cards("is:new"))
    collection.sched.suspend_cards(cards[:3])
    collection.sched.bury_cards(cards[3:5], manual=True)
    collection.sched.bury_cards(cards[5:6], manual=False)
    for flag in range(1, 8):
        collection.set_user_flag_for_cards(flag, cards[flag : flag + 1])
    collection.sched.set_due_date(cards[8:12], "3-9")
    for deck in decks[:2]:
        collection.decks.select(deck)
        for ease in (1, 2, 3, 4, 3, 1, 4):
            card = collection.sched.getCard()
            if card is not None:
                collection.sched.answerCard(card, ease)


def filtered(collection):
    deck = collection.sched.get_or_create_filtered_deck(0)
    deck.name = "Gefiltert::x"
    del deck.config.search_terms[:]
    deck.config.search_terms.add(search="is:new tag:n2", limit=5, order=5)
    deck.config.search_terms.add(search="is:review", limit=2, order=6)
    deck.config.reschedule = True
    collection.sched.add_or_update_filtered_deck(deck)


def dump(collection):
    everything = collection.db.all
    return {
        "created": collection.db.scalar("select crt from col"),
        "next_position": collection.get_config("nextPos"),
        "note_types": collection.models.all(),
        "decks": collection.decks.all(),
        "presets": collection.decks.all_config(),
        "notes": everything("select id, guid, mid, mod, tags, flds, csum from notes order by id"),
        "cards": everything(
            "select id, nid, did, ord, mod, type, queue, due, ivl, factor, reps, lapses, left,"
            " odue, odid, flags, data from cards order by id"
        ),
        "reviews": collection.db.scalar("select count() from revlog"),
        "media": {
            name: [len(content), hashlib.sha1(content).hexdigest()]
            for name, content in MEDIA.items()
        },
    }


main(Path(sys.argv[1]))
