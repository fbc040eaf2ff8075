"""Profiles of callgrind: instructions by code. https://valgrind.org/docs/manual/cl-format.html"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

REFERENCE = re.compile(r"\((\d+)\)(?: (.*))?")
# The crate of `core::fmt::write`, `<hyper::Body as http_body::Body>::poll_frame` and `<&mut T as core::fmt::Write>::f`.
CRATE = re.compile(r"[<&*\[(]*(?:mut |dyn |impl )*([a-z_][a-z0-9_]*)::")


@dataclass
class Costs:
    """Instructions by the name of the code: its own, and with its callees, where recursion counts more than once."""

    own: Counter[str] = field(default_factory=Counter)
    inclusive: Counter[str] = field(default_factory=Counter)
    by_crate: Counter[str] = field(default_factory=Counter)

    def beyond(self, other: "Costs") -> "Costs":
        """Returns the costs minus those of another profile."""
        parts = ("own", "inclusive", "by_crate")
        return Costs(*(_difference(getattr(self, part), getattr(other, part)) for part in parts))


def read(folder: Path) -> Costs:
    """Returns the costs of all processes that left a profile in a folder."""
    costs = Costs()
    for file in sorted(folder.glob("callgrind.out.*")):
        _add(file.read_text(errors="replace"), costs)
    return costs


def parse(text: str) -> Costs:
    """Returns the costs of one profile."""
    costs = Costs()
    _add(text, costs)
    return costs


def _add(text: str, costs: Costs) -> None:
    names: dict[str, dict[str, str]] = {"fn": {}, "ob": {}}
    function = program = ""
    is_call = False
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator and key in ("fn", "cfn", "ob", "cob"):
            name = _name(value, names[key.removeprefix("c")])
            if key == "fn":
                function = name
            elif key == "ob":
                program = name
        elif line.startswith("calls="):
            # The next line has the cost of the called code.
            is_call = True
        elif re.match(r"[\d+*-]", line):
            cost = int(line.split()[1])
            costs.inclusive[function] += cost
            if not is_call:
                costs.own[function] += cost
                costs.by_crate[crate(function, program)] += cost
            is_call = False


def crate(function: str, program: str) -> str:
    """Returns the crate in the function's name, or else the library. Code of a bootstrap without a crate is C."""
    match = CRATE.match(function)
    library = Path(program).name
    return match[1] if match else "C and assembly" if library == "bootstrap" else library


def _name(value: str, known: dict[str, str]) -> str:
    """Returns the name of a reference: callgrind writes a name once, with a number, and later only the number."""
    match = REFERENCE.fullmatch(value)
    if match is None:
        return value
    if match[2] is not None:
        known[match[1]] = match[2]
    return known.get(match[1], value)


def _difference(more: Counter[str], less: Counter[str]) -> Counter[str]:
    difference = Counter(more)
    difference.subtract(less)
    return difference
