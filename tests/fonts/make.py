#!/usr/bin/env python3
"""Makes the fonts of the tests. They are squares of different widths, drawn here: nobody else's work.

    tests/fonts/make.py        needs fontTools and brotli (pip install fonttools brotli)

tiny.ttf has A to Z, a to z, digits, four Chinese characters, a ligature of `f` and `i`, a small capital
`A` behind the feature `smcp`, and an axis of weight; tiny.woff2 is the same, packed. tiny.otf has
outlines of PostScript.
"""

import os
import string

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

FOLDER = os.path.dirname(os.path.abspath(__file__))
CHARACTERS = string.ascii_letters + string.digits + " 日本語人"
FEATURES = "feature liga { sub f i by f_i; } liga; feature smcp { sub a by a.sc; } smcp;"


def square(pen, width):
    pen.moveTo((50, 0))
    pen.lineTo((50, 700))
    pen.lineTo((width - 50, 700))
    pen.lineTo((width - 50, 0))
    pen.closePath()


def made(is_truetype):
    names = {ord(it): it if it in string.ascii_letters else f"uni{ord(it):04X}" for it in CHARACTERS}
    order = [".notdef", *names.values(), "f_i", "a.sc"]
    widths = {name: 300 + 10 * index for index, name in enumerate(order)}
    font = FontBuilder(1000, isTTF=is_truetype)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(names)
    drawn = {}
    for name in order:
        pen = TTGlyphPen(None) if is_truetype else T2CharStringPen(widths[name], None)
        if name != "uni0020":
            square(pen, widths[name])
        drawn[name] = pen.glyph() if is_truetype else pen.getCharString()
    if is_truetype:
        font.setupGlyf(drawn)
    else:
        font.setupCFF("Tiny", {}, drawn, {})
    font.setupHorizontalMetrics({name: (width, 50) for name, width in widths.items()})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Tiny", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    font.setupPost()
    addOpenTypeFeaturesFromString(font.font, FEATURES)
    if is_truetype:
        font.setupFvar([("wght", 400, 400, 700, "Weight")], [])
        bolder = {
            name: [TupleVariation({"wght": (0, 1, 1)}, [(0, 0), (0, 0), (40, 0), (40, 0), (0, 0), (40, 0), (0, 0), (0, 0)])]
            for name in order
            if name != "uni0020"
        }
        font.setupGvar({**bolder, "uni0020": []})
    # No date of the day on which they are made.
    font.font["head"].created = font.font["head"].modified = 0
    font.font.recalcTimestamp = False
    return font.font


def main():
    font = made(True)
    font.save(os.path.join(FOLDER, "tiny.ttf"))
    font = TTFont(os.path.join(FOLDER, "tiny.ttf"), recalcTimestamp=False)
    font.flavor = "woff2"
    font.save(os.path.join(FOLDER, "tiny.woff2"))
    made(False).save(os.path.join(FOLDER, "tiny.otf"))


if __name__ == "__main__":
    main()
