"""Fetches the add-on AnkiConnect for `make ankiconnect`, or leaves what is there alone.

    python add_on.py FOLDER [INSTALLED]

The folder gets `2023` and `2025`, each with the add-on in `plugin`. INSTALLED, the add-on's folder
in an Anki (Tools > Add-ons > AnkiConnect > View Files), is taken in the place of the newer one.
A stamp is written last. The add-on is licensed under the GPL: it is run as it is, and nothing of it
is ours. Standard library and git only.
"""

import shutil
import subprocess
import sys
from pathlib import Path

STAMP = "deckle-complete"
SOURCES = {
    # The last state on GitHub; later ones are at git.sr.ht/~foosoft/anki-connect.
    "2023": ("https://github.com/FooSoft/anki-connect", "4064fa142785975255457abd6a496015f5b71f38"),
    # The add-on of 2025 as another one begins with it: beside it, there are two actions that read settings.
    "2025": (
        "https://github.com/guillempalau/Anki-Connect-Plus",
        "00b0a1fcf43a38535fb7859a0a6f2f5d909ed767",
    ),
}


def main(folder, installed=None):
    folder = Path(folder)
    if installed:
        take(Path(installed), folder / "2025" / "plugin")
    for year, (address, commit) in SOURCES.items():
        target = folder / year
        stamp = target / STAMP
        if (target / "plugin" / "__init__.py").is_file() and (stamp.is_file() or year == "2025" and installed):
            continue
        clone(address, commit, target)
        stamp.write_text(f"{address} {commit}\n")


def take(installed, target):
    if not (installed / "__init__.py").is_file():
        sys.exit(f"{installed} has no __init__.py, so it is not the folder of the add-on")
    shutil.rmtree(target.parent, ignore_errors=True)
    shutil.copytree(installed, target, ignore=shutil.ignore_patterns("__pycache__", "meta.json"))


def clone(address, commit, target):
    print(f"{target}: cloning {address}", file=sys.stderr)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    for command in (
        ["git", "clone", "--quiet", "--no-checkout", address, str(target)],
        ["git", "-C", str(target), "checkout", "--quiet", "--detach", commit],
    ):
        if subprocess.run(command).returncode:
            shutil.rmtree(target, ignore_errors=True)
            sys.exit(
                f"{address} at {commit} could not be cloned; it needs git, and the network once."
                f" Or clone it elsewhere, as {target},"
                " or name the add-on of an Anki: make ankiconnect ADDON=.../addons21/2055492159"
            )
    if not (target / "plugin" / "__init__.py").is_file():
        sys.exit(f"{target} has no plugin/__init__.py")


if __name__ == "__main__":
    main(*sys.argv[1:])
