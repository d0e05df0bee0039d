"""Makes a virtual environment with pinned packages, or leaves a whole one alone.

    python environment.py FOLDER REQUIREMENT...     such as  anki==26.9.3

A stamp is written last. An environment without one (interrupted, or made by hand) is
kept only if its packages import; anything else is made anew. Standard library only.
"""

import importlib.util
import shutil
import subprocess
import sys
import venv
from pathlib import Path

STAMP = "deckle-complete"
OLDEST = (3, 10)
# Imports each package, because an interrupted installation already has its version.
PROBE = """
import importlib, importlib.metadata, sys
for requirement in sys.argv[1:]:
    name, version = requirement.split("==")
    name = name.split("[")[0]
    importlib.import_module({"anki": "anki.collection"}.get(name, name))
    assert importlib.metadata.version(name) == version
"""


def main(folder, *requirements):
    folder = Path(folder)
    # Behind a link to a folder elsewhere, the folder itself may not be there yet.
    folder = folder.parent.resolve() / folder.name
    if is_complete(folder, requirements):
        return
    refuse_what_cannot_work()
    print(f"{folder.name}: installing {' '.join(requirements)}", file=sys.stderr)
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    venv.create(folder, with_pip=True)
    install = [python_of(folder), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*install, "--only-binary", "anki", *requirements]).returncode:
        sys.exit(
            f"{folder.name}: pip could not install {' '.join(requirements)}."
            " It needs the network once; anki has wheels for Linux (glibc), macOS and Windows."
        )
    if not probe(folder, requirements):
        hint = ""
        if any(it.startswith("aqt") for it in requirements):
            hint = (
                "; Qt needs libraries of the system, on Debian: apt install libegl1 libgl1 libnss3"
                " libxkbcommon0 libxkbfile1 libxcomposite1 libxdamage1 libxrandr2 libxtst6 libasound2"
            )
        sys.exit(f"{folder.name}: {' '.join(requirements)} is installed, but does not import{hint}")
    write_stamp(folder, requirements)


def is_complete(folder, requirements):
    """Whether the environment is whole; an unstamped one that works gets its stamp."""
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text().split() == list(requirements):
        # The interpreter that it links to may have gone with an upgrade.
        return runs(folder, "import sys")
    if stamp.exists() or not probe(folder, requirements):
        return False
    write_stamp(folder, requirements)
    return True


def write_stamp(folder, requirements):
    (folder / STAMP).write_text("\n".join(requirements) + "\n")


def probe(folder, requirements):
    return runs(folder, PROBE, *requirements)


def runs(folder, program, *arguments):
    python = python_of(folder)
    if not python.exists():
        return False
    command = [python, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True).returncode == 0


def python_of(folder):
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def refuse_what_cannot_work():
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Anki needs Python {OLDEST[0]}.{OLDEST[1]} or newer, {sys.executable} is {found};"
            " name another one: make test PYTHON=/path/to/python3"
        )
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: it has no ensurepip."
            " On Debian and Ubuntu: apt install python3-venv."
            " Or name another Python: make test PYTHON=/path/to/python3"
        )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: environment.py FOLDER NAME==VERSION...")
    main(*sys.argv[1:])
