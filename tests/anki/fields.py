"""What a learner sees of fields: each card's sides as plain text, and what is played and shown.

Reads a list of {"cloze": bool, "field": HTML, "front": template} from stdin; the last line that it prints holds for
each one {"cards": [[number, question, answer]], "played": [..], "files": [..], "latex": [..]}.
`played` names sounds and speech of the front of the first card, `files` the media that the program
finds in the field, `latex` the text of its LaTeX images.
"""

import json
import sys
import tempfile
from pathlib import Path

from anki.collection import Collection
from anki.lang import set_lang
from anki.sound import SoundOrVideoTag
from anki.utils import strip_html


def note_type(collection, cloze, front):
    models = collection.models
    model = models.new(f"Judged {cloze} {front}".replace("{", "(").replace("}", ")"))
    model["type"] = 1 if cloze else 0
    models.add_field(model, models.new_field("Text"))
    template = models.new_template("Card 1")
    template["qfmt"] = template["afmt"] = front
    models.add_template(model, template)
    return models.get(models.add_dict(model).id)


def report(collection, model, field):
    note = collection.new_note(model)
    note["Text"] = field
    numbers = sorted(note.cloze_numbers_in_fields()) if model["type"] else [1]
    shown, played = [], None
    for number in numbers:
        output = note.ephemeral_card(number - 1).render_output()
        sides = (output.question_text, output.answer_text)
        shown.append([number, *(strip_html(text).strip() for text in sides)])
        if played is None:
            played = [name_of(tag) for tag in output.question_av_tags]
    latex = collection._backend.extract_latex(text=field, svg=False, expand_clozes=False)
    return {
        "cards": shown,
        "played": played or [],
        "files": collection.media.files_in_str(model["id"], field),
        "latex": [image.latex_body for image in latex.latex],
    }


def name_of(tag):
    if isinstance(tag, SoundOrVideoTag):
        return tag.filename
    return f"{tag.lang}: {tag.field_text}"


def main():
    fields = json.load(sys.stdin)
    set_lang("en")
    with tempfile.TemporaryDirectory(prefix="deckle-judge-") as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        try:
            kinds = sorted({(it["cloze"], it["front"]) for it in fields})
            models = {kind: note_type(collection, *kind) for kind in kinds}
            reports = [
                report(collection, models[it["cloze"], it["front"]], it["field"]) for it in fields
            ]
        finally:
            collection.close()
    # The backend may have printed lines of its own.
    print("\n" + json.dumps(reports))


main()
