"""JSON Schema without references, as far as the official types need it."""

from collections.abc import Iterable, Iterator
from typing import Any

Schema = dict[str, Any]


def alternatives(schema: Schema) -> list[Schema]:
    """Returns the schemas of which a value matches one, without null."""
    if "anyOf" in schema:
        return [alternative for option in schema["anyOf"] for alternative in alternatives(option)]
    return [] if schema.get("type") == "null" else [schema]


def elements(schema: Schema) -> Iterator[Schema]:
    """Yields the alternatives, each list replaced by its elements' alternatives."""
    for alternative in alternatives(schema):
        if alternative.get("type") == "array":
            yield from elements(alternative["items"])
        else:
            yield alternative


def is_nullable(schema: Schema) -> bool:
    """Returns whether null is allowed."""
    if "anyOf" in schema:
        return any(map(is_nullable, schema["anyOf"]))
    return "null" in schema.get("type", [])


def fields(schema: Schema) -> set[str]:
    """Returns the names of all properties that a value can have."""
    return {name for alternative in elements(schema) for name in alternative.get("properties", {})}


def values(schema: Schema) -> list[str]:
    """Returns all strings that a value, or an element of a list, can be, in the schema's order."""
    found = [
        value
        for alternative in elements(schema)
        for value in [*alternative.get("enum", []), alternative.get("const")]
        if isinstance(value, str)
    ]
    return list(dict.fromkeys(found))


def parts(schema: Schema) -> set[str]:
    """Returns the fields if there are any, otherwise the values."""
    return fields(schema) or set(values(schema))


def at(schema: Schema, path: Iterable[str]) -> Schema | None:
    """Returns the schema at a path of property names, through lists and alternatives."""
    for name in path:
        found = [
            alternative["properties"][name]
            for alternative in elements(schema)
            if name in alternative.get("properties", {})
        ]
        if not found:
            return None
        schema = {"anyOf": found}
    return schema


def inline(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """Returns the schema with each reference replaced by its definition."""
    if "$ref" in schema:
        return inline(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    return {key: _inline(value, definitions) for key, value in schema.items() if key != "$defs"}


def _inline(value: Any, definitions: dict[str, Schema]) -> Any:
    if isinstance(value, dict):
        return inline(value, definitions)
    if isinstance(value, list):
        return [_inline(element, definitions) for element in value]
    return value
