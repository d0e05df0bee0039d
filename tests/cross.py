"""Checks that everything compiles for Windows and macOS, on whatever system this is.

SQLite and zstd are C, so a compiler that knows the others' headers is needed: zig, whose package on
PyPI is one. Nothing is linked or run. Usage: cross.py ENVIRONMENT CARGO
"""

import os
import subprocess
import sys
from pathlib import Path

TARGETS = {
    "x86_64-pc-windows-gnu": "x86_64-windows-gnu",
    "aarch64-apple-darwin": "aarch64-macos",
}

# What crates ask of Apple's or another system's own compiler, and zig takes from its target.
FOREIGN = ("--target=", "-arch", "arm64", "-mmacosx-version-min=", "-isysroot")


def compiler(zig, target):
    """Does what a C compiler for the target is asked for."""
    asked = [it for it in sys.argv[4:] if not it.startswith(FOREIGN)]
    os.execv(zig, [zig, "cc", "-target", target, *asked])


def main(environment, cargo):
    environment = Path(environment).resolve()
    zig = next(environment.glob("lib/python*/site-packages/ziglang/zig"))
    tools = environment / "cross"
    tools.mkdir(exist_ok=True)
    for target, name in TARGETS.items():
        listed = subprocess.run(["rustup", "target", "list", "--installed"], capture_output=True, text=True)
        if target not in listed.stdout.split():
            sys.exit(f"the standard library for {target} is missing: rustup target add {target}")
        scripts = {
            "cc": f'exec "{sys.executable}" -B "{Path(__file__).resolve()}" --cc "{zig}" {name} "$@"',
            "ar": f'exec "{zig}" ar "$@"',
        }
        env = dict(os.environ)
        for tool, line in scripts.items():
            path = tools / f"{tool}-{name}"
            path.write_text(f"#!/bin/sh\n{line}\n")
            path.chmod(0o755)
            env[f"{tool.upper()}_{target.replace('-', '_')}"] = str(path)
        command = [*cargo.split(), "check", "--locked", "--all-targets", "--target", target]
        if subprocess.run(command, env=env).returncode:
            sys.exit(f"does not compile for {target}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--cc"]:
        compiler(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 3:
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
