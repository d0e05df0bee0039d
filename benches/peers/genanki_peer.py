"""Builds one workload with genanki, the way its users do.

Runs with the Python of genanki's own environment:

    python genanki_peer.py basic|media COUNT FOLDER OUT.apkg
"""

import sys
from pathlib import Path

import genanki

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import workloads


def main(workload, count, folder, out):
    deck = genanki.Deck(2059400110, "Benchmark")
    media = []
    for index in range(int(count)):
        question = workloads.front(index)
        if workload == "media":
            name = workloads.picture(index)
            question = f'<img src="{name}">'
            media.append(str(Path(folder, "plates", name)))
        fields = [question, workloads.back(index)]
        deck.add_note(genanki.Note(model=genanki.BASIC_MODEL, fields=fields))
    genanki.Package(deck, media_files=media).write_to_file(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
