"""A stand-in for Anki with the add-on AnkiConnect, over the real backend.

    python connect.py [--old] [--key KEY] [--phone] [--unreachable]

Prints the port it listens on, on this machine alone, and serves until its standard input ends.
It has a collection of its own, empty at first. --old is the add-on of 2023, without it a current
one; --phone is the server on Android, which knows few actions. With --unreachable nothing that is to
be fetched from an address can be.

What the real add-on does to its clients, this does too: it closes each connection after one
answer without saying so, wants `Content-Length: ` with the space, takes chunked bodies as empty,
answers errors with status 200, and takes requests without a version as of version 4.

Some actions are for tests: `_sql` (query, arguments) reads or writes the database, `_import`
(path) imports a package by hand, from Anki's menu, `_calls` tells which actions were called since the last time,
those inside of `multi` included, and `_check` what Anki finds wrong.

habits.py compares what this answers with what the real add-on does.
"""

import argparse
import base64
import contextlib
import json
import socket
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

from anki.collection import Collection  # First: what follows cannot be imported without it.

import anki.errors  # isort: skip
import anki.exporting
import anki.importing
import anki.lang

import checking

BANNER = "AnkiConnect v.6"
NO_KEY = "valid api key must be provided"
PHONE = {
    "version", "deckNames", "deckNamesAndIds", "modelNames", "modelNamesAndIds",
    "modelFieldNames", "findNotes", "guiBrowse", "canAddNotes", "addNote", "updateNoteFields",
    "storeMediaFile", "notesInfo", "multi", "_sql", "_calls", "_import", "_check",
}  # fmt: skip
# Of those that are here, what the add-on of 2023 does not know.
NEWER = {"notesModTime"}


class Refused(Exception):
    """What the add-on answers as an error."""


