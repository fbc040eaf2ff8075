"""Which of our types corresponds to which official ones, and every difference that is deliberate."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stack import console

FILE = Path(__file__).with_name("mapping.toml")
SOURCES = ("openapi", "node", "browser", "widget", "react")


@dataclass(frozen=True)
class Entry:
    """The official counterparts of one type of ours."""

    # By source: a type's name, and the property in it where the counterpart has no name of its own: `Item/products`.
    places: dict[str, list[str]]
    # Deliberate differences and their reasons.
    only_ours: dict[str, str] = field(default_factory=dict)
    only_theirs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """The whole file."""

    entries: dict[str, Entry]
    # Types of ours without a counterpart, and why.
    unmapped: dict[str, str]

    def types_of(self, source: str) -> set[str]:
        """The types of a source that are needed."""
        return {place.split("/")[0] for entry in self.entries.values() for place in entry.places.get(source, [])}


def read(file: Path = FILE) -> Mapping:
    """Reads the file; what is not understood is refused."""
    tables = tomllib.loads(file.read_text())
    unmapped = _reasons(tables.pop("unmapped", {}))
    return Mapping({name: _entry(name, table) for name, table in tables.items()}, unmapped)


def _entry(name: str, table: dict[str, Any]) -> Entry:
    unknown = table.keys() - {*SOURCES, "only_ours", "only_theirs"}
    if unknown:
        raise console.Failure(f"{FILE.name}: {name} has an unknown key {min(unknown)}")
    places = {source: _list(table[source]) for source in SOURCES if source in table}
    return Entry(places, _reasons(table.get("only_ours", {})), _reasons(table.get("only_theirs", {})))


def _reasons(table: dict[str, str]) -> dict[str, str]:
    for name, reason in table.items():
        if not reason.strip():
            raise console.Failure(f"{FILE.name}: {name} is a difference without a reason")
    return table


def _list(places: str | list[str]) -> list[str]:
    return [places] if isinstance(places, str) else places
