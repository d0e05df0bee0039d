"""Writes a package with genanki, as its users do.

Usage: genanki_deck.py FILE
"""

import sys
from pathlib import Path

import genanki

basic = genanki.Model(
    1607392319,
    "Words (genanki)",
    fields=[{"name": "Word"}, {"name": "Meaning"}, {"name": "Sound"}],
    templates=[
        {"name": "There", "qfmt": "{{Word}}", "afmt": "{{FrontSide}}<hr id=answer>{{Meaning}}"},
        {"name": "Back", "qfmt": "{{Meaning}}", "afmt": "{{Word}} {{Sound}}"},
    ],
)
cloze = genanki.Model(
    1607392320,
    "Gaps (genanki)",
    model_type=genanki.Model.CLOZE,
    fields=[{"name": "Text"}],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}"}],
)
target = Path(sys.argv[1])
sound = target.with_name("ser.mp3")
sound.write_bytes(b"sound")
deck = genanki.Deck(2059400110, "Spanish")
deck.add_note(genanki.Note(model=basic, fields=["ser", "to be", "[sound:ser.mp3]"], tags=["verb"]))
deck.add_note(genanki.Note(model=cloze, fields=["{{c1::Madrid}} is in {{c2::Spain}}"]))
package = genanki.Package(deck)
package.media_files = [str(sound)]
package.write_to_file(str(target))
