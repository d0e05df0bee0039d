"""The real Anki, its window included but nowhere shown, with the real add-on AnkiConnect.

    python desktop.py ADDON [--key KEY]

ADDON is the add-on's folder, the one with `__init__.py`; python is one with the package `aqt`.
Prints the port that the add-on listens on, on this machine alone, and runs until its standard
input ends. It has a base folder and a profile of its own, empty at first.

Beside the add-on's own actions there are those that connect.py, the stand-in, has for tests:
`_sql`, `_import`, `_calls` and `_check`; and what only a window can do to a client: `_dialog`
opens one, `_busy` lets Anki do something else for so many seconds, `_leave` goes back to the list
of profiles. The add-on is run as it is.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

# Before Qt is loaded: no screen, no sandbox (which root cannot have), and no second copy that hands
# its work to a first one, which Anki knows by the user's name.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = "--disable-gpu --no-sandbox"
os.environ["LOGNAME"] = f"deckle-{os.getpid()}"
os.environ["XDG_RUNTIME_DIR"] = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()

import aqt  # noqa: E402
import aqt.gui_hooks  # noqa: E402
import aqt.profiles  # noqa: E402
from aqt.qt import QMessageBox, QTimer  # noqa: E402

import checking  # noqa: E402

PROFILE = "User 1"
NAME = "ankiconnect"


class Extra:
    """The actions that the add-on does not have."""

    def __init__(self):
        self.calls = []
        self.box = None

    def _sql(self, query, arguments=()):
        return aqt.mw.col.db.all(query, *arguments)

    def _import(self, path):
        checking.import_by_hand(aqt.mw.col, path)
        aqt.mw.reset()

    def _calls(self):
        calls, self.calls = self.calls, []
        return calls

    def _check(self):
        return checking.check(aqt.mw.col)

    def _dialog(self):
        def show():
            self.box = QMessageBox(aqt.mw)
            self.box.setText("a dialog")
            self.box.exec()

        QTimer.singleShot(100, show)

    def _busy(self, seconds):
        QTimer.singleShot(100, lambda: time.sleep(seconds))

    def _leave(self):
        QTimer.singleShot(100, aqt.mw.unloadProfileAndShowProfileManager)


def connect():
    """The add-on's object that has its actions."""
    return sys.modules[NAME].ac


def answer_more(extra):
    """Puts the further actions in front of the add-on's, and notes what is called."""
    add_on = connect()
    its_own = add_on.handler

    def handler(request):
        name = request.get("action") if isinstance(request, dict) else None
        if not isinstance(name, str) or not name.startswith("_"):
            if name != "requestPermission":
                extra.calls.append(name)
            return its_own(request)
        try:
            result = getattr(extra, name)(**request.get("params", {}))
            return {"result": result, "error": None}
        except Exception as error:
            return {"result": None, "error": str(error)}

    add_on.handler = handler
    add_on.server.handler = handler


def prepare(base, add_on, key):
    """A base folder whose one profile asks nothing at its first start."""
    target = base / "addons21" / NAME
    shutil.copytree(add_on, target, ignore=shutil.ignore_patterns("__pycache__", "meta.json"))
    # Port 0: the system chooses.
    config = {"webBindAddress": "127.0.0.1", "webBindPort": 0, "apiKey": key}
    config["webCorsOriginList"] = ["http://localhost"]
    (target / "meta.json").write_text(json.dumps({"name": "AnkiConnect", "config": config}))
    profiles = aqt.profiles.ProfileManager(base)
    profiles.setupMeta()
    profiles.meta["firstRun"] = False
    profiles.setLang("en_US")
    # Nothing is asked of the network.
    profiles.set_update_check(False)
    profiles.create(PROFILE)
    profiles.openProfile(PROFILE)
    profiles.save()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("add_on", type=Path)
    parser.add_argument("--key")
    chosen = parser.parse_args()
    output, sys.stdout = sys.stdout, sys.stderr
    base = Path(tempfile.mkdtemp(prefix="deckle-desktop-"))

    def end():
        sys.stdin.read()
        shutil.rmtree(base, ignore_errors=True)
        # Without the questions and copies of a proper end.
        os._exit(0)

    def tell():
        answer_more(Extra())
        print(connect().server.sock.getsockname()[1], file=output, flush=True)

    threading.Thread(target=end, daemon=True).start()
    prepare(base, chosen.add_on, chosen.key)
    aqt.gui_hooks.profile_did_open.append(lambda: QTimer.singleShot(0, tell))
    aqt._run([sys.argv[0], "-b", str(base), "-p", PROFILE])


main()
