"""What the benchmark builds: texts and files, the same for every tool.

The texts are formulas, so that each tool can hold its notes in memory, as its users
do, while deckle reads its own from a file. peers/genanki_rs.rs repeats the formulas.
"""

import random
import struct
import zlib
from pathlib import Path

MEDIA_BYTES = 50_000
BOOK_NOTES = 20_000
BOOK_FILES = 1_000
BOOK_PICTURES = 2_000
TREE_FILES = 8_000
TREE_NOTES = 50_000

ADJECTIVES = "common northern early striped winter golden lesser coastal".split()
NOUNS = "warbler sedge moth fern thrush lichen beetle orchid".split()


def front(index):
    """The question of a basic note."""
    return f"What is the {_adjective(index)} {_noun(index)} number {index} called?"


def back(index):
    """The answer of a basic note."""
    specimen = index * 7919 % 100_003
    return f"Specimen {specimen}, the {_adjective(index)} {_noun(index)}, named after its finder."


def picture(index):
    """The file name of a media note's picture."""
    return f"plate-{index:05}.jpg"


def _adjective(index):
    return ADJECTIVES[index % 8]


def _noun(index):
    return NOUNS[index // 8 % 8]


def write_basic(folder, count):
    """`count` basic notes, written line by line to keep this process small."""
    with open(folder / "notes.yaml", "w", encoding="utf-8") as file:
        file.write("notes:\n")
        for index in range(count):
            file.write(f"- front: {front(index)}\n  back: {back(index)}\n")


def write_basic_project(folder, count):
    """The same as a project, whose lock knows every note."""
    Path(folder, "deckle.yaml").write_text(MANIFEST.format("Birds"), encoding="utf-8")
    write_basic(folder, count)


def write_markdown(folder, count):
    """`count` basic notes as Markdown, twenty in a file: a project of nested folders."""
    Path(folder, "deckle.yaml").write_text(MANIFEST.format("Markdown"), encoding="utf-8")
    for index in range(0, count, 20):
        path = Path(folder, f"part-{index // 20_000}", f"chapter-{index // 1_000}", f"{index}.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        notes = range(index, min(index + 20, count))
        text = "".join(f"## {front(n)}\n\n{back(n)}\n\n" for n in notes)
        path.write_text(text, encoding="utf-8")


def write_media(folder, count):
    """`count` notes with a picture each; the pictures' bytes do not compress."""
    pictures = Path(folder, "plates")
    pictures.mkdir(exist_ok=True)
    source = random.Random(1)
    with open(folder / "notes.yaml", "w", encoding="utf-8") as file:
        file.write("notes:\n")
        for index in range(count):
            name = picture(index)
            (pictures / name).write_bytes(source.randbytes(MEDIA_BYTES))
            file.write(f"- front: |\n    ![](plates/{name})\n  back: {back(index)}\n")


def write_rich(folder, count):
    """`count` notes as people write them: Markdown, math, code, lists and clozes."""
    with open(folder / "notes.yaml", "w", encoding="utf-8") as file:
        file.write("notes:\n")
        for index in range(count):
            file.write(_rich_note(index))


def write_code(folder, count, highlight="classes"):
    """`count` notes with a block of 20 lines of code each, in four languages."""
    with open(folder / "notes.yaml", "w", encoding="utf-8") as file:
        file.write(f"code: {{highlight: {highlight}}}\nnotes:\n")
        for index in range(count):
            language, line = CODE[index % 4]
            lines = "".join(f"    {line.format(index * 20 + n)}\n" for n in range(20))
            file.write(f"- front: What is no. {index}?\n  back: |\n    ```{language}\n{lines}    ```\n")


def write_plain_code(folder, count):
    """As `write_code`, without colors."""
    write_code(folder, count, "none")


CODE = [
    ("rust", 'let x{0}: Vec<u32> = (0..{0}).map(|it| it + 1).collect(); // "a"'),
    ("python", "x{0} = [f(k, 'a') for k in range({0}) if k % 3 < 1]  # b"),
    ("javascript", 'const x{0} = async (a, b) => {{ return await f(a?.b ?? {0}, "c"); }};'),
    ("sql", "SELECT a, count(*) FROM t{0} WHERE b > {0} AND c = 'd' GROUP BY a; -- e"),
]


def write_tree(folder, count, files=TREE_FILES):
    """`count` notes in `files` Markdown files: a project of nested folders, ten files in each."""
    Path(folder, "deckle.yaml").write_text(MANIFEST.format("Tree"), encoding="utf-8")
    for index in range(files):
        path = tree_file(folder, index)
        if index % 10 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "_deck.yaml").write_text(f"tags: [chapter-{index // 10}]\n")
        notes = range(index * count // files, (index + 1) * count // files)
        text = "".join(f"## {front(n)}\n\n{_tree_answer(n)}\n\n" for n in notes)
        path.write_text(f"---\ntags: [file-{index}]\n---\n\n{text}", encoding="utf-8")


def tree_file(folder, index):
    """The path of a file of the tree."""
    chapter = index // 10
    return Path(folder, f"part-{chapter // 100}", f"chapter-{chapter // 10 % 10}", f"{chapter % 10}", f"{index}.md")


MANIFEST = """format: 1
name: {}
uid: 5f0c1a52-8a43-4f6e-9a37-2d1f5f4f8a10
"""


def _tree_answer(index):
    if index % 4 == 0:
        return f"- **specimen** {index}\n- found at $x_{{{index % 100}}} < {index % 7}$\n- see `{_noun(index)}`"
    return back(index)


def write_book(folder, count, files=BOOK_FILES, pictures=BOOK_PICTURES):
    """`count` notes as people write them, in `files` Markdown files, with formulas, code and pictures."""
    Path(folder, "deckle.yaml").write_text(MANIFEST.format("Book"), encoding="utf-8")
    plates = Path(folder, "plates")
    plates.mkdir(exist_ok=True)
    source = random.Random(1)
    for index in range(pictures):
        (plates / f"plate-{index:05}.png").write_bytes(_png(source))
    for index in range(files):
        path = book_file(folder, index)
        path.parent.mkdir(parents=True, exist_ok=True)
        notes = range(index * count // files, (index + 1) * count // files)
        text = "".join(_book_note(n, pictures) for n in notes)
        path.write_text(f"---\ntags: [file-{index}]\n---\n\n{text}", encoding="utf-8")


def book_file(folder, index):
    """The path of a file of the book."""
    return Path(folder, f"chapter-{index // 20:02}", f"section-{index % 20:02}.md")


def _png(source):
    """A picture of 64 by 64 pixels that does not compress: 12 kB."""
    rows = b"".join(b"\0" + source.randbytes(64 * 3) for _ in range(64))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def _book_note(index, pictures):
    kind = index % 4
    if kind == 0:
        return (
            f"## How fast does the **{_noun(index)}** no. {index} fall after $t$ seconds?\n\n"
            f"$$v(t) = \\frac{{m_{{{index}}} g}}{{k}} \\left(1 - e^{{-k t / m}}\\right)$$\n\n"
            f"- without drag: $v = g t$\n- with drag: it *approaches* $m g / k$\n\n"
        )
    if kind == 1:
        return (
            f"## What does `{_noun(index)}({index})` return?\n\n"
            "```python\n"
            f"def {_noun(index)}(n):\n"
            f"    return [k for k in range(n) if k % {index % 7 + 2} < 1 and k != {index}]\n"
            "```\n\n"
            f"A list, see [the manual](https://example.org/{index}).\n\n"
        )
    if kind == 2:
        return (
            f"## What is shown on plate {index}?\n\n"
            f"![The {_noun(index)}](/plates/plate-{index // 4 % max(1, pictures):05}.png)\n\n"
            f"The {_adjective(index)} {_noun(index)}, of which **{index % 90}** were counted.\n\n"
        )
    return (
        f"## Which {_noun(index)} is the {_adjective(index)} one, no. {index}?\n\n"
        f"{back(index)} Its length is $l_{{{index}}} = {index % 90}\\,\\mathrm{{mm}}$.\n\n"
    )


def _rich_note(index):
    if index % 3 == 0:
        return (
            "- cloze: |\n"
            f"    The *{_adjective(index)}* {_noun(index)} {index} has {{{{c1::{index % 90} pairs}}}}\n"
            f"    of **chromosomes**, and a diploid number of {{{{c2::$2 \\cdot {index % 90}$}}}}.\n"
        )
    if index % 3 == 1:
        return (
            "- front: |\n"
            f"    How fast does the **{_noun(index)}** no. {index} fall after $t$ seconds?\n"
            "  back: |\n"
            f"    $$v(t) = \\frac{{m_{{{index}}} g}}{{k}} \\left(1 - e^{{-k t / m}}\\right) < c$$\n"
            "\n"
            "    - without drag: $v = g t$\n"
            "    - with drag: it *approaches* $m g / k$\n"
        )
    return (
        "- front: |\n"
        f"    What does `{_noun(index)}({index})` return?\n"
        "  back: |\n"
        "    ```python\n"
        f"    def {_noun(index)}(n):\n"
        f"        return [k for k in range(n) if k % {index % 7 + 2} < 1]\n"
        "    ```\n"
        "\n"
        f"    A list, see [the manual](https://example.org/{index}).\n"
    )
