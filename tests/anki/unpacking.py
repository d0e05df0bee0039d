"""Packages that the real Anki exports, and what became of them when they were unpacked.

    unpacking.py make FOLDER                  exports packages into the folder
    unpacking.py compare ORIGINAL REBUILT..   prints what differs in each pair, a line each

A rebuilt package must make a collection what the original makes it, and find nothing but
duplicates in a collection that has the original.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from anki._backend import RustBackend
from anki.collection import (
    Collection,
    DeckIdLimit,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

PNG = b"\x89PNG\r\n\x1a\n"
MEDIA = {
    "plain.png": b"1",
    "with space.png": b"2",
    "ümlaut é.jpg": b"3",
    "a&b.png": b"4",
    "50%off.png": b"5",
    "it's (1).png": b"6",
    "UPPER.PNG": b"7",
    "twice.png": b"same",
    "twice again.png": b"same",
    "_static.png": b"8",
    "_unseen.js": b"9",
    "sound one.mp3": b"10",
    "cards.yaml": b"12",
}

# What people type, paste and click together in Anki's editor.
FIELDS = [
    "plain text",
    "a &amp; b &lt; c &gt; d",
    "non&nbsp;breaking and \u00a0 raw",
    "line<br>line<br><br>line",
    "<div>one</div><div>two</div>",
    "<b>bold</b> <i>italic</i> <u>under</u> x<sub>1</sub> y<sup>2</sup>",
    "<strong>bold</strong> and <em>em</em>",
    '<span style="color: rgb(255, 0, 0);">red</span>',
    "<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>",
    "<ol><li>one</li><li>two</li></ol>",
    "text<ul><li>behind text</li></ul>",
    r"\(a_1*b*c_2\) and \[\frac{1}{2}\]",
    "[latex]\\begin{a}x\\end{a}[/latex] [$]x<y[/$] [$$]y[/$$]",
    "1. not a list",
    "# not a heading",
    "- not a list",
    "*stars* _lines_ `ticks` ~~waves~~ ==marks== $5 and $6",
    "[brackets](x) ![not](image) [[wiki]] {braces}",
    "back\\slash \\( \\* \\\\",
    "<pre><code>fn main() {\n    x &lt; y\n}</code></pre>",
    "<code>a | b</code>",
    "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
    '<img src="plain.png">',
    '<img src="with space.png"> <img src="with%20space.png">',
    '<img src="ümlaut é.jpg" style="width: 10px;">',
    '<img src="a&amp;b.png">',
    '<img src="a&b.png">',
    '<img src="50%off.png"><img src=plain.png>',
    "<img src=\"it's (1).png\"> <img src='UPPER.PNG'>",
    '<img src="twice.png"><img src="twice again.png">',
    '<img src="missing.png"> [sound:gone.mp3] <img src="https://example.com/a.png">',
    "[sound:sound one.mp3]",
    '<img src="_static.png">',
    '<a href="https://example.com/?a=1&amp;b=2">link</a> https://example.com',
    "tab\there",
    "new\nline",
    " spaces around ",
    "quote \" and ' and \u2028 separator",
    "null",
    "yes: no # comment",
    "{{c1::not a cloze type}}",
    "<!-- a comment --> text",
    "emoji 🫀 和 العربية",
    "<anki-mathjax>x</anki-mathjax>",
    "<h1>head</h1><hr><blockquote>quote</blockquote>",
    "private \ue001 use",
    "&hearts; &copy; &#8217;",
    "unclosed <b>bold",
    "a < b > c",
    '<svg width="10"><circle r="5"></circle></svg>',
    "trailing break<br>",
    "trailing backslash\\",
    "%20 %percent",
    "---",
    "> quote",
    "[^1] footnote[^1]: x",
    "https://example.com/a_b_c",
    "Q: question",
]

CLOZES = [
    "{{c1::one}} and {{c2::two::hint}}",
    "{{c1::outer {{c2::inner}} end}}",
    r"{{c1::\(\frac{1}{\sqrt{x} }\)}}",
    "{{c1::a<br>b}}<div>{{c2::div}}</div>",
    "{{c1::<b>bold</b>}}&nbsp;{{c1::again}}",
    "{{c1::std:<!-- -->:vec}} {{c3::gap}}",
    "==marked== {{c1::x}} {curly}",
]


def make(folder):
    folder = Path(folder)
    with tempfile.TemporaryDirectory() as home:
        collection = Collection(str(Path(home) / "collection.anki2"))
        fill(collection)
        for legacy in (True, False):
            options = ExportAnkiPackageOptions(
                with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
            )
            name = "legacy" if legacy else "latest"
            collection.export_anki_package(
                out_path=str(folder / f"{name}.apkg"), options=options, limit=None
            )
            decks = DeckIdLimit(collection.decks.id("Top::Nested::Deep"))
            collection.export_anki_package(
                out_path=str(folder / f"{name}-deck.apkg"), options=options, limit=decks
            )
        collection.close()
        collection = Collection(str(Path(home) / "collection.anki2"))
        collection.export_collection_package(str(folder / "all.colpkg"), True, False)


def fill(collection):
    for name, data in MEDIA.items():
        Path(collection.media.dir(), name).write_bytes(data)
    decks = ["Top", "Top::Nested::Deep", "Other", "Other::With: colon/slash\\", "_under", "1. One"]
    ids = [collection.decks.id(name) for name in decks]
    preset = collection.decks.add_config("Slow")
    preset["new"]["perDay"] = 7
    preset["new"]["delays"] = [1, 10, 1440.5]
    preset["rev"]["hardFactor"] = 1.15
    collection.decks.update_config(preset)
    for deck_id, desc, markdown in ((ids[0], "plain <b>html</b>\nline", False), (ids[2], "*md*", True)):
        deck = collection.decks.get(deck_id)
        deck["desc"], deck["md"], deck["conf"] = desc, markdown, preset["id"]
        collection.decks.save(deck)
    own_type(collection)
    types = {it["name"]: it for it in collection.models.all()}
    turn = 0
    for name, model in sorted(types.items()):
        texts = CLOZES if model["type"] == 1 and "Occlusion" not in name else FIELDS
        if "Occlusion" in name:
            texts = [
                "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.4:oi=1}}<br>"
                "{{c2::image-occlusion:ellipse:left=.5:top=.5:rx=.1:ry=.1}}<br>",
                # As Anki's own editor writes shapes.
                "{{c1::image-occlusion:rect:left=.0997:top=.0000:width=.9003:height=1.:oi=1}}<br>"
                "{{c1::image-occlusion:ellipse:left=.5005:top=.501:angle=500:rx=.0997:ry=.1992:fill=#000000:oi=1}}<br>"
                "{{c0::image-occlusion:text:left=.0997:top=.8008:angle=500:text=A\\:b:scale=1.5:fs=.1:fill=#00ff00:oi=1}}<br>",
                "{{c4::image-occlusion:polygon:left=.6995:top=.1006:points=.6999,.1006 .9003,.1006 .7996,.4004}}<br>"
                "{{c2::image-occlusion:rect:left=.2004:top=.2998:angle=9000:width=.0997:height=.1006}}<br>",
            ]
        for text in texts:
            note = collection.new_note(model)
            note.fields[0] = text
            for index in range(1, len(note.fields)):
                note.fields[index] = FIELDS[(turn * 7 + index) % len(FIELDS)] if index < 4 else ""
            if "Occlusion" in name:
                note.fields[1] = '<img src="plain.png">'
            note.tags = [["one", "two::three"], [], ["with,comma", "ümlaut", "leech"]][turn % 3]
            collection.add_note(note, ids[turn % len(ids)])
            turn += 1
    cards = sorted(collection.find_cards(""))
    collection.sched.suspend_cards(cards[3:9:2] + cards[20:22])
    for flag in range(1, 8):
        collection.set_user_flag_for_cards(flag, cards[10 + flag * 3 : 13 + flag * 3])
    collection.sched.bury_cards(cards[40:42], manual=True)
    study(collection)
    collection.decks.new_filtered("Filtered")


def own_type(collection):
    model = collection.models.new("Own \u201ctype\u201d: 1")
    for name in ("Word", "tags", "Front side", "Ünicode?"):
        field = collection.models.new_field(name)
        field.update(font="Noto Sans", size=17, rtl=name == "tags", sticky=True)
        field.update(description="Write: 'it'", collapsed=True, plainText=True, excludeFromSearch=True)
        collection.models.add_field(model, field)
    for name in ("One", "Two, 2"):
        template = collection.models.new_template(name)
        template["qfmt"] = "{{Word}} " + name + '\n<img src="_static.png">\n'
        template["afmt"] = "{{FrontSide}}\r\n{{tags}}{{#Ünicode?}}{{Ünicode?}}{{/Ünicode?}}  "
        template.update(bqfmt="{{Word}}", bafmt="{{tags}}", bfont="Arial", bsize=13)
        collection.models.add_template(model, template)
    model["css"] = ".card { color: red; }\n\n"
    model["latexPre"] = "\\documentclass{article}\n\\begin{document}\n"
    model["latexsvg"] = True
    model["sortf"] = 1
    collection.models.add(model)


def study(collection):
    collection.decks.select(collection.decks.id("Top"))
    for _ in range(5):
        card = collection.sched.getCard()
        if card is None:
            break
        card.start_timer()
        collection.sched.answerCard(card, 3)


def imported(collection, path, scheduling=False):
    request = ImportAnkiPackageRequest(
        package_path=str(path),
        options=ImportAnkiPackageOptions(with_scheduling=scheduling, with_deck_configs=True),
    )
    return collection.import_anki_package(request).log


def state(collection):
    """What an import made of a collection, as a map from a place to a value."""
    found = {}
    for note in collection.db.execute("select id, guid, mid, mod, tags, flds from notes"):
        note_id, guid, *rest = note
        found[f"note {guid}"] = (note_id, *rest)
        for ordinal, deck, kind, queue, due in collection.db.execute(
            "select ord, did, type, queue, due from cards where nid = ?", note_id
        ):
            found[f"card {guid} {ordinal}"] = (collection.decks.name(deck), kind, queue, due)
    used = set(collection.db.list("select distinct mid from notes"))
    for model in collection.models.all():
        if model["id"] in used:
            model["flds"] = [{**it, "ord": None} for it in model["flds"]]
            # A type that had to be renamed has the time of the import.
            mod = 0 if model["name"].endswith("+") else model["mod"]
            found[f"type {model['name']}"] = {**model, "usn": 0, "req": 0, "mod": mod}
    presets = {it["id"]: it for it in collection.decks.all_config()}
    for deck in collection.decks.all():
        preset = {**presets[deck["conf"]], "mod": 0, "usn": 0}
        found[f"deck {deck['name']}"] = (deck["desc"], deck.get("md"), preset)
    folder = Path(collection.media.dir())
    for path in sorted(folder.iterdir()):
        found[f"media {path.name}"] = hashlib.sha1(path.read_bytes()).hexdigest()
    return found


def differences(one, other):
    for place in sorted({**one, **other}):
        # A build adds the pictures of LaTeX tags that the export lacked.
        if place.startswith("media latex-") and place not in one:
            continue
        if one.get(place) != other.get(place):
            yield f"{place}: {one.get(place)!r} became {other.get(place)!r}"


def repacked(collection_package, home):
    """A collection's notes as a package."""
    target = Path(home) / "restored.anki2"
    import_collection_package(collection_package, target)
    collection = Collection(str(target))
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=False
    )
    path = Path(home) / "restored.apkg"
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    collection.close()
    return path


