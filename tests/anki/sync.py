"""Devices that synchronize: collections of the real Anki, told what to do line by line.

    python sync.py FOLDER

Each line of standard input is a call as JSON, `{"do": NAME, "device": NAME, ..}`; each line of
standard output what it gives back, `{"result": ..}` or `{"error": ..}`. A device is made when it is
first named. The program ends with its standard input.
"""

import json
import sys
import time
import traceback
from pathlib import Path

from anki.collection import Collection

COLUMNS = "type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags, data"


class Device:
    """A collection; each call is a method of its name."""

    def __init__(self, path):
        self.path = path
        self.logins = {}
        self.open()

    def open(self):
        self.col = Collection(str(self.path / "collection.anki2"))

    # Synchronization

    def login(self, url):
        """Kept, for a server takes a while to look at a password."""
        if url not in self.logins:
            self.logins[url] = self.col.sync_login("me", "secret", url)
        return self.logins[url]

    def sync(self, url):
        """What it took: nothing, an ordinary sync, which is done then, or a full one, which is not.
        Media come along."""
        auth = self.login(url)
        before = self.col.db.all("select usn, mod from col")
        output = self.col.sync_collection(auth, False)
        required = output.ChangesRequired.Name(output.required)
        if required == "NO_CHANGES" and self.col.db.all("select usn, mod from col") != before:
            required = "NORMAL_SYNC"
        # The Python part keeps note types, and is told of other changes by the window alone.
        self.col.models._clear_cache()
        if required in ("NO_CHANGES", "NORMAL_SYNC"):
            self.media(auth)
        return required

    def full(self, url, upload):
        auth = self.login(url)
        self.col.sync_collection(auth, False)
        self.col.close_for_full_sync()
        self.col.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
        self.col.reopen(after_full_sync=True)
        self.media(auth)

    def media(self, auth):
        self.col.sync_media(auth)
        end = time.monotonic() + 60
        while self.col.media_sync_status().active:
            if time.monotonic() > end:
                raise RuntimeError("media are still being synchronized")
            time.sleep(0.01)

    # What it has

    def sql(self, query, arguments=()):
        return self.col.db.all(query, *arguments)

    def check(self):
        """What a check of the database has to say, beyond that all is well."""
        text, ok = self.col.fix_integrity()
        return "" if ok and "rebuilt" in text and "\n" not in text.strip() else text

    def schedules(self):
        """All that is known of cards, without deck and time; and the reviews."""
        cards = self.col.db.all(f"select id, nid, ord, {COLUMNS} from cards order by id")
        reviews = self.col.db.all("select id, cid, ease, ivl, type from revlog order by id")
        return {"cards": cards, "reviews": reviews}

    def notes(self):
        """By guid: fields by their names, tags, the name of the note type, decks by ordinals."""
        found = {}
        for note_id in self.col.db.list("select id from notes"):
            note = self.col.get_note(note_id)
            found[note.guid] = {
                "fields": dict(note.items()),
                "tags": note.tags,
                "type": note.note_type()["name"],
                "mid": note.mid,
                "id": note.id,
                "mod": note.mod,
                "decks": {
                    str(card.ord): self.col.decks.name(card.odid or card.did)
                    for card in note.cards()
                },
            }
        return found

    def decks(self):
        return sorted(it.name for it in self.col.decks.all_names_and_ids())

    def note_types(self):
        return {it["name"]: it for it in self.col.models.all()}

    def options(self, deck):
        return self.col.decks.config_dict_for_deck_id(self.col.decks.id_for_name(deck))

    def files(self):
        folder = Path(self.col.media.dir())
        return {it.name: it.read_text("latin-1") for it in folder.iterdir()}

    # What a learner does

    def review(self, count=1, ease=3, deck=None):
        """Answers cards; gives back their ids."""
        if deck:
            self.col.decks.set_current(self.col.decks.id_for_name(deck))
        done = []
        for _ in range(count):
            queued = self.col.sched.get_queued_cards().cards
            if not queued:
                break
            card = self.col.get_card(queued[0].card.id)
            card.start_timer()
            self.col.sched.answerCard(card, ease)
            done.append(card.id)
        return done

    def edit(self, guid, field, text, mod=None):
        note = self.note(guid)
        note[field] = text
        self.col.update_note(note)
        if mod is not None:
            self.col.db.execute("update notes set mod = ? where id = ?", mod, note.id)

    def tag(self, guid, tag):
        note = self.note(guid)
        note.tags.append(tag)
        self.col.update_note(note)

    def delete(self, guid):
        self.col.remove_notes([self.note(guid).id])

    def move(self, guid, deck):
        note = self.note(guid)
        target = self.col.decks.id(deck)
        self.col.set_deck([card.id for card in note.cards()], target)

    def filtered(self, search):
        """Puts cards into a filtered deck."""
        deck = self.col.decks.new_filtered("Cram")
        terms = self.col.decks.get(deck)
        terms["terms"] = [[search, 100, 0]]
        self.col.decks.save(terms)
        self.col.sched.rebuild_filtered_deck(deck)

    def style(self, note_type, css):
        found = self.col.models.by_name(note_type)
        found["css"] = css
        self.col.models.update_dict(found)

    def add(self, note_type, deck, fields):
        note = self.col.new_note(self.col.models.by_name(note_type))
        note.fields = fields
        self.col.add_note(note, self.col.decks.id(deck))
        return note.guid

    def store(self, name, text):
        """Puts a file into the folder, in place of another; the folder's time tells Anki."""
        path = Path(self.col.media.dir()) / name
        path.unlink(missing_ok=True)
        path.write_text(text, "latin-1")

    def empty_cards(self):
        return sum(len(it.card_ids) for it in self.col.get_empty_cards().notes)

    def note(self, guid):
        return self.col.get_note(self.col.db.scalar("select id from notes where guid = ?", guid))


def main():
    folder = Path(sys.argv[1])
    devices = {}
    # Anki prints where it was slow; only answers go to standard output.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        call = json.loads(line)
        try:
            name = call.pop("device")
            if name not in devices:
                path = folder / name
                path.mkdir()
                devices[name] = Device(path)
            result = getattr(devices[name], call.pop("do"))(**call)
            answer = {"result": result}
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


main()
