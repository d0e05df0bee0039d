"""Compares deckle with other tools: wall time, peak memory, package size.

    make bench                      everything, deckle freshly built
    python3 benches/compare.py --without genanki-rs --rounds 3 --workload basic

The tools take turns, so that a busy moment of the machine hits all of them. Each builds the same
notes, which are counted afterwards by the real Anki. `bare-rows` is no tool but a lower bound: it
inserts the rows of deckle's package with rusqlite and zips them; `cp` copies the media.

The table on standard output is Markdown, for the README. Standard library only.
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

import tools
import workloads

ANKI = tools.ROOT / "target/judges/anki-26.9.3/bin/python"
COUNT_NOTES = """
import sys, tempfile
from anki.collection import Collection, ImportAnkiPackageRequest
with tempfile.TemporaryDirectory() as folder:
    collection = Collection(folder + "/c.anki2")
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=sys.argv[1]))
    print(collection.note_count())
"""


@dataclass
class Workload:
    """One deck to build: how its sources are written and which tools can build it."""

    name: str
    title: str
    write: object
    count: int
    tools: tuple
    #: What the other tools' programs call it.
    builds: str = "basic"
    is_project: bool = False
    #: Only measured where it is asked for by name.
    is_long: bool = False


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
    if not ANKI.exists():
        sys.exit(f"{ANKI} is missing, which counts the notes; run: make judges")
    chosen = chosen_workloads(options)
    wanted = {tool for workload in chosen for tool in workload.tools} & set(options.only)
    present = tools.available(wanted - set(options.without))
    work = tools.ROOT / "target/bench"
    results = []
    for workload in chosen:
        folder = work / workload.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        workload.write(folder, workload.count)
        run_tools = [tool for tool in present if tool in workload.tools]
        results.append((workload, measure(workload, run_tools, folder, options)))
        shutil.rmtree(folder)
    print_table(results)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="rounds per tool (default 5)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="of the slow tools (default 1)")
    parser.add_argument("--only", action="append", choices=tools.NAMES)
    parser.add_argument("--without", action="append", choices=tools.NAMES, default=[])
    parser.add_argument("--workload", action="append", choices=[it.name for it in all_workloads(1)])
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the notes")
    options = parser.parse_args()
    if options.rounds < 1 or options.slow_rounds < 1 or options.scale <= 0:
        parser.error("rounds and scale are positive")
    options.only = options.only or list(tools.NAMES)
    return options


def chosen_workloads(options):
    found = all_workloads(options.scale)
    if options.workload:
        return [it for it in found if it.name in options.workload]
    return [it for it in found if not it.is_long]


def all_workloads(scale):
    everyone = ("deckle", "genanki", "genanki-rs", "ankiforge")
    alone = ("deckle",)

    def workload(name, title, write, count, run_tools, **more):
        count = max(1, round(count * scale))
        return Workload(name, title.format(f"{count:,}"), write, count, run_tools, **more)

    basic, media = workloads.write_basic, workloads.write_media
    return [
        workload("basic-1k", "{} basic notes", basic, 1_000, everyone),
        workload("basic-10k", "{} basic notes", basic, 10_000, everyone),
        # genanki-rs takes time by the square of the notes, and was not waited for here.
        workload("basic", "{} basic notes", basic, 100_000, ("deckle", "genanki", "ankiforge", "bare-rows")),
        workload("project", "{}, with a lock", workloads.write_basic_project, 100_000, alone, is_project=True),
        workload("markdown", "{} in 5,000 Markdown files", workloads.write_markdown, 100_000, alone, is_project=True),
        # ankiforge looks into files, and some of these begin as a sound does by chance.
        workload("media", "{} files of 50 kB", media, 2_000, ("deckle", "genanki", "genanki-rs", "cp"), builds="media"),
        workload("media-20k", "{} files of 50 kB", media, 20_000, ("deckle", "cp"), is_long=True),
        workload("rich", "{} notes: Markdown, math, cloze", workloads.write_rich, 10_000, alone),
        workload("code", "{} code blocks of 20 lines", workloads.write_code, 1_000, alone),
        workload("plain-code", "the same without colors", workloads.write_plain_code, 1_000, alone),
        workload("million", "{} basic notes", basic, 1_000_000, ("deckle", "bare-rows"), is_long=True),
        workload("million-markdown", "{} in 50,000 Markdown files", workloads.write_markdown, 1_000_000, alone, is_project=True, is_long=True),
    ]


def measure(workload, present, folder, options):
    """Figures by tool; the tools take turns, each round from nothing."""
    figures = {tool: Figures() for tool in present}
    temporary = folder / "tmp"
    for turn in range(max(options.rounds, options.slow_rounds)):
        for tool in present:
            slow = tool == "genanki-rs"
            if turn >= (options.slow_rounds if slow else options.rounds):
                continue
            out = folder / f"{tool}.apkg"
            out.unlink(missing_ok=True)
            # genanki leaves its temporary databases behind.
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            seconds, peak = run(tool, tools.command(tool, workload, folder, out), temporary)
            figures[tool].seconds.append(seconds)
            figures[tool].peak = max(figures[tool].peak, peak)
            print(f"{workload.name}: {tool} {seconds:.2f} s, {mega(peak)}", file=sys.stderr)
            if tool == "cp":
                continue
            figures[tool].size = out.stat().st_size
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
    text = log.read_text(errors="replace")
    if process.returncode != 0:
        sys.exit(f"{tool} failed ({process.returncode}):\n{text[-4000:]}")
    if tool in tools.PRINT_SECONDS:
        seconds = float(text)
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit


def check_notes(tool, package, expected):
    """A fast tool that drops notes would win; so the real Anki imports the package and counts."""
    command = [ANKI, "-c", COUNT_NOTES, str(package)]
    found = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    if found != expected:
        sys.exit(f"{tool}'s package has {found} of {expected} notes")


def print_table(results):
    print(f"Measured on {processor()}, {os.cpu_count()} cores, {platform.system()}.\n")
    print("| Deck | Tool | Time (best / median) | Peak memory | Package | Time against deckle |")
    print("|---|---|---:|---:|---:|---:|")
    for workload, figures in results:
        ours = figures.get("deckle")
        for tool, theirs in figures.items():
            best, median = min(theirs.seconds), statistics.median(theirs.seconds)
            ratio = f"{best / min(ours.seconds):.2f} ×" if ours else "-"
            size = mega(theirs.size) if theirs.size else "-"
            print(
                f"| {workload.title} | {tool} | {best:.2f} s / {median:.2f} s"
                f" | {mega(theirs.peak)} | {size} | {ratio} |"
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