def import_collection_package(package, target):
    media = target.with_suffix(".media")
    media.mkdir()
    RustBackend().import_collection_package(
        col_path=str(target),
        backup_path=str(package),
        media_folder=str(media),
        media_db=str(target.with_suffix(".media.db2")),
    )


def compare(original, rebuilt):
    with tempfile.TemporaryDirectory() as home:
        names = ("one", "two", "three", "four")
        one, two, three, four = (Collection(str(Path(home) / f"{it}.anki2")) for it in names)
        is_collection = str(original).endswith(".colpkg")
        if is_collection:
            # A collection is restored, not imported; what a package makes of it is what counts.
            original = repacked(original, home)
        imported(one, original)
        imported(two, rebuilt)
        expected = state(one)
        if is_collection:
            # Anki's own export leaves files out that no template names in quotes; they are kept.
            for path in Path(home, "restored.media").glob("_*"):
                digest = hashlib.sha1(path.read_bytes()).hexdigest()
                expected.setdefault(f"media {path.name}", digest)
        yield from differences(expected, state(two))
        imported(three, original, scheduling=True)
        imported(four, rebuilt, scheduling=True)
        for what in ("flags & 7", "queue = -1"):
            sql = f"select n.guid, c.ord, c.{what} from cards c, notes n where c.nid = n.id"
            first, second = (
                {tuple(it) for it in col.db.execute(sql)} for col in (three, four)
            )
            for row in sorted(first ^ second):
                yield f"{what} with progress: {row}"
        types = len(one.models.all())
        log = imported(one, rebuilt)
        for group in ("new", "updated", "conflicting"):
            for note in getattr(log, group):
                yield f"a second import: {group}: {list(note.fields)[:1]}"
        if len(one.models.all()) != types:
            yield "a second import adds note types"
        for col in (one, two, three, four):
            col.close()


def main(command, *arguments):
    if command == "make":
        make(*arguments)
    else:
        # Anki prints a warning and a stack when a call takes long; the findings stay apart.
        findings, sys.stdout = sys.stdout, sys.stderr
        for original, rebuilt in zip(arguments[::2], arguments[1::2]):
            for line in compare(original, rebuilt):
                print(f"{Path(original).name}: {line}", file=findings, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
