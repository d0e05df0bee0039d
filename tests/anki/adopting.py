"""A learner's collection before and after the author went over to deckle.

    adopting.py OLD NEW     imports OLD, studies every card, imports NEW; prints JSON
"""

import json
import sys
import tempfile
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageRequest

STATE = "select n.guid, c.ord, c.type, c.queue, c.due, c.ivl, c.reps, c.factor, c.data from cards c, notes n where c.nid = n.id"


def imported(collection, path):
    return collection.import_anki_package(ImportAnkiPackageRequest(package_path=path)).log


def study(collection):
    for deck in collection.decks.all_names_and_ids():
        config = collection.decks.config_dict_for_deck_id(deck.id)
        config["new"]["perDay"] = 999
        collection.decks.update_config(config)
        collection.decks.select(deck.id)
        while card := collection.sched.getCard():
            card.start_timer()
            collection.sched.answerCard(card, 4)


def cards(collection):
    return {(guid, ordinal): state for guid, ordinal, *state in collection.db.execute(STATE)}


def main(old, new):
    with tempfile.TemporaryDirectory() as home:
        collection = Collection(str(Path(home) / "collection.anki2"))
        imported(collection, old)
        study(collection)
        before = cards(collection)
        log = imported(collection, new)
        after = cards(collection)
        groups = ("new", "updated", "duplicate", "conflicting")
        result = {
            "studied": sum(state[4] > 0 for state in before.values()),
            "cards": len(before),
            "rescheduled": sorted(str(it) for it in before if after.get(it) != before[it]),
            "log": {it: sorted(note.fields[0] for note in getattr(log, it)) for it in groups},
            "types": sorted(it.name for it in collection.models.all_names_and_ids() if "+" in it.name),
            "fields": sorted(collection.db.list("select flds from notes")),
        }
        collection.close()
    return result


if __name__ == "__main__":
    output, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps(main(*sys.argv[1:])), file=output)
