"""Counts the instructions of builds with valgrind: figures that a busy machine does not change.

    cargo build --locked --release
    python3 -B benches/instructions.py              basic and rich notes, 10,000 of each
    python3 -B benches/instructions.py --keep       leaves the profiles for callgrind_annotate

One thread, so that waiting counts for nothing. Standard library only.
"""

import argparse
import re
import shutil
import subprocess
import sys

import tools
import workloads

NOTES = 10_000
DECKS = {
    "basic notes": workloads.write_basic,
    "with a lock, first build": workloads.write_basic_project,
    "in Markdown, first build": workloads.write_markdown,
    "rich notes": workloads.write_rich,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--notes", type=int, default=NOTES, help=f"notes a deck (default {NOTES})")
    parser.add_argument("--keep", action="store_true", help="keep the profiles in target/bench")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing; on Debian: apt install valgrind")
    if not tools.DECKLE.exists():
        sys.exit(f"{tools.DECKLE} is missing, run: cargo build --release")
    print("| Deck | Instructions | for each note |\n|---|---:|---:|")
    for index, (title, write) in enumerate(DECKS.items()):
        folder = tools.ROOT / f"target/bench/instructions-{index}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write(folder, options.notes)
        count = instructions(folder)
        print(f"| {title} | {count / 1e6:,.0f} M | {count / options.notes:,.0f} |", flush=True)
        if not options.keep:
            shutil.rmtree(folder)


def instructions(folder):
    profile = folder / "callgrind.out"
    notes = folder / "notes.yaml"
    source = notes if notes.exists() and not (folder / "deckle.yaml").exists() else folder
    build = [tools.DECKLE, "build", source, "-o", folder / "out.apkg", "-q", "-j", "1"]
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *build]
    outcome = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", outcome.stderr)
    if outcome.returncode or not found:
        sys.exit(f"deckle failed under valgrind:\n{outcome.stderr[-4000:]}")
    return int(found.group(1))


if __name__ == "__main__":
    main()
