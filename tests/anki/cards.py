"""What the real Anki makes of note types, notes and texts.

Reads one JSON object on standard input and writes one on standard output; everything is
measured in a temporary collection through the program's own backend, nothing is computed
here. Run with the python of a judge's environment (`make judges`).

Input:
    {"types": [{"name", "cloze", "fields", "templates": [[name, front, back]],
                "notes": [{"fields", "tags", "flag"}]}],
     "texts": [string]}
Output:
    {"types": [{"refused": message or null, "req": [[ord, kind, fields]], "notes": [note]}],
     "texts": [{"strip", "keep", "latex", "question", "answer", "played"}]}
    note: {"cards": [card], "sort": string or null, "checksum", "clozes", "deck", "note_type"}
    card: {"ord", "id", "question", "answer", "blank", "error"}

A note type that the program refuses to save has its templates rendered without saving: then
`cards` holds one card for each template (for the ordinals 0 and 1 of a cloze type).
"""

import json
import os
import sys
import tempfile

from anki.collection import Collection
from anki.notetypes_pb2 import Notetype

DECK = "Top & <b>::Sub one"


def main():
    # The program prints warnings when it is slow; standard output is for the answer alone.
    output, sys.stdout = sys.stdout, sys.stderr
    work = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(os.path.join(folder, "collection.anki2"))
        judge = Judge(collection)
        result = {
            "types": [judge.note_type(case) for case in work.get("types", [])],
            "texts": [judge.text(text) for text in work.get("texts", [])],
        }
        collection.close()
    json.dump(result, output)


class Judge:
    def __init__(self, collection):
        self.collection = collection
        self.backend = collection._backend
        self.deck = collection.decks.id(DECK)

    def as_dict(self, case):
        models = self.collection.models
        note_type = models.new(case["name"])
        note_type["type"] = 1 if case["cloze"] else 0
        for name in case["fields"]:
            models.add_field(note_type, models.new_field(name))
        for name, front, back in case["templates"]:
            template = models.new_template(name)
            template["qfmt"], template["afmt"] = front, back
            models.add_template(note_type, template)
        return note_type

    def note_type(self, case):
        models = self.collection.models
        try:
            type_id = models.add_dict(self.as_dict(case)).id
        except Exception as error:
            notes = [self.unsaved_note(case, note) for note in case["notes"]]
            return {"refused": str(error), "req": [], "notes": notes}
        saved = models.get(type_id)
        if [field["name"] for field in saved["flds"]] != case["fields"]:
            raise SystemExit(f"the program changed field names: {case['fields']}")
        notes = [self.saved_note(saved, note) for note in case["notes"]]
        return {"refused": None, "req": saved.get("req", []), "notes": notes}

    def saved_note(self, note_type, wanted):
        collection = self.collection
        note = collection.new_note(note_type)
        note.fields = list(wanted["fields"])
        note.tags = list(wanted["tags"])
        collection.add_note(note, self.deck)
        cards = [card.id for card in note.cards()]
        if wanted["flag"]:
            collection.set_user_flag_for_cards(wanted["flag"], cards)
        sort, kind, checksum = collection.db.first(
            "select sfld, typeof(sfld), csum from notes where id = ?", note.id
        )
        return {
            "cards": [self.card(card) for card in cards],
            "sort": sort if kind == "text" else None,
            "checksum": checksum,
            "clozes": list(self.backend.cloze_numbers_in_note(note._to_backend_note())),
            "deck": DECK,
            "note_type": note_type["name"],
        }

    def card(self, card_id):
        ord = self.collection.db.scalar("select ord from cards where id = ?", card_id)
        return self.rendered(
            ord,
            card_id,
            lambda: self.backend.render_existing_card(
                card_id=card_id, browser=False, partial_render=False
            ),
        )

    def unsaved_note(self, case, wanted):
        """The cards of a note whose type could not be saved.

        The fields are taken from a type that holds only the fields.
        """
        models = self.collection.models
        fields = dict(case, name=case["name"] + " fields")
        front = "{{cloze:%s}}" % case["fields"][0]
        fields["templates"] = [["C", front, front]]
        type_id = models.add_dict(self.as_dict(fields)).id
        note_type = models.get(type_id)
        note = self.collection.new_note(note_type)
        note.fields = list(wanted["fields"])
        note.tags = list(wanted["tags"])
        cards = []
        for ord, (name, front, back) in enumerate(case["templates"]):
            template = Notetype.Template()
            template.name = name
            template.config.q_format, template.config.a_format = front, back
            for card_ord in (0, 1) if case["cloze"] else (ord,):
                cards.append(self.unsaved_card(note, card_ord, template))
        return {
            "cards": cards,
            "sort": None,
            "checksum": None,
            "clozes": list(self.backend.cloze_numbers_in_note(note._to_backend_note())),
            "deck": "(Deck)",
            "note_type": note_type["name"],
        }

    def unsaved_card(self, note, ord, template):
        return self.rendered(
            ord,
            0,
            lambda: self.backend.render_uncommitted_card(
                note=note._to_backend_note(),
                card_ord=ord,
                template=template,
                fill_empty=False,
                partial_render=False,
            ),
        )

    def rendered(self, ord, card_id, render):
        card = {"ord": ord, "id": card_id, "blank": False, "error": None}
        try:
            answer = render()
        except Exception as error:
            return dict(card, question="", answer="", error=str(error))
        return dict(
            card,
            question="".join(node.text for node in answer.question_nodes),
            answer="".join(node.text for node in answer.answer_nodes),
            blank=answer.is_empty,
        )

    def text(self, text):
        backend = self.backend
        question = backend.extract_av_tags(text=text, question_side=True)
        answer = backend.extract_av_tags(text=text, question_side=False)
        latex = backend.extract_latex(text=text, svg=False, expand_clozes=False)
        return {
            "strip": backend.strip_html(text=text, mode=0),
            "keep": backend.strip_html(text=text, mode=1),
            "latex": latex.text,
            "images": [[image.filename, image.latex_body] for image in latex.latex],
            "question": question.text,
            "answer": answer.text,
            "played": [
                tag.sound_or_video if tag.HasField("sound_or_video") else None
                for tag in question.av_tags
            ],
        }


main()
