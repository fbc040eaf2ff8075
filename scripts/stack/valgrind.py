"""Valgrind, which counts instructions: the machine's own, or the distribution's package unpacked into the checkout."""

import shutil
import subprocess
from pathlib import Path

from stack import console, fingerprint, machine, paths

INSTALLED = paths.TOOLS / "valgrind"
# Lists of packages for users who may not update those of the machine.
LISTS = paths.TOOLS / "valgrind-lists"
# Not Debian's wrapper script, which changes the library path: its instructions would count too.
PROGRAM = "valgrind.bin"


def environment() -> dict[str, str]:
    """Returns the variables with valgrind's paths for the tests. Installs it first if it is missing."""
    found = shutil.which("valgrind")
    if found is not None:
        beside = Path(found).resolve().with_name(PROGRAM)
        return {"VALGRIND": str(beside if beside.is_file() else found)}
    _install()
    program = _program()
    return {"VALGRIND": str(program), "VALGRIND_LIB": str(_library())}


def _install() -> None:
    wanted = fingerprint.of_text("1", machine.architecture())
    stamp = fingerprint.Stamp(INSTALLED / "installed")
    if stamp.matches(wanted):
        return
    machine.require("valgrind")
    with console.step("installing valgrind"):
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        _download()
        [package] = INSTALLED.glob("valgrind_*.deb")
        _run(["dpkg-deb", "--extract", package.name, "."])
        package.unlink()
        if _program() is None or _library() is None:
            raise _missing("the package of this system has other files than expected")
    stamp.write(wanted)


def _download() -> None:
    try:
        _run(["apt-get", *_options(), "download", "valgrind"])
    except console.Failure:
        # A fresh container has no lists of packages, and only root may update the machine's.
        (LISTS / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        own = [*_options(), "-o", f"Dir::State::Lists={LISTS / 'lists'}", "-o", f"Dir::Cache={LISTS}"]
        _run(["apt-get", *own, "update"])
        _run(["apt-get", *own, "download", "valgrind"])
        shutil.rmtree(LISTS)


def _options() -> list[str]:
    # Run by root, apt would switch to a user who cannot write here.
    return ["-q", "-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=true"]


def _program() -> Path | None:
    """Returns the unpacked program, under either name."""
    programs = (INSTALLED / "usr" / "bin" / name for name in (PROGRAM, "valgrind"))
    return next((program for program in programs if program.is_file()), None)


def _library() -> Path | None:
    """Returns the folder of valgrind's tools, which valgrind would search in the system."""
    tools = INSTALLED.glob("usr/lib*/**/valgrind/callgrind-*-linux")
    return next((tool.parent for tool in tools), None)


def _run(command: list[str]) -> None:
    result = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise _missing("\n  ".join([f"{' '.join(command)}:", *result.stderr.strip().splitlines()[-5:]]))


def _missing(why: str) -> console.Failure:
    return console.Failure(
        f"valgrind is missing, and could not be installed here: {why}",
        "Install it: apt install valgrind (Debian, Ubuntu), dnf install valgrind (Fedora).",
    )
