"""Compares deckle with genanki and genanki-rs: wall time, peak memory, package size.

    make bench                      everything, deckle freshly built
    python3 benches/compare.py --no-rs --rounds 3

The tools take turns, so that a busy moment of the machine hits all of them. The table
on standard output is Markdown, for the README. Standard library only.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import workloads

ROOT = Path(__file__).resolve().parent.parent
DECKLE = ROOT / "target/release/deckle"
GENANKI = ROOT / "target/judges/genanki/bin/python"
RS_PROJECT = ROOT / "target/peers/genanki-rs"
RS_BINARY = RS_PROJECT / "target/release/genanki-rs-peer"
RS_MANIFEST = """[package]
name = "genanki-rs-peer"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
genanki-rs = "0.4"

# A project of its own, though it lies below another one.
[workspace]
"""
COUNT_NOTES = """
import sqlite3, sys, tempfile, zipfile
with tempfile.TemporaryDirectory() as folder:
    file = zipfile.ZipFile(sys.argv[1]).extract("collection.anki2", folder)
    print(sqlite3.connect(file).execute("select count() from notes").fetchone()[0])
"""


@dataclass
class Workload:
    """One deck to build: how its sources are written and which tools can build it."""

    name: str
    title: str
    write: object
    count: int
    tools: tuple


@dataclass
class Figures:
    """What was measured of one tool on one workload."""

    seconds: list = field(default_factory=list)
    peak: int = 0
    size: int = 0


def main():
    options = parse()
    if not hasattr(os, "wait4"):
        sys.exit("peak memory of a process is read with os.wait4, which this system does not have")
    tools = available(options)
    work = ROOT / "target/bench"
    results = []
    for workload in chosen_workloads(options):
        folder = work / workload.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        workload.write(folder, workload.count)
        run_tools = [tool for tool in tools if tool in workload.tools]
        results.append((workload, measure(workload, run_tools, folder, options)))
        shutil.rmtree(folder)
    print_table(results)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds per tool (default 5)")
    parser.add_argument("--rs-rounds", type=int, default=1, help="of genanki-rs (default 1)")
    parser.add_argument("--no-rs", action="store_true", help="leave genanki-rs out")
    parser.add_argument("--only", action="append", metavar="TOOL", help="deckle, genanki...")
    parser.add_argument("--workload", action="append", choices=["basic", "media", "rich", "code", "plain-code"])
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the notes")
    options = parser.parse_args()
    if options.rounds < 1 or options.rs_rounds < 1 or options.scale <= 0:
        parser.error("rounds and scale are positive")
    return options


def chosen_workloads(options):
    everyone = ("deckle", "genanki", "genanki-rs")

    def scaled(count):
        return max(1, round(count * options.scale))

    basic, media, rich, code = map(
        scaled,
        (workloads.BASIC_NOTES, workloads.MEDIA_NOTES, workloads.RICH_NOTES, workloads.CODE_NOTES),
    )
    all_workloads = [
        Workload("basic", f"{basic:,} basic notes", workloads.write_basic, basic, everyone),
        Workload("media", f"{media:,} files of 50 kB", workloads.write_media, media, everyone),
        Workload(
            "rich", f"{rich:,} notes: Markdown, math, cloze", workloads.write_rich, rich, ("deckle",)
        ),
        Workload(
            "code", f"{code:,} code blocks of 20 lines", workloads.write_code, code, ("deckle",)
        ),
        Workload(
            "plain-code", "the same without colors", workloads.write_plain_code, code, ("deckle",)
        ),
    ]
    return [w for w in all_workloads if not options.workload or w.name in options.workload]


def available(options):
    """The tools to measure; one that is asked for and missing ends the run."""
    tools = ["deckle", "genanki", "genanki-rs"]
    if options.no_rs:
        print("genanki-rs: left out (--no-rs)", file=sys.stderr)
        tools.remove("genanki-rs")
    if options.only:
        unknown = set(options.only) - set(tools)
        if unknown:
            sys.exit(f"no such tool: {', '.join(sorted(unknown))}; there are {', '.join(tools)}")
        tools = [tool for tool in tools if tool in options.only]
    if "deckle" in tools and not DECKLE.exists():
        sys.exit(f"{DECKLE} is missing, run: cargo build --release")
    if "genanki" in tools and not GENANKI.exists():
        sys.exit(f"{GENANKI} is missing, run: make peers")
    if "genanki-rs" in tools:
        build_genanki_rs()
    return tools


def build_genanki_rs():
    (RS_PROJECT / "src").mkdir(parents=True, exist_ok=True)
    (RS_PROJECT / "Cargo.toml").write_text(RS_MANIFEST)
    shutil.copyfile(ROOT / "benches/peers/genanki_rs.rs", RS_PROJECT / "src/main.rs")
    print("genanki-rs: building it in release mode", file=sys.stderr)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(RS_PROJECT / "target")}
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", RS_PROJECT / "Cargo.toml"]
    if subprocess.run(command, env=environment).returncode:
        sys.exit("genanki-rs does not build; leave it out with --no-rs")


def command(tool, workload, folder, out):
    arguments = [workload.name, str(workload.count), str(folder), str(out)]
    if tool == "deckle":
        return [DECKLE, "build", folder / "notes.yaml", "-o", out]
    if tool == "genanki":
        return [GENANKI, "-B", ROOT / "benches/peers/genanki_peer.py", *arguments]
    return [RS_BINARY, *arguments]


def measure(workload, tools, folder, options):
    """Figures by tool; the tools take turns, each round from nothing."""
    figures = {tool: Figures() for tool in tools}
    temporary = folder / "tmp"
    for turn in range(max(options.rounds, options.rs_rounds)):
        for tool in tools:
            if turn >= (options.rs_rounds if tool == "genanki-rs" else options.rounds):
                continue
            out = folder / f"{tool}.apkg"
            out.unlink(missing_ok=True)
            # genanki leaves its temporary databases behind.
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            seconds, peak = run(tool, command(tool, workload, folder, out), temporary)
            figures[tool].seconds.append(seconds)
            figures[tool].peak = max(figures[tool].peak, peak)
            figures[tool].size = out.stat().st_size
            print(f"{workload.name}: {tool} {seconds:.2f} s, {mega(peak)}", file=sys.stderr)
            if turn == 0:
                check_notes(tool, out, workload.count)
    return figures


def run(tool, arguments, temporary):
    """Wall time in seconds and peak memory in bytes of one process.

    A child's peak begins with that of the process that starts it: this script stays
    small, and leaves reading packages to children of its own.
    """
    log = temporary / "log"
    with open(log, "wb") as sink:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, arguments)),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{tool} failed ({process.returncode}):\n{log.read_text(errors='replace')[-4000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit


def check_notes(tool, package, expected):
    """A fast tool that drops notes would win; so they are counted."""
    command = [sys.executable, "-c", COUNT_NOTES, str(package)]
    found = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    if found != expected:
        sys.exit(f"{tool} wrote {found} of {expected} notes")


def print_table(results):
    print(f"Measured on {processor()}, {os.cpu_count()} cores, {platform.system()}.\n")
    print("| Deck | Tool | Time (best / median) | Peak memory | Package | Time against deckle |")
    print("|---|---|---:|---:|---:|---:|")
    for workload, figures in results:
        ours = figures.get("deckle")
        for tool, theirs in figures.items():
            best, median = min(theirs.seconds), statistics.median(theirs.seconds)
            ratio = f"{best / min(ours.seconds):.1f} ×" if ours else "-"
            print(
                f"| {workload.title} | {tool} | {best:.2f} s / {median:.2f} s"
                f" | {mega(theirs.peak)} | {mega(theirs.size)} | {ratio} |"
            )


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def mega(count):
    return f"{count / 1e6:,.1f} MB"


if __name__ == "__main__":
    main()
