"""What a browser draws of image occlusion cards, with the pages of the very Anki that shows them.

    python browser.py WEB BROWSER [FOLDER]   < request.json

WEB is what web.py unpacked, BROWSER a Chromium. Reads a JSON mapping from stdin: `package`, and
`points`, a list of [x, y] in parts of the picture. Writes a JSON list: for each card, side and
theme the color of the drawing at each point as `rrggbbaa`, where the picture and the drawing lie
on the page, and what Anki's script says when it fails. With FOLDER, screenshots are put there.
"""

import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from anki.collection import (
    Collection,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)

# What Anki's own window holds around a card, but that nothing is faded in.
PAGE = """<!doctype html>
<html class="%(root)s"><head><meta charset="utf-8"><title>card</title>
<base href="%(media)s/">
<link rel="stylesheet" href="%(web)s/css/webview.css">
<link rel="stylesheet" href="%(web)s/css/reviewer.css">
<style>#qa { opacity: 1 !important; transition: none !important }</style>
<script src="%(web)s/js/webview.js"></script>
<script src="%(web)s/js/vendor/jquery.min.js"></script>
<script src="%(web)s/js/reviewer.js"></script>
</head><body class="card card1 %(body)s"><div id="qa"></div><pre id="drawn"></pre><script>
const [question, answer, isAnswer, bodyClass, points] = %(card)s;
globalThis.pycmd = () => {};
function report(patience) {
  const canvas = document.getElementById("image-occlusion-canvas");
  const picture = document.querySelector("#image-occlusion-container img");
  // A picture that is not read yet has no size, and no masks.
  const all = canvas.getContext("2d").getImageData(0, 0, canvas.width || 1, canvas.height || 1).data;
  const isBlank = !all.some((it) => it !== 0);
  if ((isBlank || picture.getBoundingClientRect().height === 0) && patience > 0) {
    return setTimeout(report, 500, patience - 1);
  }
  const place = (it) => { const at = it.getBoundingClientRect(); return [at.left, at.top, at.width, at.height]; };
  const drawing = canvas.getContext("2d");
  const color = ([x, y]) => {
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1];
    return Array.from(drawing.getImageData(...at).data, (it) => it.toString(16).padStart(2, "0")).join("");
  };
  const drawn = { colors: points.map(color), picture: place(picture), drawing: place(canvas),
    problem: document.getElementById("err").textContent };
  const at = document.getElementById("drawn");
  at.hidden = true;
  at.textContent = JSON.stringify(drawn);
}
const show = isAnswer ? _showAnswer(answer, bodyClass) : _showQuestion(question, answer, bodyClass);
Promise.resolve(show).then(() => setTimeout(report, 1000, 20));
</script></body></html>
"""


def main(web, browser, pictures=None):
    request = json.load(sys.stdin)
    web = Path(web).resolve() / "_aqt/data/web"
    reports = []
    with tempfile.TemporaryDirectory(prefix="deckle-browser-") as folder:
        collection = Collection(str(Path(folder, "collection.anki2")))
        try:
            collection.import_anki_package(
                ImportAnkiPackageRequest(
                    package_path=request["package"], options=ImportAnkiPackageOptions()
                )
            )
            for note_id in sorted(collection.find_notes("")):
                note = collection.get_note(note_id)
                for card in note.cards():
                    output = card.render_output()
                    for is_answer in (False, True):
                        for night in (False, True):
                            page = page_of(output, card, is_answer, night, collection, web, request)
                            side = "answer" if is_answer else "question"
                            theme = "night" if night else "day"
                            name = f"{note['Header']}-{card.ord + 1}-{side}-{theme}"
                            drawn = draw(browser, page, folder, name, pictures)
                            reports.append({"card": name, **drawn})
        finally:
            collection.close()
    print(json.dumps(reports))


def page_of(output, card, is_answer, night, collection, web, request):
    body_class = "card card1" + (" nightMode night_mode" if night else "")
    sides = [
        f"<style>{output.css}</style>{side}" for side in (output.question_text, output.answer_text)
    ]
    values = json.dumps([*sides, is_answer, body_class, request["points"]])
    return PAGE % {
        "root": "night-mode" if night else "",
        "body": "nightMode night_mode" if night else "",
        "media": Path(collection.media.dir()).as_uri(),
        "web": web.as_uri(),
        "card": values.replace("<", "\\u003c"),
    }


def draw(browser, page, folder, name, pictures):
    path = Path(folder, "card.html")
    path.write_text(page, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += [f"--user-data-dir={folder}/profile", "--window-size=800,800"]
    shown = subprocess.run(
        [*command, "--virtual-time-budget=15000", "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=60
    )
    found = re.search(r'<pre id="drawn"[^>]*>([^<]+)</pre>', shown.stdout)
    if not found:
        sys.exit(f"{name}: no drawing\n{shown.stdout[-2000:]}\n{shown.stderr[-2000:]}")
    if pictures:
        target = Path(pictures, f"{name}.png").resolve()
        subprocess.run(
            [
                *command,
                "--virtual-time-budget=5000",
                "--run-all-compositor-stages-before-draw",
                f"--screenshot={target}",
                path.as_uri(),
            ],
            capture_output=True,
            timeout=60,
        )
    return json.loads(html.unescape(found[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
