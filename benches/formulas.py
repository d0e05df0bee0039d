#!/usr/bin/env python3
"""Real formulas as pictures: how many succeed, how large they are, and how long it takes.

    benches/formulas.py collect FOLDER.. > formulas.txt     formulas of Markdown, HTML and text files
    benches/formulas.py run formulas.txt [--count 10000] [--node DIR] [--deckle FILE]
    benches/formulas.py sheet formulas.txt sheet.html --node DIR [--count 60]

`collect` writes each distinct formula once, as a JSON list of its TeX and whether it is a display
formula. `run` builds a deck of them with `math: {engine: auto}`, one note a formula, and reads off
the package what became of each. `--node` names a folder with `mathjax-full` in node_modules (npm
install mathjax-full@3.2.2): the same formulas then go through MathJax in the same run.
`sheet` writes a page that shows formulas beside MathJax's pictures of them, by day and by night.
Needs: a release build (`cargo build --release`), Python; node for the comparison.
"""

import argparse
import collections
import html
import json
import os
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DECKLE = os.path.join(ROOT, "target", "release", "deckle")

FORMULA = re.compile(
    r"\$\$(?P<dd>[^$]{1,2000}?)\$\$|(?<![\\$])\$(?P<d>[^$\s](?:[^$\n]{0,300}?[^$\s\\])?)\$(?![\d$])"
    r"|\\\\?\((?P<p>.{1,500}?)\\\\?\)|\\\\?\[(?P<b>.{1,2000}?)\\\\?\]",
    re.S,
)
ENDINGS = (".md", ".html", ".txt", ".json", ".csv", ".tsv", ".yaml", ".yml", ".org", ".tex")


def collect(folders):
    seen = set()
    for folder in folders:
        for base, _, names in os.walk(folder):
            for name in sorted(names):
                if name.lower().endswith(ENDINGS):
                    path = os.path.join(base, name)
                    with open(path, encoding="utf-8", errors="ignore") as file:
                        text = file.read(5_000_000)
                    if name.lower().endswith((".html", ".json", ".csv", ".tsv", ".txt")):
                        text = html.unescape(text)
                    for found in FORMULA.finditer(text):
                        display = found["dd"] or found["b"]
                        tex = (display or found["d"] or found["p"] or "").strip()
                        tex = " ".join(tex.split())
                        # Prices, code and broken Markdown are no formulas.
                        if not tex or "{{c" in tex or "<" in tex and ">" in tex or "$" in tex:
                            continue
                        if not re.search(r"[\\^_=]|^[A-Za-z]$", tex):
                            continue
                        seen.add((tex, bool(display)))
    for one in sorted(seen):
        print(json.dumps(one, ensure_ascii=False))


