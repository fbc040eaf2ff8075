"""The mapping of our types to the official ones, and every deliberate difference."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stack import console

FILE = Path(__file__).with_name("mapping.toml")
SOURCES = ("openapi", "node", "browser", "widget", "react", "native")


@dataclass(frozen=True)
class Entry:
    """The official counterparts of one of our types."""

    # By source: a type's name, and the property in it if the counterpart has no name of its own: `Item/products`.
    places: dict[str, list[str]]
    # Deliberate differences and their reasons.
    only_ours: dict[str, str] = field(default_factory=dict)
    only_theirs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """The content of mapping.toml."""

    entries: dict[str, Entry]
    # Our types without a counterpart, with the reason.
    unmapped: dict[str, str]

    def types_of(self, source: str) -> set[str]:
        """Returns the types of a source that the mapping uses."""
        return {place.split("/")[0] for entry in self.entries.values() for place in entry.places.get(source, [])}


def read(file: Path = FILE) -> Mapping:
    """Reads the file, and refuses unknown keys."""
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