class Actions:
    """Each action is a method of its name; `_sql` and `_calls` are of these tests."""

    def __init__(self, folder, old, phone, unreachable):
        self.unreachable = unreachable
        self.folder = Path(folder)
        # The older import speaks.
        anki.lang.set_lang("en_US")
        self.collection = Collection(str(self.folder / "collection.anki2"))
        self.old = old
        self.phone = phone
        self.calls = []

    # Miscellaneous

    def version(self):
        return 6

    def apiReflect(self, scopes, actions=None):
        known = [it for it in dir(type(self)) if self.known(it) and not it.startswith("_")]
        known = sorted([*known, "multi", "requestPermission"])
        return {"scopes": scopes, "actions": [it for it in known if not actions or it in actions]}

    def known(self, name):
        if name in ("known", "note", "card", "cards") or name.startswith("__"):
            return False
        if self.phone and name not in PHONE or self.old and name in NEWER:
            return False
        return callable(getattr(type(self), name, None))

    def sync(self):
        if not self.old:
            raise Refused("sync: auth not configured")

    def importPackage(self, path):
        """As the add-on: up to Anki 25.9 this is another import than the one of Anki's menu."""
        try:
            # It says on each import that it is deprecated.
            with contextlib.redirect_stdout(None):
                anki.importing.AnkiPackageImporter(self.collection, path).run()
        except Exception as error:
            raise Refused(str(error)) from None
        # As a reset of the window does.
        self.collection.models._clear_cache()
        return True

    def exportPackage(self, deck, path, includeSched=False):
        found = self.collection.decks.id_for_name(deck)
        if found is None:
            return False
        exporter = anki.exporting.AnkiPackageExporter(self.collection)
        exporter.did = found
        exporter.includeSched = includeSched
        exporter.exportInto(path)
        return True

    def _import(self, path):
        """What a learner does by hand."""
        checking.import_by_hand(self.collection, path)
        self.collection.models._clear_cache()

    def _check(self):
        return checking.check(self.collection)

    def _sql(self, query, arguments=()):
        return self.collection.db.all(query, *arguments)

    def _calls(self):
        calls, self.calls = self.calls[:-1], []
        return calls

    # Decks

    def deckNames(self):
        return [it.name for it in self.collection.decks.all_names_and_ids()]

    def deckNamesAndIds(self):
        return {it.name: it.id for it in self.collection.decks.all_names_and_ids()}

    def createDeck(self, deck):
        return self.collection.decks.id(deck)

    def changeDeck(self, cards, deck):
        self.collection.set_deck(cards, self.collection.decks.id(deck))

    def deleteDecks(self, decks, cardsToo=False):
        if not cardsToo:
            text = "Since Anki 2.1.28 it's not possible to delete decks without deleting cards as well"
            raise Refused(text)
        for name in decks:
            # Names that are not there, or are written otherwise, are passed over.
            if name in self.deckNames():
                self.collection.decks.remove([self.collection.decks.id(name)])

    def getDecks(self, cards):
        decks = {}
        for key in cards:
            # One that is not there counts as one in the deck that every collection has.
            card = self.card(key)
            name = self.collection.decks.name(card.did if card else 1)
            decks.setdefault(name, []).append(key)
        return decks

    # Note types

    def modelNames(self):
        return [it.name for it in self.collection.models.all_names_and_ids()]

    def modelNamesAndIds(self):
        return {it.name: it.id for it in self.collection.models.all_names_and_ids()}

    def _model(self, name):
        if model := self.collection.models.by_name(name):
            return model
        raise Refused(f"model was not found: {name}")

    def modelFieldNames(self, modelName):
        return [field["name"] for field in self._model(modelName)["flds"]]

    def modelTemplates(self, modelName):
        templates = self._model(modelName)["tmpls"]
        return {it["name"]: {"Front": it["qfmt"], "Back": it["afmt"]} for it in templates}

    def modelStyling(self, modelName):
        return {"css": self._model(modelName)["css"]}

    def updateModelTemplates(self, model):
        found = self._model(model["name"])
        for template in found["tmpls"]:
            sides = model["templates"].get(template["name"], {})
            template["qfmt"] = sides.get("Front") or template["qfmt"]
            template["afmt"] = sides.get("Back") or template["afmt"]
        self.collection.models.update_dict(found)

    def updateModelStyling(self, model):
        found = self._model(model["name"])
        found["css"] = model["css"]
        self.collection.models.update_dict(found)

    # Notes

    def note(self, key):
        try:
            return self.collection.get_note(key)
        except anki.errors.NotFoundError:
            return None

    def _note(self, key):
        if found := self.note(key):
            return found
        raise Refused(f"Note was not found: {key}")

    def _new(self, note):
        model = self.collection.models.by_name(note["modelName"])
        if model is None:
            raise Refused(f"model was not found: {note['modelName']}")
        deck = self.collection.decks.id_for_name(note["deckName"])
        if deck is None:
            raise Refused(f"deck was not found: {note['deckName']}")
        made = self.collection.new_note(model)
        names = {name.lower(): name for name in made.keys()}
        for name, value in note["fields"].items():
            if name.lower() in names:
                made[names[name.lower()]] = value
        made.tags = note.get("tags", [])
        state = made.fields_check()
        if state == 1:
            raise Refused("cannot create note because it is empty")
        may_double = note.get("options", {}).get("allowDuplicate", False)
        if not isinstance(may_double, bool):
            raise Refused('option parameter "allowDuplicate" must be boolean')
        if state == 2 and not may_double:
            raise Refused("cannot create note because it is a duplicate")
        # Whatever deck was said, the old add-on does not reach it.
        return made, 1 if self.old else deck

    def addNote(self, note):
        made, deck = self._new(note)
        self.collection.add_note(made, deck)
        if not made.cards():
            raise Refused("cannot create note for unknown reason")
        return made.id

    def addNotes(self, notes):
        added, errors = [], []
        for note in notes:
            try:
                added.append(self.addNote(note))
            except Refused as error:
                added.append(None)
                errors.append(str(error))
        if errors and not self.old:
            self.collection.remove_notes([it for it in added if it])
            # A list as Python writes it, and a text for JSON.
            raise Refused(str(errors))
        return added

    def findNotes(self, query=None):
        return list(self.collection.find_notes(query)) if query is not None else []

    def notesInfo(self, notes):
        infos = []
        for key in notes:
            note = self.note(key)
            if note is None:
                # On Android there is nothing in its place.
                infos.extend([] if self.phone else [{}])
                continue
            fields = enumerate(note.items())
            info = {
                "noteId": note.id,
                "tags": note.tags,
                "fields": {name: {"value": it, "order": at} for at, (name, it) in fields},
                "modelName": note.note_type()["name"],
                "cards": self.collection.db.list(
                    "select id from cards where nid = ? order by ord", note.id
                ),
            }
            if self.phone:
                del info["cards"]
                info["tags"] = note.tags or [""]
            elif not self.old:
                info.update(mod=note.mod, profile="User 1")
            infos.append(info)
        return sorted(infos, key=lambda it: it["noteId"]) if self.phone else infos

    def notesModTime(self, notes):
        found = ((key, self.note(key)) for key in notes)
        return [{"noteId": key, "mod": it.mod} if it else {} for key, it in found]

    def updateNoteFields(self, note):
        found = self._note(note["id"])
        for name, value in note["fields"].items():
            if name in found:
                found[name] = value
        self.collection.update_note(found)

    def updateNote(self, note):
        if "fields" not in note and "tags" not in note:
            raise Refused('Must provide a "fields" or "tags" property.')
        if "fields" in note:
            self.updateNoteFields(note)
        if "tags" in note:
            found = self._note(note["id"])
            found.tags = note["tags"]
            self.collection.update_note(found)

    def deleteNotes(self, notes):
        self.collection.remove_notes(notes)

    def addTags(self, notes, tags):
        self.collection.tags.bulk_add(notes, tags)

    def removeTags(self, notes, tags):
        self.collection.tags.bulk_remove(notes, tags)

    # Cards

    def card(self, key):
        try:
            return self.collection.get_card(key)
        except anki.errors.NotFoundError:
            return None

    def _card(self, key):
        if found := self.card(key):
            return found
        raise Refused(f"Card was not found: {key}")

    def findCards(self, query=None):
        return list(self.collection.find_cards(query)) if query is not None else []

    def suspend(self, cards, suspend=True):
        concerned = [it for it in cards if (self._card(it).queue == -1) != suspend]
        if not concerned:
            return False
        scheduler = self.collection.sched
        (scheduler.suspend_cards if suspend else scheduler.unsuspend_cards)(concerned)
        return True

    def unsuspend(self, cards):
        self.suspend(cards, False)

    def areSuspended(self, cards):
        found = (self.card(key) for key in cards)
        return [it.queue == -1 if it else None for it in found]

    def setSpecificValueOfCard(self, card, keys, newValues, warning_check=False):
        try:
            found = self._card(card)
            for key, value in zip(keys, newValues):
                setattr(found, key, value)
            self.collection.update_card(found)
        except Exception as error:
            return [[False, str(error)]]
        return [True]

    # Media

    def storeMediaFile(self, filename, data=None, path=None, url=None, deleteExisting=True):
        if self.phone:
            stem, dot, ending = filename.partition(".")
            content, filename = base64.b64decode(data), f"{stem}_123456789{dot}{ending}"
        elif data:
            content = base64.b64decode(data)
        elif path:
            content = Path(path).read_bytes()
        elif url and self.unreachable:
            raise Refused("HTTPConnectionPool: Max retries exceeded")
        elif url:
            with urllib.request.urlopen(url, timeout=30) as answer:
                content = answer.read()
        else:
            raise Refused("You must provide a \"data\", \"path\", or \"url\" field.")
        filename = Path(filename).name
        if deleteExisting:
            self.deleteMediaFile(filename)
        return self.collection.media.write_data(filename, content)

    def retrieveMediaFile(self, filename):
        path = Path(self.collection.media.dir(), Path(filename).name)
        if path.is_dir():
            raise Refused(f"[Errno 21] Is a directory: '{path}/'")
        return base64.b64encode(path.read_bytes()).decode() if path.is_file() else False

    def getMediaFilesNames(self, pattern="*"):
        return [it.name for it in Path(self.collection.media.dir()).glob(pattern)]

    def getMediaDirPath(self):
        return self.collection.media.dir()

    def deleteMediaFile(self, filename):
        self.collection.media.trash_files([filename])

    # The window

    def guiReviewActive(self):
        return False

    def guiDeckBrowser(self):
        return None


