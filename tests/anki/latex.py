"""Which pictures of LaTeX tags the real Anki asks for, and what its media check makes of them.

Takes the paths of packages as arguments; prints one JSON object each, one a line:
    {"backend", "notes", "cards", "sides", "asked": [name], "shipped": [name],
     "missing": [name], "unused": [name], "absent": [name]}
`asked` are the names in the sides of all cards as Anki renders them, `shipped` the files called
`latex-..` in the media folder behind an import; `missing` and `unused` are what Check Media says
of such files, `absent` those of `asked` that are not there. Runs with the Python of a judge's
environment.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import anki.buildinfo
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

IMAGE = re.compile(r"""<img class=latex alt="[^"]*" src="(latex-[0-9a-f]{40}\.(?:png|svg))">""")


def judge(path):
    with tempfile.TemporaryDirectory(prefix="deckle-judge-") as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        request = ImportAnkiPackageRequest(package_path=path, options=ImportAnkiPackageOptions())
        collection.import_anki_package(request)
        asked, sides = set(), 0
        cards = collection.find_cards("")
        for card in cards:
            svg = collection.get_card(card).note_type()["latexsvg"]
            output = collection._backend.render_existing_card(
                card_id=card, browser=False, partial_render=False
            )
            for nodes, question in ((output.question_nodes, True), (output.answer_nodes, False)):
                html = "".join(node.text for node in nodes)
                html = collection._backend.extract_av_tags(text=html, question_side=question).text
                latex = collection._backend.extract_latex(text=html, svg=svg, expand_clozes=False)
                names = {image.filename for image in latex.latex}
                if names != set(IMAGE.findall(latex.text)):
                    raise SystemExit(f"{path}: a side names other pictures than it extracts: {html}")
                asked |= names
                sides += 1
        shipped = {it.name for it in Path(collection.media.dir()).iterdir()}
        shipped = {name for name in shipped if name.startswith("latex-")}
        check = collection.media.check()
        result = {
            "backend": anki.buildinfo.version,
            "notes": collection.note_count(),
            "cards": len(cards),
            "sides": sides,
            "asked": sorted(asked),
            "shipped": sorted(shipped),
            "missing": sorted(check.missing),
            "unused": sorted(check.unused),
            "absent": sorted(asked - shipped),
        }
        collection.close()
        return result


def main():
    # The program prints warnings when it is slow; standard output is for the answer alone.
    output, sys.stdout = sys.stdout, sys.stderr
    for path in sys.argv[1:]:
        print(json.dumps(judge(path)), file=output)


main()
