"""Asks the real AnkiConnect and the stand-in for it the same questions, and prints where they differ.

    python habits.py JUDGES DESKTOP ADDON [--old]

JUDGES is the folder of the environments, DESKTOP the name of the one with a desktop, ADDON the
folder of the add-on. --old for the one of 2023. Every action that the library's client calls is
asked, with arguments that are right and with such that are not. Ends with 1 if any answer differs.
"""

import argparse
import base64
import http.server
import itertools
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).parent
# A note with every kind of trouble in its text.
TEXT = 'to be „ß“ 🙂 <b>a</b> &amp; \\ " \t'
# The actions of the library's client.
USED = [
    "addNote", "addNotes", "addTags", "areSuspended", "changeDeck", "createDeck", "deckNames",
    "deckNamesAndIds", "deleteDecks", "deleteMediaFile", "deleteNotes", "exportPackage",
    "findCards", "findNotes", "getDecks", "getMediaDirPath", "getMediaFilesNames",
    "guiDeckBrowser", "guiReviewActive", "importPackage", "modelFieldNames", "modelNames",
    "modelNamesAndIds", "modelStyling", "modelTemplates", "multi", "notesInfo", "removeTags",
    "requestPermission", "retrieveMediaFile", "setSpecificValueOfCard", "storeMediaFile",
    "suspend", "sync", "unsuspend", "updateModelStyling", "updateModelTemplates", "updateNote",
    "updateNoteFields", "version",
]  # fmt: skip


