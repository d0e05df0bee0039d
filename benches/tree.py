"""Measures a large tree of small files: 8,000 Markdown files with 50,000 notes.

    cargo build --locked --release --example recheck --bin deckle
    python3 -B benches/tree.py

Prints the wall time and peak memory of `deckle check` and of `deckle build` (without a lock, then
with it), and what the checks of one process take that remembers what it read (examples/recheck.rs).
Standard library only.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import compare
import tools
import workloads

RECHECK = tools.ROOT / "target/release/examples/recheck"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    options = parser.parse_args()
    folder = tools.ROOT / "target/bench/tree"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    workloads.write_tree(folder, workloads.TREE_NOTES)
    print(f"Measured on {compare.processor()}: best / median of {options.rounds}, peak memory.\n")
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary, "tree.apkg")
        lock = folder / "deckle.lock"
        check = [tools.DECKLE, "check", folder]
        build = [tools.DECKLE, "build", folder, "-o", out]
        measure("check", check, temporary, options.rounds)
        measure("first build", build, temporary, options.rounds, [lock, out])
        measure("next build", build, temporary, options.rounds)
    if RECHECK.exists():
        changed = workloads.tree_file(folder, 0)
        print(subprocess.run([RECHECK, folder, changed], check=True, capture_output=True, text=True).stdout)
    shutil.rmtree(folder)


def measure(what, command, temporary, rounds, anew=()):
    """Runs a command, each time without the files in `anew`."""
    seconds, peaks = [], []
    for _ in range(rounds):
        for path in anew:
            path.unlink(missing_ok=True)
        time, peak = compare.run(what, command, Path(temporary))
        seconds.append(time)
        peaks.append(peak)
    best, median = min(seconds), statistics.median(seconds)
    print(f"{what}: {best:.2f} s / {median:.2f} s, {compare.mega(max(peaks))}", flush=True)


if __name__ == "__main__":
    main()
