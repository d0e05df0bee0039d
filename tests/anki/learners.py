"""What the real Anki makes of a package, imported into a collection that somebody has studied.

Reads a JSON list on standard input, each {"seed": number, "old": path, "new": path, "export":
path, "colpkg": bool, "legacy": bool, "studied": path or null}, and writes one JSON object a line
for each: {"second": import, "state": state, "story": [what the learner did], "lost": [cards
that the import touched], "hidden": whether the export does not show all that imports go by,
"stock": [names of note types]}; see imports.py for the first two.

"old" is imported, studied and edited, then exported to "export", as a learner would send it. With
"studied" the new package is made one of somebody who studied it, too, before it is imported.
"""

import json
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from anki.collection import Collection, ExportAnkiPackageOptions, ImportAnkiPackageOptions
from imports import _import, _reopened, _state

# What the packages of the test have as their first time.
TIME = 1_700_000_000
DECKS = ("Alpha", "Alpha::One", "Beta", "Beta::Deep", "Gamma", "Mine", "Mine::Own")
PROGRESS = (
    "select c.id, n.guid, c.ord, c.did, c.odid, c.mod, c.type, c.queue, c.due, c.odue, c.ivl,"
    " c.factor, c.reps, c.lapses, c.left, c.flags, c.data,"
    " (select count(*) from revlog r where r.cid = c.id)"
    " from cards c join notes n on n.id = c.nid order by c.id"
)


def main():
    output, sys.stdout = sys.stdout, sys.stderr
    cases = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="deckle-learners-") as folder:
        empty = Path(folder, "empty.anki2")
        Collection(str(empty)).close()
        for number, case in enumerate(cases):
            place = Path(folder, str(number))
            place.mkdir()
            print(json.dumps(_case(case, empty, place)), file=output, flush=True)
            shutil.rmtree(place, ignore_errors=True)


def _case(case, empty, place):
    chance = random.Random(case["seed"])
    if case["studied"]:
        author = Learner(empty, place / "author", case["new"], chance)
        author.is_reader = False
        author.live(3)
        author.export(case["studied"], False, case["legacy"])
        author.collection.close()
    learner = Learner(empty, place / "learner", case["old"], chance)
    learner.live(4 + chance.randrange(8))
    learner.export(case["export"], case["colpkg"], case["legacy"])
    collection = learner.collection
    before = {row[0]: row for row in collection.db.all(PROGRESS)}
    started = int(time.time()) - 5
    # What an export for others does not show, and an import runs into all the same.
    hidden = bool(
        collection.db.scalar("select 1 from notetypes where id not in (select mid from notes)"
            f" and id not in ({','.join(map(str, learner.stock))})")
    ) or any(
        collection.decks.is_filtered(it.id) and not collection.decks.card_count(it.id, False)
        for it in collection.decks.all_names_and_ids()
    )
    new = case["studied"] or case["new"]
    second = _import(collection, new, ImportAnkiPackageOptions())
    collection = _reopened(collection, learner.path, second)
    after = {row[0]: row for row in collection.db.all(PROGRESS)}
    lost = [row for key, row in before.items() if after.get(key) != row]
    state = _state(collection, learner.stock, started)
    state["types"] = [kind for kind in state["types"] if kind[0] not in learner.stock_names]
    state["empty"] = _empty(collection)
    decks = {entry.id: entry.name for entry in collection.decks.all_names_and_ids()}
    state["cards"] = sorted(
        [row[1], row[2], decks.get(row[4] or row[3], "#"), row[12], row[10], row[6] != 0 or row[12] > 0]
        for row in after.values()
    )
    collection.close()
    return {
        "second": second,
        "state": _timeless(state),
        "story": learner.story,
        "lost": lost,
        "hidden": hidden,
        "stock": sorted(learner.stock_names),
    }


def _timeless(state):
    """Names that say when the import was say that it was one."""
    text = re.sub(r" \d{10}(?=::|\")", " (time of the import)", json.dumps(state))
    return json.loads(text)


def _empty(collection):
    """The cards that "Empty Cards" would delete."""
    report = collection.get_empty_cards()
    ids = [card for note in report.notes for card in note.card_ids]
    query = "select n.guid, c.ord from cards c join notes n on n.id = c.nid where c.id = ?"
    return sorted(collection.db.first(query, card) for card in ids)


