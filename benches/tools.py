"""The tools that the benchmark compares: how they are had, and how each builds a workload."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DECKLE = ROOT / "target/release/deckle"
GENANKI = ROOT / "target/judges/genanki/bin/python"
PEERS = ROOT / "target/peers"

#: Rust programs of a few lines: what each needs, and which files they share.
RUST_PEERS = {
    "genanki-rs": ('genanki-rs = "0.4"', ["genanki_rs.rs", "texts.rs"]),
    "ankiforge": ('ankiforge = "0.3"', ["ankiforge.rs", "texts.rs"]),
    # With what deckle itself uses, in the same versions.
    "bare-rows": (
        'rusqlite = { version = "0.41", features = ["bundled"] }\n'
        'zip = { version = "9.4", default-features = false, features = ["deflate-flate2-zlib-rs"] }',
        ["bare_rows.rs"],
    ),
}

MANIFEST = """[package]
name = "{name}-peer"
version = "0.0.0"
edition = "2024"
publish = false

[[bin]]
name = "{name}-peer"
path = "src/{main}"

[dependencies]
{dependencies}

# A project of its own, though it lies below another one.
[workspace]
"""

NAMES = ("deckle", "genanki", "genanki-rs", "ankiforge", "bare-rows", "cp")

#: Tools that begin with deckle's package, and print their own time: what comes before does not count.
PRINT_SECONDS = ("bare-rows",)


def available(wanted):
    """Those that are wanted, built; one that cannot be had ends the run."""
    if "deckle" in wanted and not DECKLE.exists():
        sys.exit(f"{DECKLE} is missing, run: cargo build --release")
    if "genanki" in wanted and not GENANKI.exists():
        sys.exit(f"{GENANKI} is missing, run: make peers")
    for tool in RUST_PEERS.keys() & set(wanted):
        build(tool)
    return [tool for tool in NAMES if tool in wanted]


def build(tool):
    dependencies, files = RUST_PEERS[tool]
    project = PEERS / tool
    (project / "src").mkdir(parents=True, exist_ok=True)
    manifest = MANIFEST.format(name=tool, main=files[0], dependencies=dependencies)
    (project / "Cargo.toml").write_text(manifest)
    for name in files:
        shutil.copyfile(ROOT / "benches/peers" / name, project / "src" / name)
    print(f"{tool}: building it in release mode", file=sys.stderr)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(project / "target")}
    command = ["cargo", "build", "--release", "--quiet", "--manifest-path", project / "Cargo.toml"]
    if subprocess.run(command, env=environment).returncode:
        sys.exit(f"{tool} does not build; leave it out with --without {tool}")


def command(tool, workload, folder, out):
    """What builds the workload in this folder."""
    if tool == "deckle":
        source = folder if workload.is_project else folder / "notes.yaml"
        # Each round is a first build, without what an earlier one left.
        shutil.rmtree(folder / ".deckle", ignore_errors=True)
        (folder / "deckle.lock").unlink(missing_ok=True)
        return [DECKLE, "build", source, "-o", out]
    if tool == "bare-rows":
        return [binary(tool), folder / "deckle.apkg", out]
    if tool == "cp":
        copies = folder / "tmp/copies"
        return ["sh", "-c", f"cp -r '{folder}/plates' '{copies}' && sync -f '{copies}'"]
    arguments = [workload.builds, workload.count, folder, out]
    if tool == "genanki":
        return [GENANKI, "-B", ROOT / "benches/peers/genanki_peer.py", *arguments]
    return [binary(tool), *arguments]


def binary(tool):
    return PEERS / tool / f"target/release/{tool}-peer"
