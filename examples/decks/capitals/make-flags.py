#!/usr/bin/env python3
"""Draws flags/*.svg anew: stripes, crosses, discs, triangles and stars, in the proportions the flag laws give.

Run it in this folder; it needs Python alone. Colors are those in common use, since few laws name exact ones.
"""

from math import cos, pi, sin, sqrt
from pathlib import Path

WHITE, BLACK = "#ffffff", "#000000"


def number(value):
    """Four decimals at most, no trailing zeros."""
    return f"{round(value, 4):g}"


def box(x, y, width, height, color):
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" fill="{color}"/>'


def shape(points, color):
    listed = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return f'<polygon points="{listed}" fill="{color}"/>'


def disc(x, y, radius, color):
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{color}"/>'


def star(x, y, radius, color):
    """An upright five-pointed star whose points lie on a circle of that radius."""
    inner = radius * cos(2 * pi / 5) / cos(pi / 5)
    corners = []
    for step in range(10):
        length = radius if step % 2 == 0 else inner
        corners.append((x + length * sin(step * pi / 5), y - length * cos(step * pi / 5)))
    return shape(corners, color)


def rows(width, height, *stripes):
    """Horizontal stripes from the top; a stripe is a color, or a color and its share of the height."""
    return bands(width, height, stripes, lambda at, size: (0, at * height, width, size * height))


def columns(width, height, *stripes):
    """Vertical stripes from the hoist."""
    return bands(width, height, stripes, lambda at, size: (at * width, 0, size * width, height))


def bands(width, height, stripes, place):
    shares = [(stripe, 1) if isinstance(stripe, str) else stripe for stripe in stripes]
    total, at, parts = sum(share for _, share in shares), 0, []
    for color, share in shares:
        parts.append(box(*place(at / total, share / total), color))
        at += share
    return width, height, parts


def cross(width, height, field, *arms):
    """A Nordic cross: arms are (color, left edge, top edge, thickness)."""
    parts = [box(0, 0, width, height, field)]
    for color, left, top, thickness in arms:
        parts.append(box(left, 0, thickness, height, color))
        parts.append(box(0, top, width, thickness, color))
    return width, height, parts


def plus(flag, *more):
    width, height, parts = flag
    return width, height, parts + list(more)