def timed(command):
    """What a command came to, its time, and how long processors worked for it: on a busy machine that
    says more."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ran, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


NODE = """
const {mathjax}=require('mathjax-full/js/mathjax.js');
const {TeX}=require('mathjax-full/js/input/tex.js');
const {SVG}=require('mathjax-full/js/output/svg.js');
const {liteAdaptor}=require('mathjax-full/js/adaptors/liteAdaptor.js');
const {RegisterHTMLHandler}=require('mathjax-full/js/handlers/html.js');
const {AllPackages}=require('mathjax-full/js/input/tex/AllPackages.js');
const lines=require('fs').readFileSync(process.argv[2],'utf8').trim().split('\\n').map(JSON.parse);
const adaptor=liteAdaptor(); RegisterHTMLHandler(adaptor);
const packages=AllPackages.filter(p=>p!=='noundefined'&&p!=='noerrors'&&p!=='textmacros');
const tex=new TeX({packages, formatError(_,e){throw e}});
const doc=mathjax.document('',{InputJax:tex,OutputJax:new SVG({fontCache:'local'})});
let good=0,bytes=0,start=Date.now();
for(const [source,display] of lines){
  try{ const svg=adaptor.innerHTML(doc.convert(source,{display})); bytes+=svg.length; good++; }catch(e){}
}
console.log(JSON.stringify({good,bytes,seconds:(Date.now()-start)/1000}));
"""


def run(path, count, node, deckle):
    with open(path, encoding="utf-8") as file:
        formulas = [json.loads(line) for line in file]
    if count:
        step = max(1, len(formulas) // count)
        formulas = formulas[::step][:count] if step > 1 else formulas
        distinct = len(formulas)
        while len(formulas) < count:
            # Distinct again: an index makes another formula of each.
            more = formulas[: min(distinct, count - len(formulas))]
            formulas += [(f"{tex}+{len(formulas) + index}", display) for index, (tex, display) in enumerate(more)]
    with tempfile.TemporaryDirectory() as folder:
        def write(name, text):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)

        notes = []
        for index, (tex, display) in enumerate(formulas):
            mark = "$$" if display else "$"
            notes.append({"Front": f"Formula {index}", "Back": f"{mark}{tex}{mark}"})
        write("notes.json", json.dumps({"math": {"engine": "auto"}, "notes": notes}, ensure_ascii=False))
        out = os.path.join(folder, "out.apkg")
        command = [deckle, "build", os.path.join(folder, "notes.json"), "-o", out, "--message-format", "json"]
        built, seconds, processor = timed(command)
        # The pictures without a package around them.
        _, drawing, drawing_processor = timed([deckle, "check", os.path.join(folder, "notes.json")])
        kinds = collections.Counter()
        for line in (built.stdout + built.stderr).splitlines():
            if line.startswith("{"):
                told = json.loads(line)
                kinds[(told.get("code"), told.get("message"))] += 1
        if not os.path.exists(out):
            sys.exit(built.stderr[-3000:])
        with zipfile.ZipFile(out) as package:
            write("c.db", "")
            with open(os.path.join(folder, "c.db"), "wb") as file:
                file.write(package.read("collection.anki2"))
            media = json.loads(package.read("media"))
            sizes = [package.getinfo(key).file_size for key, name in media.items() if name.endswith(".svg")]
        notes = sqlite3.connect(os.path.join(folder, "c.db")).execute("select flds from notes")
        drawn = sum('class="latex"' in fields for (fields,) in notes)
        print(f"{len(formulas)} formulas, {drawn} pictures = {100 * drawn / len(formulas):.2f} %")
        print(f"{len(sizes)} files, {statistics.mean(sizes):.0f} bytes on average, median {statistics.median(sizes):.0f}, largest {max(sizes)}")
        print(f"build with everything: {seconds:.2f} s, {processor:.2f} s of processors; pictures alone: {drawing:.2f} s, {drawing_processor:.2f} s of processors")
        for (code, message), number in kinds.most_common(40):
            print(f"  {number:5} {code} {message}")
        if node:
            write("list.jsonl", "\n".join(json.dumps(it) for it in formulas))
            # Where node looks for packages is where the script lies.
            script = os.path.join(node, "deckle-bench.js")
            with open(script, "w", encoding="utf-8") as file:
                file.write(NODE)
            try:
                ran, _, theirs_processor = timed(["node", script, os.path.join(folder, "list.jsonl")])
            finally:
                os.unlink(script)
            theirs = json.loads(ran.stdout.strip().splitlines()[-1]) if ran.stdout else sys.exit(ran.stderr)
            print(f"MathJax: {theirs['good']} pictures, {theirs['bytes'] / max(1, theirs['good']):.0f} bytes on average, {theirs['seconds']:.2f} s without its start, {theirs_processor:.2f} s of processors")
            for what, one, two in [("the whole package", seconds, processor), ("pictures alone", drawing, drawing_processor)]:
                print(f"deckle, {what}: {100 * one / theirs['seconds']:.1f} % of that time, {100 * two / theirs_processor:.1f} % of the processors', its start included")


SHEET = NODE[: NODE.index("let good")].replace("'local'", "'local'") + """
const out=lines.map(([source,display])=>{try{return adaptor.innerHTML(doc.convert(source,{display}))}catch(e){return e.message}});
console.log(JSON.stringify(out));
"""


def sheet(path, target, count, node):
    with open(path, encoding="utf-8") as file:
        formulas = [json.loads(line) for line in file]
    formulas = formulas[:: max(1, len(formulas) // count)][:count]
    with tempfile.TemporaryDirectory() as folder:
        listed = os.path.join(folder, "list.jsonl")
        with open(listed, "w", encoding="utf-8") as file:
            file.write("\n".join(json.dumps(it) for it in formulas))
        notes = [
            {"Front": f"{index:04}", "Back": f"text {'$$' if display else '$'}{tex}{'$$' if display else '$'} text"}
            for index, (tex, display) in enumerate(formulas)
        ]
        source = os.path.join(folder, "notes.json")
        with open(source, "w", encoding="utf-8") as file:
            json.dump({"math": {"engine": "auto"}, "notes": notes}, file)
        out = os.path.join(folder, "out.apkg")
        subprocess.run([DECKLE, "build", source, "-o", out], capture_output=True, check=True)
        script = os.path.join(node, "deckle-sheet.js")
        with open(script, "w", encoding="utf-8") as file:
            file.write(SHEET)
        ran = subprocess.run(["node", script, listed], capture_output=True, text=True)
        os.unlink(script)
        theirs = json.loads(ran.stdout)
        with zipfile.ZipFile(out) as package:
            database = os.path.join(folder, "c.db")
            with open(database, "wb") as file:
                file.write(package.read("collection.anki2"))
            media = {name: package.read(key) for key, name in json.loads(package.read("media")).items()}
        fields = sqlite3.connect(database).execute("select flds from notes order by sfld")
        ours = [row[0].split("\x1f")[1] for row in fields]
    import base64

    def inlined(text):
        data = lambda name: base64.b64encode(media[name]).decode()
        return re.sub(r'src="([^"]+)"', lambda it: f'src="data:image/svg+xml;base64,{data(it[1])}"', text)

    rows = "".join(f"<tr><td>{inlined(one)}</td><td>text {two} text</td></tr>" for one, two in zip(ours, theirs))
    page = (
        "<!doctype html><meta charset=utf-8><style>table{font:20px arial;border-collapse:collapse;width:700px}"
        "td{border:1px solid #888;padding:4px;width:50%;overflow:hidden;max-width:340px}body{margin:0;display:flex}"
        ".nightMode{background:#2c2c2c;color:white}.nightMode .latex{filter:invert(100%)}img{max-width:100%}</style>"
        f"<table>{rows}</table><table class=nightMode>{rows}</table>"
    )
    with open(target, "w", encoding="utf-8") as file:
        file.write(page)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    one = parts.add_parser("collect")
    one.add_argument("folders", nargs="+")
    one = parts.add_parser("run")
    one.add_argument("file")
    one.add_argument("--count", type=int)
    one.add_argument("--node")
    one.add_argument("--deckle", default=DECKLE)
    one = parts.add_parser("sheet")
    one.add_argument("file")
    one.add_argument("target")
    one.add_argument("--count", type=int, default=60)
    one.add_argument("--node", required=True)
    arguments = parser.parse_args()
    if arguments.part == "sheet":
        sheet(arguments.file, arguments.target, arguments.count, arguments.node)
    elif arguments.part == "collect":
        collect(arguments.folders)
    else:
        run(arguments.file, arguments.count, arguments.node, arguments.deckle)


if __name__ == "__main__":
    main()
