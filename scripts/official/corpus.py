"""Instances of the official types: the possible forms of a response or event, one JSON text in each line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from official import json_schema
from official.json_schema import Schema

FUTURE_FIELD = {"fieldOfTheFuture": {"nested": [1, "x", None]}}
FUTURE_VALUE = "VALUE_OF_THE_FUTURE"
DAY = "2026-11-23"
MOMENT = "2026-11-23T12:00:00.000Z"
UUID = "9a7b6c5d-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Case:
    """An instance, and its subject: one field, or the whole."""

    name: str
    instance: Any
    is_about_a_field: bool = True
    # Whether today's type allows it.
    is_official: bool = True


def lines(schemas: Iterable[tuple[str, Schema]]) -> list[str]:
    """Returns the lines for one of our types, from the schemas of its counterparts.

    A case of a field comes from the first source that has it, which keeps the corpus small.
    """
    names: set[str] = set()
    texts: dict[str, str] = {}
    for label, schema in schemas:
        for case in instances(schema):
            if not case.is_about_a_field or case.name not in names:
                texts.setdefault(json.dumps(case.instance, ensure_ascii=False), f"{case.name} ({label})")
                names.add(case.name)
    return [f'{{"case": {json.dumps(case)}, "json": {text}}}' for text, case in texts.items()]


def instances(schema: Schema) -> Iterator[Case]:
    """Yields all cases of a schema, one alternative after the other."""
    for alternative in json_schema.elements(schema):
        minimal = _instance(alternative, is_full=False)
        every_field = {name: _sample(name, field) for name, field in alternative["properties"].items()}
        yield Case("full", _instance(alternative, is_full=True), is_about_a_field=False)
        yield Case("minimal", minimal, is_about_a_field=False)
        yield Case("a field of the future", every_field | FUTURE_FIELD, is_about_a_field=False)
        yield from _of_presence(alternative, minimal, every_field)
        yield from _of_values(alternative, minimal)


def _of_presence(schema: Schema, minimal: dict[str, Any], every_field: dict[str, Any]) -> Iterator[Case]:
    for name, field in schema["properties"].items():
        if name not in schema.get("required", []):
            yield Case(f"{name} present", minimal | {name: every_field[name]})
            yield Case(f"{name} absent", {other: every_field[other] for other in every_field if other != name})
        if json_schema.is_nullable(field):
            yield Case(f"{name} null", minimal | {name: None})


def _of_values(schema: Schema, minimal: dict[str, Any]) -> Iterator[Case]:
    for name, field in schema["properties"].items():
        values = json_schema.values(field)
        is_list = json_schema.alternatives(field)[0].get("type") == "array"
        for value in [*values, FUTURE_VALUE] if values else []:
            instance = minimal | {name: [value] if is_list else value}
            yield Case(f"{name} {value}", instance, is_official=value != FUTURE_VALUE)


def _instance(schema: Schema, *, is_full: bool) -> Any:
    wanted = schema["properties"] if is_full else schema.get("required", [])
    return {
        name: _sample(name, field, is_full=is_full) for name, field in schema["properties"].items() if name in wanted
    }


def _sample(name: str, schema: Schema, *, is_full: bool = False) -> Any:
    chosen = json_schema.alternatives(schema)[0]
    if "const" in chosen:
        return chosen["const"]
    if "enum" in chosen:
        return chosen["enum"][0]
    kind = chosen.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object" and "properties" in chosen:
        return _instance(chosen, is_full=is_full)
    samples: dict[str | None, Any] = {
        "object": {"key": "value"},
        "array": [_sample(name, chosen["items"], is_full=is_full)] if "items" in chosen else [],
        "boolean": True,
        "integer": 1,
        "number": 1,
        "string": _text(name, chosen.get("format")),
    }
    return samples.get(kind, "anything")


def _text(name: str, text_format: str | None) -> str:
    if text_format == "date-time":
        return MOMENT
    if text_format == "date":
        return DAY
    if text_format == "uuid" or name == "id" or name.endswith(("Id", "Ids")):
        return UUID
    if name.lower().endswith(("url", "uri", "link")):
        return f"https://example.com/{name}"
    return f"some {name}"
