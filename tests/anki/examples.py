"""Fetches the examples of the Markdown specifications, or leaves a whole folder alone.

    python examples.py FOLDER ENVIRONMENT REQUIREMENT     such as  marko==2.2.4

The specifications of CommonMark and GFM may be copied under the same license only (CC BY-SA),
so they are no part of this repository. The sources of the package marko hold both; pip, of a
virtual environment that is there already, downloads them. Standard library only.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from environment import python_of

FILES = ("commonmark.txt", "gfm.txt")


def main(folder, environment, requirement):
    folder = Path(folder)
    if all((folder / name).is_file() for name in FILES):
        return
    print(f"{folder.name}: downloading {requirement}", file=sys.stderr)
    name = requirement.split("==")[0]
    with tempfile.TemporaryDirectory() as scratch:
        download = [python_of(Path(environment)), "-m", "pip", "download", "--quiet", "--no-deps"]
        download += ["--disable-pip-version-check", "--no-binary", name, "--dest", scratch]
        if subprocess.run([*download, requirement]).returncode:
            sys.exit(f"{folder.name}: pip could not download {requirement}. It needs the network once.")
        archives = list(Path(scratch).glob("*.tar.gz"))
        if len(archives) != 1:
            sys.exit(f"{folder.name}: {requirement} came as {len(archives)} archives, not one")
        take(archives[0], folder)


def take(archive, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as members:
        for name in FILES:
            found = [it for it in members.getmembers() if it.name.endswith(f"/tests/spec/{name}")]
            if len(found) != 1:
                sys.exit(f"{archive.name} holds {len(found)} files {name}, not one")
            text = members.extractfile(found[0]).read()
            part = folder / f"{name}.part"
            part.write_bytes(text)
            part.replace(folder / name)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: examples.py FOLDER ENVIRONMENT NAME==VERSION")
    main(*sys.argv[1:])
