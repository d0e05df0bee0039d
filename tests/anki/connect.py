"""A stand-in for Anki with the add-on AnkiConnect, over the real backend.

    python connect.py [--old] [--key KEY] [--phone]

Prints the port it listens on, on this machine alone, and serves until its standard input ends.
It has a collection of its own, empty at first. --old is the add-on of 2023, without it a current
one; --phone is the server on Android, which knows few actions.

What the real add-on does to its clients, this does too: it closes each connection after one
answer without saying so, wants `Content-Length: ` with the space, takes chunked bodies as empty,
answers errors with status 200, and takes requests without a version as of version 4.

Three actions are for tests: `_sql` (query, arguments) reads or writes the database, `_import`
(path) imports a package by hand, and `_calls` tells which actions were called since the last time,
those inside of `multi` included.
"""

import argparse
import base64
import json
import socket
import sys
import tempfile
import threading
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

BANNER = "AnkiConnect v.6"
NO_KEY = "valid api key must be provided"
PHONE = {
    "version", "deckNames", "deckNamesAndIds", "modelNames", "modelNamesAndIds",
    "modelFieldNames", "findNotes", "guiBrowse", "canAddNotes", "addNote", "updateNoteFields",
    "storeMediaFile", "notesInfo", "multi", "_sql", "_calls", "_import",
}  # fmt: skip
# Of those that are here, what the add-on of 2023 does not know.
NEWER = {"notesModTime"}


class Refused(Exception):
    """What the add-on answers as an error."""


class Actions:
    """Each action is a method of its name; `_sql` and `_calls` are of these tests."""

    def __init__(self, folder, old, phone):
        self.folder = Path(folder)
        self.collection = Collection(str(self.folder / "collection.anki2"))
        self.old = old
        self.phone = phone
        self.calls = []

    # Miscellaneous

    def version(self):
        return 6

    def apiReflect(self, scopes, actions=None):
        known = [it for it in dir(type(self)) if self.known(it) and not it.startswith("_")]
        return {"scopes": scopes, "actions": known}

    def known(self, name):
        if name in ("known", "note", "card") or name.startswith("__"):
            return False
        if self.phone and name not in PHONE or self.old and name in NEWER:
            return False
        return callable(getattr(type(self), name, None))

    def sync(self):
        return None

    def importPackage(self, path):
        try:
            options = ImportAnkiPackageOptions(
                merge_notetypes=True, with_scheduling=True, with_deck_configs=True
            )
            request = ImportAnkiPackageRequest(package_path=path, options=options)
            self.collection.import_anki_package(request)
        except Exception as error:
            raise Refused(str(error)) from None
        # As a reset of the window does.
        self.collection.models._clear_cache()
        return True

    def _import(self, path):
        """What a learner does on the phone."""
        return self.importPackage(path)

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
            raise Refused("Since Anki 2.1.28 it's not possible to delete decks without cards")
        self.collection.decks.remove([self.collection.decks.id_for_name(it) for it in decks])

    def getDecks(self, cards):
        decks = {}
        for key in cards:
            if card := self.card(key):
                name = self.collection.decks.name(card.did)
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
        except Exception:
            return None

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
        if state == 2 and not note.get("options", {}).get("allowDuplicate"):
            raise Refused("cannot create note because it is a duplicate")
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
            raise Refused(errors)
        return added

    def findNotes(self, query):
        return list(self.collection.find_notes(query))

    def notesInfo(self, notes):
        infos = []
        for key in notes:
            note = self.note(key)
            if note is None:
                infos.append({})
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
            if not (self.old or self.phone):
                info.update(mod=note.mod, profile="User 1")
            infos.append(info)
        return infos

    def notesModTime(self, notes):
        found = ((key, self.note(key)) for key in notes)
        return [{"noteId": key, "mod": it.mod} if it else {} for key, it in found]

    def updateNoteFields(self, note):
        found = self.note(note["id"])
        if found is None:
            raise Refused(f"note was not found: {note['id']}")
        for name, value in note["fields"].items():
            if name in found:
                found[name] = value
        self.collection.update_note(found)

    def updateNote(self, note):
        if "fields" in note:
            self.updateNoteFields(note)
        if "tags" in note:
            found = self.note(note["id"])
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
        except Exception:
            return None

    def findCards(self, query):
        return list(self.collection.find_cards(query))

    def suspend(self, cards):
        self.collection.sched.suspend_cards(cards)
        return True

    def unsuspend(self, cards):
        self.collection.sched.unsuspend_cards(cards)

    def areSuspended(self, cards):
        found = (self.card(key) for key in cards)
        return [it.queue == -1 if it else None for it in found]

    def setSpecificValueOfCard(self, card, keys, newValues, warning_check=False):
        try:
            found = self.collection.get_card(card)
            for key, value in zip(keys, newValues):
                setattr(found, key, value)
            self.collection.update_card(found)
        except Exception as error:
            return [[False, str(error)]]
        return [True]

    # Media

    def storeMediaFile(self, filename, data=None, path=None, deleteExisting=True):
        content = Path(path).read_bytes() if path else base64.b64decode(data or "")
        if not content:
            raise Refused("You must provide a \"data\", \"path\", or \"url\" field.")
        if deleteExisting:
            self.deleteMediaFile(filename)
        return self.collection.media.write_data(filename, content)

    def retrieveMediaFile(self, filename):
        path = Path(self.collection.media.dir(), filename)
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
        version = request.get("version", 4)
        try:
            value = {"result": self.result(request), "error": None}
        except Refused as error:
            value = {"result": None, "error": error.args[0]}
        return value["result"] if version <= 4 and value["error"] is None else value

    def result(self, request):
        name, params = request.get("action"), request.get("params", {})
        if name == "requestPermission" and not self.actions.phone:
            return {"permission": "granted", "requireApikey": bool(self.key), "version": 6}
        if (self.key or "key" in request) and request.get("key") != self.key:
            raise Refused(NO_KEY)
        self.actions.calls.append(name)
        if name == "multi":
            return [self.answer(it) for it in params["actions"]]
        if not isinstance(params, dict):
            raise Refused("None is not of type 'object'")
        if not self.actions.known(name):
            raise Refused(BANNER if self.actions.phone else "unsupported action")
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
            text = BANNER
        else:
            try:
                answered = self.answer(json.loads(content))
                error = isinstance(answered, dict) and answered.get("error") == BANNER
                text = BANNER if error else json.dumps(answered)
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
        head = b"%s\r\nContent-Type: text/json\r\nContent-Length: %d\r\n\r\n" % (status, len(text))
        connection.sendall(head + text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", action="store_true")
    parser.add_argument("--phone", action="store_true")
    parser.add_argument("--key")
    chosen = parser.parse_args()
    output, sys.stdout = sys.stdout, sys.stderr
    with tempfile.TemporaryDirectory(prefix="deckle-connect-") as folder:
        actions = Actions(folder, chosen.old, chosen.phone)
        listener = socket.create_server(("127.0.0.1", 0))
        server = Server(actions, chosen.key)
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        print(listener.getsockname()[1], file=output, flush=True)
        sys.stdin.read()


main()