FLAGS = {
    # Europe
    "austria": rows(3, 2, "#ed2939", WHITE, "#ed2939"),
    "belgium": columns(15, 13, BLACK, "#fae042", "#ed2939"),
    "bulgaria": rows(5, 3, WHITE, "#00966e", "#d62612"),
    "czechia": plus(rows(6, 4, WHITE, "#d7141a"), shape([(0, 0), (3, 2), (0, 4)], "#11457e")),
    "denmark": cross(37, 28, "#c8102e", (WHITE, 12, 12, 4)),
    "estonia": rows(11, 7, "#0072ce", BLACK, WHITE),
    "finland": cross(18, 11, WHITE, ("#003580", 5, 4, 3)),
    "france": columns(3, 2, "#000091", WHITE, "#e1000f"),
    "germany": rows(5, 3, BLACK, "#dd0000", "#ffce00"),
    "greece": plus(
        rows(27, 18, *["#0d5eaf", WHITE] * 4, "#0d5eaf"),
        box(0, 0, 10, 10, "#0d5eaf"),
        box(4, 0, 2, 10, WHITE),
        box(0, 4, 10, 2, WHITE),
    ),
    "hungary": rows(6, 3, "#ce2939", WHITE, "#477050"),
    "iceland": cross(25, 18, "#02529c", (WHITE, 7, 7, 4), ("#dc1e35", 8, 8, 2)),
    "ireland": columns(6, 3, "#169b62", WHITE, "#ff883e"),
    "italy": columns(3, 2, "#008c45", WHITE, "#cd212a"),
    "latvia": rows(10, 5, ("#9d2235", 2), WHITE, ("#9d2235", 2)),
    "lithuania": rows(5, 3, "#ffb81c", "#046a38", "#be3a34"),
    "netherlands": rows(3, 2, "#ae1c28", WHITE, "#21468b"),
    "norway": cross(22, 16, "#ba0c2f", (WHITE, 6, 6, 4), ("#00205b", 7, 7, 2)),
    "poland": rows(8, 5, WHITE, "#dc143c"),
    "romania": columns(3, 2, "#002b7f", "#fcd116", "#ce1126"),
    "sweden": cross(16, 10, "#006aa7", ("#fecc02", 5, 4, 2)),
    "switzerland": (32, 32, [box(0, 0, 32, 32, "#da291c"), box(13, 6, 6, 20, WHITE), box(6, 13, 20, 6, WHITE)]),
    "ukraine": rows(3, 2, "#0057b7", "#ffd700"),
    # Africa
    "benin": (15, 10, [box(6, 0, 9, 5, "#fcd116"), box(6, 5, 9, 5, "#e8112d"), box(0, 0, 6, 10, "#008751")]),
    "botswana": rows(36, 24, ("#6da9d2", 9), WHITE, (BLACK, 4), WHITE, ("#6da9d2", 9)),
    "gabon": rows(4, 3, "#009e60", "#fcd116", "#3a75c4"),
    "gambia": rows(27, 18, ("#ce1126", 6), WHITE, ("#0c1c8c", 4), WHITE, ("#3a7728", 6)),
    "guinea": columns(3, 2, "#ce1126", "#fcd116", "#009460"),
    "ivory-coast": columns(3, 2, "#f77f00", WHITE, "#009e60"),
    "madagascar": (3, 2, [box(0, 0, 1, 2, WHITE), box(1, 0, 2, 1, "#fc3d32"), box(1, 1, 2, 1, "#007e3a")]),
    "mali": columns(3, 2, "#14b53a", "#fcd116", "#ce1126"),
    "mauritius": rows(6, 4, "#ea2839", "#1a206d", "#ffd500", "#00a551"),
    "nigeria": columns(6, 3, "#008751", WHITE, "#008751"),
    "sierra-leone": rows(9, 6, "#1eb53a", WHITE, "#0072c6"),
    # Asia
    "armenia": rows(6, 3, "#d90012", "#0033a0", "#f2a800"),
    "bangladesh": (20, 12, [box(0, 0, 20, 12, "#006a4e"), disc(9, 6, 4, "#f42a41")]),
    "japan": (15, 10, [box(0, 0, 15, 10, WHITE), disc(7.5, 5, 3, "#bc002d")]),
    "kuwait": plus(rows(12, 6, "#007a3d", WHITE, "#ce1126"), shape([(0, 0), (3, 2), (3, 4), (0, 6)], BLACK)),
    "laos": plus(rows(6, 4, "#ce1126", ("#002868", 2), "#ce1126"), disc(3, 2, 0.8, WHITE)),
    "thailand": rows(9, 6, "#a51931", "#f4f5f8", ("#2d2a4a", 2), "#f4f5f8", "#a51931"),
    "united-arab-emirates": plus(rows(12, 6, "#00843d", WHITE, BLACK), box(0, 0, 3, 6, "#c8102e")),
    "vietnam": (30, 20, [box(0, 0, 30, 20, "#da251d"), star(15, 10, 6, "#ffff00")]),
    # The Americas
    "bahamas": plus(
        rows(12, 6, "#00778b", "#ffc72c", "#00778b"),
        shape([(0, 0), (3 * sqrt(3), 3), (0, 6)], BLACK),
    ),
    "chile": plus(rows(6, 4, WHITE, "#d52b1e"), box(0, 0, 2, 2, "#0039a6"), star(1, 1, 0.5, WHITE)),
    "colombia": rows(6, 4, ("#fcd116", 2), "#003893", "#ce1126"),
    "costa-rica": rows(10, 6, "#002b7f", WHITE, ("#ce1126", 2), WHITE, "#002b7f"),
    "cuba": plus(
        rows(40, 20, "#002a8f", WHITE, "#002a8f", WHITE, "#002a8f"),
        shape([(0, 0), (10 * sqrt(3), 10), (0, 20)], "#cf142b"),
        star(10 * sqrt(3) / 3, 10, 10 / 3, WHITE),
    ),
    "peru": columns(3, 2, "#d91023", WHITE, "#d91023"),
}


def main():
    folder = Path(__file__).parent / "flags"
    folder.mkdir(exist_ok=True)
    for name, (width, height, parts) in FLAGS.items():
        # All flags are 240 high, so that cards do not jump from one to the next.
        frame = f'width="{number(240 * width / height)}" height="240" viewBox="0 0 {width} {height}"'
        text = f'<svg xmlns="http://www.w3.org/2000/svg" {frame} shape-rendering="geometricPrecision">'
        text += "\n" + "\n".join(parts) + "\n</svg>\n"
        (folder / f"{name}.svg").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