class Server:
    def __init__(self, actions, key):
        self.actions = actions
        self.key = key

    def answer(self, request):
        """The answer to one request, or to one of those inside of `multi`."""
        version = request.get("version", 4) if isinstance(request, dict) else 4
        try:
            self.look_at_form(request)
            value = {"result": self.result(request), "error": None}
        except Refused as error:
            value = {"result": None, "error": error.args[0]}
            if self.actions.phone:
                value["error"] += f"java.lang.Exception: {error.args[0]}\n\tat com.kamwithk\n"
        is_bare = isinstance(version, int) and version <= 4 and value["error"] is None
        return value["result"] if is_bare else value

    def look_at_form(self, request):
        if self.actions.phone:
            return
        if not isinstance(request, dict):
            raise Refused(f"{request!r} is not of type 'object'")
        if "action" not in request:
            raise Refused("'action' is a required property")
        for name, kind, word in [
            ("action", str, "string"),
            ("version", int, "integer"),
            ("params", dict, "object"),
        ]:
            if name in request and not isinstance(request[name], kind):
                raise Refused(f"{request[name]!r} is not of type '{word}'")

    def result(self, request):
        name, params = request.get("action"), request.get("params", {})
        if name == "requestPermission" and not self.actions.phone:
            return {"permission": "granted", "requireApikey": bool(self.key), "version": 6}
        if request.get("key") != self.key:
            raise Refused(NO_KEY)
        self.actions.calls.append(name)
        if name == "multi" and self.actions.phone:
            # One that fails fails them all.
            return [{"result": self.result(it), "error": None} for it in params["actions"]]
        if name == "multi":
            return [self.answer(it) for it in params["actions"]]
        if not self.actions.known(name):
            # Android cannot read its own answer then.
            text = "Did not consume the entire document." if self.actions.phone else None
            raise Refused(text or "unsupported action")
        try:
            return getattr(self.actions, name)(**params)
        except Refused:
            raise
        except Exception as error:  # The add-on, too, answers with any error's text.
            raise Refused(str(error)) from None

    def body(self, content, headers):
        if b"origin" in headers and b"localhost" not in headers[b"origin"]:
            return b"HTTP/1.1 403 Forbidden", b""
        if not content:
            is_current = not (self.actions.old or self.actions.phone)
            text = json.dumps({"apiVersion": BANNER}) if is_current else BANNER
        else:
            try:
                text = json.dumps(self.answer(json.loads(content)))
            except ValueError as error:
                text = json.dumps({"result": None, "error": str(error)})
        return b"HTTP/1.1 200 OK", text.encode()

    def serve(self, listener):
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    self.one(connection)
                except OSError:
                    pass

    def one(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        head, _, content = data.partition(b"\r\n\r\n")
        pairs = (line.split(b": ") for line in head.split(b"\r\n")[1:])
        headers = {it[0].lower(): it[1] if len(it) > 1 else b"" for it in pairs}
        length = int(headers.get(b"content-length", 0))
        parts = [content]
        missing = length - len(content)
        while missing > 0:
            more = connection.recv(min(missing, 1 << 20))
            if not more:
                return
            parts.append(more)
            missing -= len(more)
        status, text = self.body(b"".join(parts)[:length], headers)
        # As the real one: HTTP/1.1, and not a word of the connection's end.
        head = (
            b"%s\r\nContent-Type: text/json\r\nAccess-Control-Allow-Origin: http://localhost\r\n"
            b"Access-Control-Allow-Headers: *\r\nContent-Length: %d\r\n\r\n"
        ) % (status, len(text))
        connection.sendall(head + text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", action="store_true")
    parser.add_argument("--phone", action="store_true")
    parser.add_argument("--unreachable", action="store_true")
    parser.add_argument("--key")
    chosen = parser.parse_args()
    output, sys.stdout = sys.stdout, sys.stderr
    with tempfile.TemporaryDirectory(prefix="deckle-connect-") as folder:
        actions = Actions(folder, chosen.old, chosen.phone, chosen.unreachable)
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(actions, chosen.key)
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        print(listener.getsockname()[1], file=output, flush=True)
        sys.stdin.read()


main()
