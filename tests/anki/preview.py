"""Opens pages of a preview in a browser, as somebody does who looks at cards, and says what is seen.

    python preview.py BROWSER   < request.json

Reads a JSON list from stdin: mappings with `page` (a path or an address), and what is done there: `night` and
`width` (what the window is like), `keys` (pressed one after the other), `meanwhile` (a folder
that is copied over another one), `script` (what is asked of the page at the
end), `sides` (what is asked of each side), `picture` (a path for a screenshot). Writes a JSON list of what came
of each: `console` (what the browser complains of), `asked`, and of each side that was shown `asked` and
where it is. The browser is spoken to through a pipe, so nothing listens anywhere.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 60


class Gone(RuntimeError):
    """A frame is another one by now."""


class Browser:
    """A Chromium without a window."""

    def __init__(self, program, profile):
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()

        def plumb():
            # The browser reads from 3 and writes to 4; its own ends may have just these numbers.
            reading, writing = os.dup(to_read), os.dup(to_write)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
             f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=plumb, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.number = 0
        self.rest = b""
        self.events = []

    def ask(self, method, session=None, **params):
        """What the browser answers; what happens meanwhile is kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        wanted, end = self.number, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for found in self.read():
                if found.get("id") == wanted:
                    if "error" in found:
                        kind = Gone if "Cannot find context" in found["error"]["message"] else RuntimeError
                        raise kind(f"{method}: {found['error']}")
                    return found["result"]
        raise RuntimeError(f"{method}: no answer")

    def read(self):
        import select

        if select.select([self.from_browser], [], [], 0.2)[0]:
            self.rest += os.read(self.from_browser, 1 << 20)
        *whole, self.rest = self.rest.split(b"\0")
        messages = [json.loads(it) for it in whole]
        self.events += [it for it in messages if "method" in it]
        return [it for it in messages if "id" in it]

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to_browser)
        os.close(self.from_browser)


class Tab:
    """A page, and the frames in it, which may be processes of their own."""

    def __init__(self, browser):
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        self.sessions = [self.session]
        self.contexts = {}
        self.complaints = []
        for method in ("Page.enable", "Runtime.enable", "Log.enable"):
            self.ask(method)
        self.ask("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def ask(self, method, **params):
        answer = self.browser.ask(method, self.session, **params)
        self.take_events()
        return answer

    def take_events(self):
        while self.browser.events:
            event = self.browser.events.pop(0)
            params, session = event.get("params", {}), event.get("sessionId")
            match event["method"]:
                case "Target.attachedToTarget" if params["targetInfo"]["type"] == "iframe":
                    inner = params["sessionId"]
                    self.sessions.append(inner)
                    self.browser.ask("Runtime.enable", inner)
                    self.browser.ask("Log.enable", inner)
                case "Runtime.executionContextCreated":
                    context = params["context"]
                    if context.get("auxData", {}).get("isDefault"):
                        self.contexts[(session, context["id"])] = context
                case "Runtime.executionContextDestroyed":
                    self.contexts.pop((session, params["executionContextId"]), None)
                case "Runtime.executionContextsCleared":
                    self.contexts = {k: v for k, v in self.contexts.items() if k[0] != session}
                case "Log.entryAdded":
                    entry = params["entry"]
                    self.complaints.append(f"{entry['level']}: {entry['text']} {entry.get('url', '')}".strip())
                case "Runtime.exceptionThrown":
                    details = params["exceptionDetails"]
                    thrown = details.get("exception", {}).get("description", details["text"])
                    self.complaints.append(f"thrown: {thrown}")
                case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning"):
                    self.complaints.append(f"{params['type']}: {params['args']}")

    def wait(self, seconds):
        """Waits so long, and on as long as something happens."""
        end, most = time.monotonic() + seconds, time.monotonic() + PATIENCE
        while time.monotonic() < min(end, most):
            self.browser.read()
            if self.browser.events:
                end = max(end, time.monotonic() + seconds / 2)
            self.take_events()

    def evaluate(self, script, session=None, context=None):
        more = {"contextId": context} if context else {}
        answer = self.browser.ask("Runtime.evaluate", session or self.session, expression=script,
                                  returnByValue=True, awaitPromise=True, **more)
        self.take_events()
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key):
        text = "\r" if key == "Enter" else key if len(key) == 1 else ""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, text=text if kind == "keyDown" else "")
        self.wait(0.2)

    def load(self, page, seconds):
        """Goes to a page, and waits until all of it is there; a busy machine takes its time."""
        self.ask("Page.navigate", url=page)
        end = time.monotonic() + PATIENCE
        there = f"location.href === {json.dumps(page)} && document.readyState === 'complete'"
        while not self.evaluate(there) and time.monotonic() < end:
            self.wait(0.2)
        self.wait(seconds)

    def sides(self, script):
        """What each side says that is shown, those first that come first on the page, as soon as they say the
        same twice."""
        end = time.monotonic() + PATIENCE
        before, found = None, self.sides_now(script)
        while (found is None or found != before) and time.monotonic() < end:
            self.wait(0.5)
            before, found = found, self.sides_now(script)
        return found

    def sides_now(self, script):
        """As `sides`; None where one is not there yet."""
        found = []
        for session, number in list(self.contexts):
            try:
                if self.evaluate("location.pathname", session, number).endswith("/look/card.html"):
                    if not self.evaluate("!!document.getElementById('qa')", session, number):
                        return None
                    found.append(self.evaluate(script, session, number))
            except Gone:
                # The frame went elsewhere before it was told.
                continue
        return found


def look(browser, wish):
    tab = Tab(browser)
    tab.ask("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": "dark" if wish.get("night") else "light"}])
    tab.ask("Emulation.setDeviceMetricsOverride", width=wish.get("width", 1100), height=wish.get("height", 900),
            deviceScaleFactor=1, mobile=False)
    tab.ask("Emulation.setScriptExecutionDisabled", value=bool(wish.get("scriptless")))
    page = wish["page"]
    tab.load(page if "://" in page else Path(page).resolve().as_uri(), wish.get("patience", 2.0))
    for key in wish.get("keys", []):
        tab.press(key)
    if "meanwhile" in wish:
        shutil.copytree(*wish["meanwhile"], dirs_exist_ok=True)
    tab.wait(wish.get("patience", 2.0) / 2)
    seen = {"sides": tab.sides(wish["sides"]) if "sides" in wish else []}
    seen["asked"] = tab.evaluate(wish["script"]) if "script" in wish else None
    if "picture" in wish:
        shot = tab.ask("Page.captureScreenshot", format="png")
        Path(wish["picture"]).write_bytes(base64.b64decode(shot["data"]))
    seen["console"] = tab.complaints
    return seen


def main(program):
    wishes = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="deckle-browser-", ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            print(json.dumps([look(browser, wish) for wish in wishes]))
        finally:
            browser.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
