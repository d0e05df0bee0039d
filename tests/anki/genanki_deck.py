"""A deck as people make it with genanki, the library that deckle takes over from.

    genanki_deck.py FILE        runs with the Python of a venv that holds `genanki`
"""

import sys

import genanki

QA = genanki.Model(
    1607392319,
    "Questions (genanki)",
    fields=[{"name": "Question"}, {"name": "Answer"}],
    templates=[
        {"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"},
        {"name": "Card 2", "qfmt": "{{Answer}}", "afmt": "{{FrontSide}}<hr id=answer>{{Question}}"},
    ],
)
GAPS = genanki.Model(
    1607392320,
    "Gaps (genanki)",
    model_type=genanki.Model.CLOZE,
    fields=[{"name": "Text"}, {"name": "Extra"}],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}<br>{{Extra}}"}],
)

NOTES = [
    (QA, ["Capital of France?", "Paris"]),
    (QA, ["2 &lt; 3?", "<p>yes, <b>always</b></p>"]),
    (QA, ["What is [$]x_1[/$]?", "the first"]),
    (QA, ["<div>Two lines</div><div>of text</div>", "both"]),
    (QA, ["bank", "of a river"]),
    (QA, ["bank", "for money"]),
    (QA, ["spring", "a season"]),
    (QA, ["spring", "a source"]),
    (QA, ["Only in the deck", "stays"]),
    (GAPS, ["{{c1::Rome::city}} was founded in {{c2::753}} BC", ""]),
]


def main(path):
    deck = genanki.Deck(2059400110, "Old deck::Sub")
    for model, fields in NOTES:
        deck.add_note(genanki.Note(model=model, fields=fields, tags=["old"]))
    genanki.Package(deck).write_to_file(path, timestamp=1_600_000_000.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