class Learner:
    def __init__(self, empty, place, package, chance):
        place.mkdir()
        self.path = place / "collection.anki2"
        shutil.copy(empty, self.path)
        self.chance = chance
        self.is_reader = True
        self.story = []
        self.collection = Collection(str(self.path))
        self.collection.db.execute("pragma synchronous = off")
        entries = self.collection.models.all_names_and_ids()
        self.stock = {entry.id for entry in entries}
        self.stock_names = {entry.name for entry in entries}
        log = _import(self.collection, package, ImportAnkiPackageOptions())
        self.collection = _reopened(self.collection, self.path, log)

    def live(self, count):
        does = (
            *(self.answer,) * 3,
            self.due,
            self.suspend,
            self.bury,
            self.flag,
            self.forget,
            self.edit,
            self.edit,
            self.cloze,
            self.tag,
            self.move,
            self.rename_deck,
            self.delete,
            self.delete_card,
            self.add,
            self.style,
            self.add_field,
            self.filtered,
        )
        for _ in range(count):
            do = self.chance.choice(does)
            try:
                done = do()
            except Exception as error:  # What Anki refuses the learner does not do.
                done = f"refused: {error}"
            self.story.append(f"{do.__name__} {done or ''}".strip())
        self.rewind()

    def cards(self, most):
        found = sorted(self.collection.find_cards(""))
        return self.chance.sample(found, min(most, len(found)))

    def note(self):
        found = sorted(self.collection.find_notes(""))
        return self.collection.get_note(self.chance.choice(found))

    def answer(self):
        decks = [entry.id for entry in self.collection.decks.all_names_and_ids()]
        self.collection.decks.select(self.chance.choice(decks))
        for _ in range(self.chance.randrange(1, 8)):
            card = self.collection.sched.getCard()
            if card is not None:
                self.collection.sched.answerCard(card, self.chance.randrange(1, 5))

    def due(self):
        self.collection.sched.set_due_date(self.cards(3), "3-9")

    def suspend(self):
        self.collection.sched.suspend_cards(self.cards(2))

    def bury(self):
        self.collection.sched.bury_cards(self.cards(2), manual=self.chance.random() < 0.5)

    def flag(self):
        self.collection.set_user_flag_for_cards(self.chance.randrange(1, 8), self.cards(2))

    def forget(self):
        self.collection.sched.schedule_cards_as_new(self.cards(2))

    def edit(self):
        note = self.note()
        field = self.chance.randrange(len(note.fields))
        note.fields[field] += f" mine {self.chance.randrange(99)}"
        self.collection.update_note(note)
        return note.guid

    def cloze(self):
        note = self.note()
        note.fields[0] += "{{c4::mine}}"
        self.collection.update_note(note)
        return note.guid

    def tag(self):
        note = self.note()
        note.tags += [self.chance.choice(["mine", "Marked", "leech"])]
        self.collection.update_note(note)
        return note.guid

    def move(self):
        deck = self.collection.decks.id(self.chance.choice(DECKS))
        self.collection.set_deck(self.cards(2), deck)

    def rename_deck(self):
        entries = [it for it in self.collection.decks.all_names_and_ids() if it.id != 1]
        entry = self.chance.choice(entries)
        self.collection.decks.rename(entry.id, self.chance.choice(DECKS))
        return entry.name

    def delete(self):
        note = self.note()
        self.collection.remove_notes([note.id])
        return note.guid

    def delete_card(self):
        self.collection.remove_cards_and_orphaned_notes(self.cards(1))

    def add(self):
        # All collections of the test have the same stock note types, which those of people have not.
        kinds = self.collection.models.all() if self.is_reader else self.own_types()
        note = self.collection.new_note(self.chance.choice(kinds))
        for field in range(len(note.fields)):
            note.fields[field] = "own {{c1::cloze}}"
        self.collection.add_note(note, self.collection.decks.id(self.chance.choice(DECKS)))
        return note.guid

    def own_types(self):
        return [it for it in self.collection.models.all() if it["id"] not in self.stock]

    def own_type(self):
        return self.chance.choice(self.own_types())

    def style(self):
        kind = self.own_type()
        kind["css"] += "/* mine */"
        self.collection.models.update_dict(kind)

    def add_field(self):
        kind = self.own_type()
        self.collection.models.add_field(kind, self.collection.models.new_field("Mine"))
        self.collection.models.update_dict(kind)
        return kind["name"]

    def filtered(self):
        deck = self.collection.sched.get_or_create_filtered_deck(0)
        deck.name = self.chance.choice(("Filtered", *DECKS))
        del deck.config.search_terms[:]
        search = self.chance.choice(["", "is:new", "is:review"])
        deck.config.search_terms.add(search=search, limit=self.chance.randrange(1, 4), order=5)
        deck.config.reschedule = self.chance.random() < 0.7
        deck.allow_empty = True
        self.collection.sched.add_or_update_filtered_deck(deck)
        return deck.name

    def rewind(self):
        """Times of what was edited just now: around those of the new package."""
        for table, column in (("notes", "mod"), ("notetypes", "mtime_secs")):
            edited = self.collection.db.list(
                f"select id from {table} where {column} > ? order by id", TIME + 10_000_000
            )
            for key in edited:
                when = TIME + self.chance.choice([-5, 0, 40, 100, 500, 100_000])
                self.collection.db.execute(
                    f"update {table} set {column} = ? where id = ?", when, key
                )
        self.reopen()

    def reopen(self):
        self.collection.close()
        self.collection = Collection(str(self.path))

    def export(self, path, colpkg, legacy):
        if colpkg:
            self.collection.export_collection_package(path, include_media=True, legacy=legacy)
            self.collection.reopen()
            return
        options = ExportAnkiPackageOptions(
            with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
        )
        self.collection.export_anki_package(out_path=path, options=options, limit=None)
        self.reopen()


if __name__ == "__main__":
    main()
