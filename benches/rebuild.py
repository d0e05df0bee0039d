"""Measures builds of what did not change, and of one changed note, against full builds.

    cargo build --locked --release --bin deckle
    python3 -B benches/rebuild.py

Three projects, each with a manifest, a lock and a cache: 100,000 basic notes in one file; 20,000
Markdown notes with formulas, code and pictures in 1,000 files; 50,000 notes in 8,000 small files. A
full build has neither lock, package nor cache. After the change the package is compared with that of
a build without the cache, byte by byte. Times of one project are taken in turns, so that a busy moment
of the machine hits all of them. Standard library only.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import compare
import tools
import workloads

PROJECTS = {
    "basic": ("100,000 basic notes", workloads.write_basic_project, 100_000, "notes.yaml"),
    "book": ("20,000 Markdown notes", workloads.write_book, workloads.BOOK_NOTES, "chapter-00/section-07.md"),
    "tree": ("50,000 notes in 8,000 files", workloads.write_tree, workloads.TREE_NOTES, "part-0/chapter-0/0/7.md"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--project", action="append", choices=list(PROJECTS))
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the notes")
    options = parser.parse_args()
    if not tools.DECKLE.exists():
        sys.exit(f"{tools.DECKLE} is missing, run: cargo build --release")
    print(f"Measured on {compare.processor()}: best / median of {options.rounds}.\n")
    print("| Project | Build | Time | Of the full build |")
    print("|---|---|---:|---:|")
    for name in options.project or PROJECTS:
        measure(name, options)


def measure(name, options):
    title, write, count, edited = PROJECTS[name]
    folder = tools.ROOT / "target/bench/rebuild" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write(folder, max(1, round(count * options.scale)))
    times = {}
    with tempfile.TemporaryDirectory() as temporary:
        out, reference = Path(temporary, "a.apkg"), Path(temporary, "b.apkg")
        build = [tools.DECKLE, "build", folder, "-o", out]

        def take(what, command):
            seconds, _ = compare.run(what, command, Path(temporary))
            times.setdefault(what, []).append(seconds)

        for turn in range(options.rounds):
            for path in (folder / "deckle.lock", out):
                path.unlink(missing_ok=True)
            shutil.rmtree(folder / ".deckle", ignore_errors=True)
            take("full", build)
            take("nothing changed", build)
            edit(folder / edited, turn)
            take("one note changed", build)
            take("one note changed, without the cache", [*build[:-1], reference, "--no-cache"])
            if out.read_bytes() != reference.read_bytes():
                sys.exit(f"{title}: the package differs from that of a full build")
    full = min(times["full"])
    for what, seconds in times.items():
        best, median = min(seconds), statistics.median(seconds)
        print(f"| {title} | {what} | {best:.2f} s / {median:.2f} s | {best / full:.2f} |", flush=True)
    shutil.rmtree(folder)


def edit(path, turn):
    """Gives the last note of a file another answer."""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{text} Seen {turn} times.\n", encoding="utf-8")


if __name__ == "__main__":
    main()
