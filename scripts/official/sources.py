"""All official sources at once, as far as the mapping needs them."""

from official import json_schema, openapi, typescript
from official.json_schema import Schema
from official.mapping import Mapping
from stack import console

# The schemas of each of our types' counterparts: by type, source and place.
Counterparts = dict[str, dict[str, dict[str, Schema]]]


def counterparts(mapping: Mapping) -> Counterparts:
    """Reads the installed packages. A place that a source does not have is an error of the mapping."""
    found = typescript.schemas({source: mapping.types_of(source) for source in typescript.DECLARATIONS})
    found["openapi"] = {name: openapi.schema(name) for name in mapping.types_of("openapi")}
    return {
        name: {
            source: {place: _at(found[source], source, place) for place in places}
            for source, places in entry.places.items()
        }
        for name, entry in mapping.entries.items()
    }


def _at(schemas: dict[str, Schema | None], source: str, place: str) -> Schema:
    name, *path = place.split("/")
    whole = schemas[name]
    schema = whole and json_schema.at(whole, path)
    if not schema or not json_schema.parts(schema):
        raise console.Failure(f"{source} has no {place}, or states nothing about it", "See official/mapping.toml.")
    return schema
