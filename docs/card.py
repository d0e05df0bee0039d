#!/usr/bin/env python3
"""Takes the screenshot of the README: one card of a package, answered, by day and by night.

    docs/card.py PACKAGE SEARCH WEB OUTPUT.png

Anki renders the card (`anki` must be importable, as in target/judges/anki-26.9.3), SEARCH finds
it; WEB is the folder `_aqt/data/web` of the desktop's wheel (`pip download --no-deps aqt`), from which its
style sheet and MathJax come; `chromium` takes the picture.
"""

import html
import subprocess
import sys
import tempfile
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageRequest

WIDTH, HEIGHT = 360, 330

PAGE = """<!doctype html><html class="{night}"><meta charset="utf-8">
<style>{webview}</style><style>{reviewer}</style><style>{style}</style>
<script>
window.MathJax = {{tex: {{displayMath: [["\\\\[", "\\\\]"]], processEscapes: false}}}};
</script><script src="{mathjax}"></script>
<body class="card card1 {night}"><div id="qa">{card}</div></body></html>"""

FRAME = '<iframe style="border:0;width:{width}px;height:{height}px" srcdoc="{page}"></iframe>'


def rendered(package: Path, search: str, folder: Path) -> tuple[str, str]:
    """The answer side of a card, and its style sheet."""
    collection = Collection(str(folder / "collection.anki2"))
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package.resolve())))
    output = collection.get_card(collection.find_cards(search)[0]).render_output()
    collection.close()
    return output.answer_text, output.css


def main() -> None:
    package, search, web, output = sys.argv[1:]
    web = Path(web).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        card, style = rendered(Path(package), search, Path(scratch))
        frames = [
            FRAME.format(width=WIDTH, height=HEIGHT, page=html.escape(PAGE.format(
                night=night, card=card, style=style,
                webview=(web / "css/webview.css").read_text(),
                reviewer=(web / "css/reviewer.css").read_text(),
                mathjax=(web / "js/vendor/mathjax/tex-chtml-full.js").as_uri(),
            )))
            for night in ["", "night-mode nightMode night_mode"]
        ]
        page = Path(scratch) / "page.html"
        page.write_text(f'<body style="margin:0;display:flex">{"".join(frames)}</body>')
        subprocess.run([
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--allow-file-access-from-files", "--virtual-time-budget=8000",
            f"--window-size={2 * WIDTH},{HEIGHT}", f"--screenshot={output}", page.as_uri(),
        ], check=True)


if __name__ == "__main__":
    main()
