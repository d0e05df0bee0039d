#!/usr/bin/env python3
"""Writes THIRD-PARTY.md: what is compiled into deckle that others made, and under which terms.

    tests/notices.py           writes the file
    tests/notices.py --check   fails where a crate has a licence that is no permissive one

Run it when Cargo.lock changes, before a release. Needs: Python, and the crates in Cargo's registry (`cargo
fetch`).
"""

import collections
import glob
import json
import os
import re
import struct
import subprocess
import sys
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Licences that any program may be under beside; those of deny.toml.
PERMISSIVE = set(re.findall(r'^    "([^"]+)",$', open(os.path.join(ROOT, "deny.toml"), encoding="utf-8").read(), re.M))

HEAD = """# What others made

deckle is under MIT or Apache-2.0, as you choose ([LICENSE-MIT](LICENSE-MIT), [LICENSE-APACHE](LICENSE-APACHE)). Compiled into it are the works
below, each under its own terms; all of them are permissive. This file goes with every binary. It is written by
`tests/notices.py`.

## Fonts of formulas

The fonts of KaTeX (feature `formulas`, by way of `ratex-katex-fonts`): Copyright (c) 2009-2010, Design Science, Inc.; Copyright (c) 2014-2018
Khan Academy. SIL Open Font License 1.1, whose text stands at the end. Pictures of formulas hold outlines of their glyphs; the license puts no terms on documents.

## Certificate authorities

The list of Mozilla's trusted authorities (feature `fetch`, by way of `webpki-roots`): Community Data License Agreement - Permissive, version 2.0,
<https://cdla.dev/permissive-2-0/>.

## SQLite and Zstandard

SQLite (by way of `libsqlite3-sys`) is in the public domain. Zstandard (by way of `zstd-sys`): Copyright (c) Meta Platforms, Inc. and affiliates, BSD-3-Clause.
"""

OFL = "OFL-1.1"


def packages():
    """The crates that a build with all features links, on any system."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"]
    found = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    nodes = {it["id"]: it for it in found["resolve"]["nodes"]}
    known = {it["id"]: it for it in found["packages"]}
    seen, open_ids = set(), [found["resolve"]["root"]]
    while open_ids:
        one = open_ids.pop()
        if one not in seen:
            seen.add(one)
            open_ids += [it["pkg"] for it in nodes[one]["deps"] if any(kind["kind"] is None for kind in it["dep_kinds"])]
    seen.discard(found["resolve"]["root"])
    return sorted((known[it] for it in seen), key=lambda it: (it["name"], it["version"]))


def is_permissive(expression):
    """Whether one choice that an SPDX expression leaves is permissive throughout."""
    expression = expression.replace("/", " OR ")
    words = re.findall(r"\(|\)|\bAND\b|\bOR\b|(?:(?!\bAND\b|\bOR\b)[^()])+", expression)
    terms = [word.strip() for word in words if word.strip()]
    text = " ".join(
        {"AND": "and", "OR": "or", "(": "(", ")": ")"}.get(term, str(term in PERMISSIVE)) for term in terms
    )
    return eval(text, {"__builtins__": {}})  # Only True, False, and, or and brackets.


def notices(package):
    """The lines of copyright in a crate's own files of license."""
    folder = os.path.dirname(package["manifest_path"])
    lines = []
    for path in sorted(glob.glob(os.path.join(folder, "*"))):
        if re.match(r"(?i)(licen[cs]e|copying|copyright|notice)", os.path.basename(path)) and os.path.isfile(path):
            text = open(path, encoding="utf-8", errors="replace").read()
            # The Apache license's own text has such lines, too.
            for line in re.findall(r"(?mi)^\W*(copyright (?:\(c\)|©|[0-9]).*)$", text):
                line = " ".join(line.split())
                if line not in lines and "[yyyy]" not in line and "{yyyy}" not in line:
                    lines.append(line)
    return lines


def grammars():
    """The licenses of the grammars that color code, as `two-face` holds them: pairs of file and text."""
    paths = [it for it in packages() if it["name"] == "two-face"]
    folder = os.path.dirname(paths[0]["manifest_path"])
    with open(os.path.join(folder, "generated", "acknowledgements_full.bin"), "rb") as file:
        data = zlib.decompress(file.read())
    at, texts = 8, []

    def text():
        nonlocal at
        (length,) = struct.unpack_from("<Q", data, at)
        at += 8 + length
        part = data[at - length : at]
        try:
            return part.decode()
        except UnicodeDecodeError:
            return part.decode("latin-1")

    for _ in range(struct.unpack_from("<Q", data)[0]):
        at += 4  # Which license it is.
        body = text()
        texts.append((text(), body))
    return texts


def main():
    found = packages()
    bad = [it for it in found if not is_permissive(it["license"] or "none")]
    for it in bad:
        print(f"{it['name']} {it['version']}: {it['license']}", file=sys.stderr)
    if bad:
        sys.exit("these licenses are not among those of deny.toml")
    if "--check" in sys.argv:
        return
    out = [HEAD, "## Grammars\n"]
    out.append("What colors code (feature `highlight`, by way of `two-face`) was collected by the project bat; these are the grammars' own licenses.\n")
    by_text = collections.defaultdict(list)
    for path, body in grammars():
        name = path.removeprefix("syntaxes/").removeprefix("01_Packages/").removeprefix("02_Extra/")
        by_text[body.strip()].append(os.path.dirname(name) or name)
    for body, names in by_text.items():
        out.append(f"### {', '.join(sorted(set(names)))}\n\n```text\n{body}\n```\n")
    out.append("## Crates\n")
    for it in found:
        where = it["repository"] or f"https://crates.io/crates/{it['name']}"
        out.append(f"- [{it['name']}]({where}) {it['version']}: {it['license']}" + "".join(f"; {line}" for line in notices(it)))
    out.append("\n## Texts of licenses\n\nThose of MIT and Apache-2.0 lie beside this file.\n")
    texts = {}
    for it in found:
        folder = os.path.dirname(it["manifest_path"])
        for path in sorted(glob.glob(os.path.join(folder, "LICEN*"))):
            text = open(path, encoding="utf-8", errors="replace").read().strip() if os.path.isfile(path) else ""
            known = {"Redistribution and use in source": "BSD", "Permission to use, copy, modify, and/or distribute": "ISC",
                     "UNICODE LICENSE V3": "Unicode-3.0", "This software is provided 'as-is'": "Zlib", "Creative Commons Legal Code": "CC0-1.0"}
            for sign, name in known.items():
                if sign in text and name in it["license"] and len(text) < 9000 and name not in texts:
                    texts[name] = (it["name"], text)
    for name, (crate, text) in sorted(texts.items()):
        out.append(f"### {name}, as it stands in `{crate}`\n\n```text\n{text}\n```\n")
    ofl = open(os.path.join(ROOT, "tests", "OFL-1.1.txt"), encoding="utf-8").read().strip()
    out.append(f"### {OFL}\n\n```text\n{ofl}\n```\n")
    with open(os.path.join(ROOT, "THIRD-PARTY.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(out))


if __name__ == "__main__":
    main()