class Server:
    """One of the two, which ends with `close`."""

    def __init__(self, python, *arguments):
        self.child = subprocess.Popen(
            [python, "-B", "-X", "utf8", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.child.stdout.readline()
        if not line:
            command = " ".join(map(str, self.child.args))
            sys.exit(f"it does not start; see what it says: {command} < /dev/null")
        self.port = int(line)

    def send(self, data):
        """The head and body of the answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as stream:
            stream.sendall(data)
            answer = b""
            while more := stream.recv(65536):
                answer += more
        head, _, body = answer.decode().partition("\r\n\r\n")
        return head, body

    def post(self, body, *headers):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        lines = ["POST / HTTP/1.1", "Host: x", f"Content-Length: {len(data)}", *headers]
        return self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    def call(self, action, key=None, **params):
        request = {"action": action, "version": 6, "params": params}
        _, body = self.post({**request, "key": key} if key else request)
        return json.loads(body)

    def close(self):
        self.child.stdin.close()
        self.child.wait()


class Normal:
    """Makes the answers of two collections comparable: ids have names, of notes and their cards."""

    def __init__(self, folder):
        self.folder = folder
        self.ids = {}

    def name(self, server, number, name):
        """What a note and its cards are called from here on."""
        cards = server.call("findCards", query=f"nid:{number}")["result"]
        self.ids |= {str(it): f"{name}.{at}" for at, it in enumerate(sorted(cards))}
        self.ids[str(number)] = f"{name}.0"

    def of(self, text):
        text = text.replace(str(self.folder), "FOLDER")
        text = re.sub(r'[^"]*collection\.media', "MEDIA", text)
        # The class's name stands in what Python says of wrong arguments.
        text = text.replace("AnkiConnect.", "").replace("Actions.", "")
        text = re.sub(r"\b\d{13}\b", lambda it: self.ids.get(it[0], "#"), text)
        # What the older import and export append to names is a hash of times, too.
        text = re.sub(r"\bBasic-[0-9a-f]{5}\b", "Basic-HASH", text)
        return re.sub(r"\b1[6-9]\d{8}\b", "SECONDS", text)


def files(folder):
    """What both read from the disk, and from the network."""
    (folder / "a.txt").write_text("from a path")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, directory=folder, **more)

        def log_message(self, *arguments):
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    return served.server_address[1]


def questions(server, folder, web, old, normal):
    """Yields names and answers of everything that is asked, in an order."""

    def ask(action, **params):
        answer = server.call(action, **params)
        asked.append((f"{action} {json.dumps(params, ensure_ascii=False)}", answer))
        if action in ("addNote", "addNotes") and answer["result"]:
            added = answer["result"] if action == "addNotes" else [answer["result"]]
            for number in filter(None, added):
                normal.name(server, number, f"note{next(counter)}")
        return answer["result"]

    def note(front, deck="A::B", kind="Basic", **more):
        fields = {"Front": front, "Back": TEXT}
        return {"deckName": deck, "modelName": kind, "fields": fields, "tags": ["t"], **more}

    def drain():
        taken, asked[:] = asked[:], []
        return taken

    asked, counter = [], itertools.count()
    # The envelope.
    for name, body in [
        ("empty", ""),
        ("no JSON", "nonsense"),
        ("a list", "[]"),
        ("no action", "{}"),
        ("version 4", {"action": "version"}),
        ("version 5", {"action": "version", "version": 5}),
        ("version 99", {"action": "version", "version": 99}),
        ("version as text", {"action": "version", "version": "6"}),
        ("no arguments", {"action": "version", "version": 6, "params": None}),
        ("unknown", {"action": "nothing", "version": 6}),
        ("unknown in version 4", {"action": "nothing"}),
        ("another key", {"action": "version", "version": 6, "key": "guess"}),
        ("wrong argument", {"action": "findNotes", "version": 6, "params": {"nothing": 1}}),
        ("missing argument", {"action": "findNotes", "version": 6}),
        ("no text", {"action": "findNotes", "version": 6, "params": {"query": 5}}),
    ]:
        head, text = server.post(body)
        if name in ("no JSON", "a list", "version as text", "no arguments", "no action"):
            # Long texts of a library; that they are errors is what counts.
            try:
                text = "an error" if json.loads(text)["error"] else text
            except ValueError:
                pass
        yield f"({name}) {body}", ((head.splitlines() or ["no answer"])[0], text)
    yield "headers", sorted(it.split(":")[0] for it in head.splitlines()[1:])
    for name, headers in [
        ("this origin", ["Origin: http://localhost"]),
        ("another origin", ["Origin: https://example.org"]),
        ("no origin", []),
    ]:
        head, text = server.post({"action": "version", "version": 6}, *headers)
        yield name, ((head.splitlines() or ["no answer"])[0], text)
    body = '{"action": "version", "version": 6}'
    chunked = f"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    yield "chunked", server.send(chunked.encode())[1]
    yield "no space", server.send(
        f"POST / HTTP/1.1\r\nContent-Length:{len(body)}\r\n\r\n{body}".encode()
    )[1]
    yield "lower case", server.send(
        f"POST / HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
    )[1]
    ask("requestPermission")
    ask("apiReflect", scopes=["actions"], actions=USED)
    ask("multi", actions=[{"action": "version"}, {"action": "no"}, {"action": "version", "version": 6}])
    yield from drain()

    # Decks.
    ask("deckNames")
    ask("createDeck", deck="A::B")
    ask("createDeck", deck="a::b")
    ask("createDeck", deck="")
    ask("createDeck", deck=" x :: y ")
    ask("createDeck", deck="C::::D")
    ask("deckNames")
    ask("deckNamesAndIds")
    ask("deleteDecks", decks=["C", "nowhere"], cardsToo=True)
    ask("deleteDecks", decks=["C"])
    ask("deleteDecks", decks=["c::d"], cardsToo=True)
    ask("deckNames")
    yield from drain()

    # Note types.
    for action in ("modelFieldNames", "modelTemplates", "modelStyling"):
        ask(action, modelName="Basic (and reversed card)")
        ask(action, modelName="basic")
        ask(action, modelName="nothing")
    ask("modelNames")
    sides = {"Front": "<p>{{Front}}</p>", "Back": ""}
    ask("updateModelTemplates", model={"name": "Basic", "templates": {"Card 1": sides, "x": sides}})
    ask("updateModelTemplates", model={"name": "Basic", "templates": {"Card 1": {"Front": "{{No}}"}}})
    ask("updateModelTemplates", model={"name": "nothing", "templates": {}})
    ask("modelTemplates", modelName="Basic")
    ask("updateModelStyling", model={"name": "Basic", "css": "/* 🙂 */"})
    ask("updateModelStyling", model={"name": "Basic", "css": ""})
    ask("updateModelStyling", model={"name": "nothing", "css": ""})
    ask("modelStyling", modelName="Basic")
    yield from drain()

    # Notes.
    ser = ask("addNote", note=note("ser"))
    ask("addNote", note=note("ser"))
    ask("addNote", note=note(""))
    ask("addNote", note=note(" "))
    ask("addNote", note=note("<br>"))
    ask("addNote", note=note("x", deck="nowhere"))
    ask("addNote", note=note("x", kind="nothing"))
    ask("addNote", note=note("x", kind="Cloze"))
    ask("addNote", note={"deckName": "A", "modelName": "Basic", "fields": {"fRONT": "lower", "No": "x"}})
    twice = ask("addNote", note=note("ser", options={"allowDuplicate": True}))
    ask("addNote", note=note("ser", options={"allowDuplicate": 1}))
    both = ask("addNotes", notes=[note("ir"), note("ver")])
    ask("addNotes", notes=[note("ir"), note("dar"), note("", deck="nowhere")])
    ask("addNotes", notes=[])
    ask("findNotes", query="dar")
    ask("deleteNotes", notes=server.call("findNotes", query="dar")["result"])
    ask("findNotes", query="tag:t")
    ask("findNotes", query="deck:A::B")
    ask("findNotes", query="(")
    ask("notesInfo", notes=[ser, 1, twice])
    ask("notesInfo", notes=[])
    ask("notesInfo", notes=["a"])
    reversed_note = ask("addNote", note=note("both", kind="Basic (and reversed card)"))
    ask("notesInfo", notes=[reversed_note])
    yield from drain()

    # The old add-on's new notes are in another deck; from here on the same.
    cards = ask("findCards", query="deck:*")
    ask("changeDeck", cards=cards, deck="A::B")
    yield from drain()[:1]
    ask("updateNoteFields", note={"id": ser, "fields": {"Back": TEXT * 2, "No": "x", "front": "x"}})
    ask("updateNoteFields", note={"id": ser, "fields": {}})
    ask("updateNoteFields", note={"id": 1, "fields": {"Back": "x"}})
    ask("updateNoteFields", note={"id": ser, "fields": {"Back": None}})
    ask("updateNoteFields", note={"id": ser, "fields": {"Back": ""}})
    ask("updateNote", note={"id": ser, "tags": ["a", "b::c", "A"]})
    ask("updateNote", note={"id": ser, "tags": []})
    ask("updateNote", note={"id": ser, "tags": ["one two"]})
    ask("updateNote", note={"id": ser, "fields": {"Back": "y"}, "tags": ["z"]})
    ask("updateNote", note={"id": ser})
    ask("updateNote", note={"id": 1, "tags": ["z"]})
    ask("addTags", notes=[ser, twice], tags="p q")
    ask("addTags", notes=[ser, 1], tags="P")
    ask("addTags", notes=[], tags="p")
    ask("removeTags", notes=[ser], tags="p")
    ask("removeTags", notes=[1], tags="p")
    ask("notesInfo", notes=[ser, twice])
    yield from drain()

    # Cards.
    cards = ask("findCards", query=f"nid:{ser},{twice},{both[0]}")
    ask("suspend", cards=cards[:2])
    ask("suspend", cards=cards[:1])
    ask("suspend", cards=[])
    ask("suspend", cards=[1])
    ask("areSuspended", cards=[*cards, 1])
    ask("areSuspended", cards=[])
    ask("unsuspend", cards=cards[:2])
    ask("unsuspend", cards=cards[:2])
    ask("unsuspend", cards=[1])
    ask("areSuspended", cards=cards)
    for flag in (3, 7, 0):
        ask("setSpecificValueOfCard", card=cards[0], keys=["flags"], newValues=[flag], warning_check=True)
        ask("findCards", query=f"cid:{cards[0]},{cards[1]} flag:{flag}")
    ask("setSpecificValueOfCard", card=cards[0], keys=["flags"], newValues=[3])
    ask("setSpecificValueOfCard", card=1, keys=["flags"], newValues=[3], warning_check=True)
    ask("findCards", query="flag:3")
    ask("getDecks", cards=cards)
    ask("getDecks", cards=[*cards, 1])
    ask("getDecks", cards=[])
    ask("changeDeck", cards=cards[:1], deck="New::One")
    ask("changeDeck", cards=cards[1:2], deck="new::one")
    ask("changeDeck", cards=[1], deck="New::Two")
    ask("changeDeck", cards=[], deck="New::Three")
    ask("changeDeck", cards=cards[:1], deck="")
    ask("getDecks", cards=cards)
    ask("deckNames")
    yield from drain()

    # Media.
    data = base64.b64encode(b"\0\xff").decode()
    for name in ("a.bin", "a/b:c?.bin", "ä ö.bin", "ä.bin", "x" * 130 + ".bin", "_a.css", "..", "CON.bin"):
        ask("storeMediaFile", filename=name, data=data)
    ask("storeMediaFile", filename="b.bin", data="")
    ask("storeMediaFile", filename="b.bin", data="?")
    ask("storeMediaFile", filename="b.bin")
    ask("storeMediaFile", filename="c.txt", path=str(folder / "a.txt"))
    ask("storeMediaFile", filename="c.txt", path=str(folder / "nowhere.txt"))
    ask("storeMediaFile", filename="c.txt", path=str(folder))
    ask("storeMediaFile", filename="d.txt", url=f"http://127.0.0.1:{web}/a.txt")
    answer = server.call("storeMediaFile", filename="e.txt", url=f"http://127.0.0.1:{web}/nowhere")
    yield "storeMediaFile from nowhere", bool(answer["error"])
    ask("retrieveMediaFile", filename="a.bin")
    ask("retrieveMediaFile", filename="d.txt")
    ask("retrieveMediaFile", filename="nowhere.txt")
    ask("retrieveMediaFile", filename="../collection.anki2")
    ask("retrieveMediaFile", filename="")
    ask("storeMediaFile", filename="a.bin", data=base64.b64encode(b"other").decode())
    ask("retrieveMediaFile", filename="a.bin")
    for pattern in ("*.bin", "*", "nothing*"):
        names = server.call("getMediaFilesNames", pattern=pattern)["result"]
        yield f"getMediaFilesNames {pattern}", sorted(names)
    ask("getMediaDirPath")
    ask("deleteMediaFile", filename="a.bin")
    ask("deleteMediaFile", filename="a.bin")
    ask("deleteMediaFile", filename="")
    ask("retrieveMediaFile", filename="a.bin")
    yield from drain()

    # Packages and the window.
    package = folder / "a.apkg"
    ask("exportPackage", deck="nowhere", path=str(package))
    ask("exportPackage", deck="A", path=str(package), includeSched=False)
    ask("deleteNotes", notes=[ser, 1])
    ask("notesInfo", notes=[ser, twice])
    ask("importPackage", path=str(package))
    ask("importPackage", path=str(package))
    ask("importPackage", path=str(folder / "nowhere.apkg"))
    ask("importPackage", path=str(folder / "a.txt"))
    ask("findNotes", query="deck:*")
    ask("guiReviewActive")
    ask("guiDeckBrowser")
    if not old:
        # The one of 2023 opens a dialog where nobody is logged in.
        ask("sync")
    yield from drain()


def with_key(server):
    """The same about a key."""
    for key in (None, "guess", "", 5, "k"):
        request = {"action": "deckNames", "version": 6}
        yield f"key {key!r}", server.post({**request, "key": key} if key is not None else request)[1]
    yield "permission", server.post({"action": "requestPermission", "version": 6})[1]
    inner = [{"action": "version", "version": 6}, {"action": "version", "version": 6, "key": "k"}]
    yield "multi", server.call("multi", key="k", actions=inner)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("judges", type=Path)
    parser.add_argument("desktop")
    parser.add_argument("add_on", type=Path)
    parser.add_argument("--old", action="store_true")
    chosen = parser.parse_args()
    old = ["--old"] if chosen.old else []
    backend = chosen.desktop.replace("desktop", "anki")
    python = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    real = [chosen.judges / chosen.desktop / python, HERE / "desktop.py", chosen.add_on]
    ours = [chosen.judges / backend / python, HERE / "connect.py", *old]
    count, differences = 0, []
    for key in ([], ["--key", "k"]):
        answers = []
        for program in (real, ours):
            server = Server(*program, *key)
            with tempfile.TemporaryDirectory(prefix="deckle-habits-") as folder:
                folder = Path(folder)
                normal = Normal(folder)
                web = 0 if key else files(folder)
                asked = with_key(server) if key else questions(server, folder, web, chosen.old, normal)
                lines = []
                for name, answer in asked:
                    text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
                    name, text = normal.of(name), normal.of(text)
                    lines.append((name.replace(str(web), "PORT"), text.replace(str(web), "PORT")))
                answers.append(lines)
            server.close()
        for pair in itertools.zip_longest(*answers, fillvalue=("nothing", "")):
            count += 1
            if pair[0] != pair[1]:
                differences.append(pair)
    for (name, real), (other, ours) in differences:
        print(name if name == other else f"{name} / {other}")
        print(f"  AnkiConnect: {real[:600]}\n  stand-in:    {ours[:600]}")
    print(f"{chosen.desktop}, {chosen.add_on}: {count} answers, {len(differences)} differ", file=sys.stderr)
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
