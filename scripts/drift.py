"""`make drift`: a comparison of our types with those that Pluggy publishes, and the corpus made from the latter.

`--accept` records the installed versions as the expected ones.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from official import comparison, corpus, json_schema, mapping, openapi, ours, sources
from official.mapping import Mapping
from official.ours import Types
from official.sources import Counterparts
from stack import console, machine, paths

# The accepted content of the sources, so that an upgrade shows what it changes.
SEEN = paths.ROOT / "scripts" / "official" / "seen.json"
CORPUS = paths.ROOT / "tests" / "corpus"
ACCEPT = "--accept"


def drift() -> None:
    machine.require("rust", "node")
    expected = mapping.read()
    types = ours.types()
    counterparts = sources.counterparts(expected)
    theirs = _theirs(counterparts)
    lines = _corpus(types, counterparts)
    if ACCEPT in sys.argv:
        _accept(theirs, lines)
    findings = [
        *comparison.changes(json.loads(SEEN.read_text()), theirs),
        *comparison.coverage(types.parts(), ours.public_names(), expected),
        *_differences(types, theirs, expected),
        *_refused_bodies(types, expected),
        *_refused_instances(counterparts),
        *_outdated(lines),
    ]
    if findings:
        raise console.Failure(
            "\n  ".join(["our types and Pluggy's have drifted apart:", *findings]),
            "Follow the source, or give a reason in scripts/official/mapping.toml; then run `make accept-drift`.",
        )
    count = sum(map(len, lines.values()))
    print(f"{len(expected.entries)} types agree with Pluggy's own; the corpus has {count} instances of them")


def _theirs(counterparts: Counterparts) -> dict[str, comparison.Theirs]:
    return {
        name: {
            source: sorted({part for schema in places.values() for part in json_schema.parts(schema)})
            for source, places in by_source.items()
        }
        for name, by_source in counterparts.items()
    }


def _differences(types: Types, theirs: dict[str, comparison.Theirs], expected: Mapping) -> Iterator[str]:
    parts = types.parts()
    for name, entry in expected.entries.items():
        observed = types.observed.get(name, {})
        yield from comparison.differences(name, parts.get(name, set()), theirs[name], entry, observed)
    for name in sorted(types.observed.keys() - expected.entries.keys()):
        yield f"{name}: is listed as observed, and no mapped type"


def _refused_bodies(types: Types, expected: Mapping) -> Iterator[str]:
    """Yields the bodies that we send and the official models refuse."""
    for name in sorted(types.sent.keys() & expected.entries.keys()):
        for model in expected.entries[name].places.get("openapi", []):
            refusal = openapi.refusal(model, types.sent[name])
            if refusal:
                yield f"{name}: openapi's {model} refuses what we send: {refusal}"


def _refused_instances(counterparts: Counterparts) -> Iterator[str]:
    """Yields the instances of the corpus that their own models refuse, which is a bug of the corpus."""
    for name, by_source in counterparts.items():
        for model, schema in by_source.get("openapi", {}).items():
            for case in corpus.instances(schema) if json_schema.fields(schema) else []:
                refusal = case.is_official and openapi.refusal(model, case.instance)
                if refusal:
                    yield f"{name}: {case.name} is no instance of openapi's {model}: {refusal}"


def _corpus(types: Types, counterparts: Counterparts) -> dict[Path, list[str]]:
    """Returns the lines of each file, for the types that we receive."""
    return {
        CORPUS / f"{name}.jsonl": corpus.lines(
            (f"{source} {place}", schema) for source, places in by_source.items() for place, schema in places.items()
        )
        for name, by_source in counterparts.items()
        if name in types.received
    }


def _outdated(lines: dict[Path, list[str]]) -> Iterator[str]:
    for file in sorted({*lines, *CORPUS.glob("*")}):
        if not file.is_file() or file.read_text().splitlines() != lines.get(file):
            yield f"{console.relative(file)}: differs from what the sources give now"


def _accept(theirs: dict[str, comparison.Theirs], lines: dict[Path, list[str]]) -> None:
    SEEN.write_text(json.dumps(theirs, indent=2) + "\n")
    CORPUS.mkdir(exist_ok=True)
    for file in CORPUS.glob("*"):
        file.unlink()
    for file, texts in lines.items():
        file.write_text("".join(f"{text}\n" for text in texts))


if __name__ == "__main__":
    console.run(drift)
