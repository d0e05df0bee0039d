"""What the two sides of a cloze note's cards show, as plain text.

Reads a list of fields (HTML) from stdin; the last line that it prints holds for each
one a list of [number, question, answer], in the order of the numbers that Anki finds.
"""

import json
import sys
import tempfile
from pathlib import Path

from anki.collection import Collection
from anki.lang import set_lang
from anki.utils import strip_html


def note_type(collection):
    models = collection.models
    model = models.new("Judged clozes")
    model["type"] = 1
    models.add_field(model, models.new_field("Text"))
    template = models.new_template("Cloze")
    template["qfmt"] = template["afmt"] = "{{cloze:Text}}"
    models.add_template(model, template)
    return models.get(models.add_dict(model).id)


def sides(collection, model, field):
    note = collection.new_note(model)
    note["Text"] = field
    shown = []
    for number in sorted(note.cloze_numbers_in_fields()):
        card = note.ephemeral_card(number - 1)
        output = card.render_output()
        question, answer = (
            strip_html(text).strip()
            for text in (output.question_text, output.answer_text)
        )
        shown.append([number, question, answer])
    return shown


def main():
    fields = json.load(sys.stdin)
    set_lang("en")
    with tempfile.TemporaryDirectory(prefix="deckle-judge-") as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        try:
            model = note_type(collection)
            shown = [sides(collection, model, field) for field in fields]
        finally:
            collection.close()
    # The backend may have printed lines of its own.
    print("\n" + json.dumps(shown))


main()
