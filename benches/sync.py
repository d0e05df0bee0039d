"""What a push to a sync server costs over a slow line, with what is kept of the account and without.

    python3 benches/sync.py [--notes 10000] [--round-trip 100] [--rate 2000] [--deckle PROGRAM]

Anki's own server runs here; between it and deckle stands a proxy that passes on so many kilobits a
second and takes so many milliseconds there and back. The table on standard output is Markdown.
Standard library only.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import tools

ANKI = tools.ROOT / "target/judges/anki-26.9.3/bin/python"
MANIFEST = """format: 1
name: Bench
uid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55
ship:
  home: {{via: sync, url: "{url}", user: me, password-env: BENCH_PASSWORD}}
"""


class Line:
    """A slow line to a port, listening on one of its own; counts what comes and goes."""

    def __init__(self, port, round_trip, rate):
        self.port, self.delay, self.rate = port, round_trip / 2, rate
        self.up = self.down = 0
        self.free = {"up": 0.0, "down": 0.0}
        started = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(started)), daemon=True).start()
        started.wait()

    async def serve(self, started):
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0)
        self.own = server.sockets[0].getsockname()[1]
        started.set()
        await server.serve_forever()

    async def connected(self, reader, writer):
        # A connection is made in one round trip.
        await asyncio.sleep(2 * self.delay)
        there = await asyncio.open_connection("127.0.0.1", self.port)
        await asyncio.gather(
            self.carry("up", reader, there[1]), self.carry("down", there[0], writer)
        )

    async def carry(self, way, reader, writer):
        """Each part arrives after the delay, and behind all that is on the line already."""
        queue = asyncio.Queue()

        async def deliver():
            while (item := await queue.get()) is not None:
                due, part = item
                await asyncio.sleep(max(0, due - time.monotonic()))
                writer.write(part)
            writer.close()

        task = asyncio.create_task(deliver())
        try:
            while part := await reader.read(4096):
                setattr(self, way, getattr(self, way) + len(part))
                begin = max(time.monotonic(), self.free[way])
                self.free[way] = begin + len(part) / self.rate
                queue.put_nowait((self.free[way] + self.delay, part))
        except ConnectionError:
            pass
        queue.put_nowait(None)
        await task


def serve(folder):
    """The server and its port."""
    log = folder / "server.log"
    environment = dict(
        os.environ,
        SYNC_USER1="me:secret",
        SYNC_BASE=str(folder / "server"),
        SYNC_HOST="127.0.0.1",
        SYNC_PORT="0",
        RUST_LOG="anki=info",
        NO_COLOR="1",
    )
    with log.open("wb") as output:
        server = subprocess.Popen(
            [ANKI, "-B", "-m", "anki.syncserver"], env=environment, stdout=output, stderr=output
        )
    for _ in range(600):
        if found := re.search(r"127\.0\.0\.1:(\d+)\s", log.read_text()):
            return server, int(found[1])
        time.sleep(0.1)
    sys.exit(f"the server does not listen: {log.read_text()}")


def notes(count, edited=()):
    def note(index):
        text = "edited" if index in edited else "a sentence of some words about it"
        return f"- {{id: n{index}, front: What is {index}?, back: '{index * 7919} is {text}'}}\n"

    return "".join(map(note, range(count)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--round-trip", type=float, default=100, help="in milliseconds")
    parser.add_argument("--rate", type=float, default=2000, help="in kilobits a second")
    parser.add_argument("--deckle", type=Path, default=tools.DECKLE)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server, port = serve(folder)
        try:
            measure(options, folder, port)
        finally:
            server.kill()
            server.wait()


def measure(options, folder, port):
    program = options.deckle.resolve()
    line = Line(port, options.round_trip / 1000, options.rate * 1000 / 8)
    project = folder / "project"
    project.mkdir()
    address = f"http://127.0.0.1:{line.own}/"
    (project / "deckle.yaml").write_text(MANIFEST.format(url=address))
    (project / "a.yaml").write_text(notes(options.notes))
    print("| push | requests | down | up | seconds |\n|---|--:|--:|--:|--:|")

    def ship(title, *arguments):
        line.up = line.down = 0
        begin = time.monotonic()
        run = subprocess.run(
            [program, "ship", "--json", *arguments],
            cwd=project,
            env=dict(os.environ, BENCH_PASSWORD="secret"),
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - begin
        if run.returncode:
            sys.exit(run.stderr)
        sent = json.loads(run.stdout)[0]["packages"][0]
        print(
            f"| {title} | {sent['requests']} | {line.down / 1000:.0f} kB | {line.up / 1000:.0f} kB"
            f" | {seconds:.1f} |",
            flush=True,
        )
        return sent

    # So that neither the build nor the lock counts.
    subprocess.run([program, "build"], cwd=project, capture_output=True, check=True)
    ship("the first one")
    ship("a repeat that keeps nothing", "--no-cache")
    ship("a repeat that reads what was sent")
    ship("a repeat")
    for turn, (title, arguments) in enumerate(
        [
            ("an edited note, keeping nothing", ["--no-cache"]),
            ("an edited note, behind that", []),
            ("an edited note", []),
            ("an edited note, once more", []),
        ]
    ):
        (project / "a.yaml").write_text(notes(options.notes, range(turn + 1)))
        assert ship(title, *arguments)["changed"] == 1


if __name__ == "__main__":
    main()
