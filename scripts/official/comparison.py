"""Comparison of our names with theirs: pure functions from names to findings."""

from collections.abc import Collection, Iterable, Iterator

from official.mapping import Entry, Mapping

# Names of fields or values, by source.
Theirs = dict[str, list[str]]


def coverage(ours: Iterable[str], public: Iterable[str], mapping: Mapping) -> Iterator[str]:
    """Yields our types that nothing compares, and entries of the mapping about types that do not exist."""
    compared, public = set(ours), set(public)
    for name in sorted((compared | public) - mapping.entries.keys() - mapping.unmapped.keys()):
        yield f"{name}: is neither mapped nor listed as unmapped"
    for name in sorted(mapping.entries.keys() - compared):
        yield f"{name}: is mapped, but no type of ours"
    for name in sorted(mapping.unmapped.keys() - compared - public):
        yield f"{name}: is listed as unmapped, but no type of ours"
    for name in sorted(mapping.entries.keys() & mapping.unmapped.keys()):
        yield f"{name}: is mapped, and listed as unmapped"


def differences(
    name: str, ours: set[str], theirs: Theirs, entry: Entry, observed: Collection[str] = ()
) -> Iterator[str]:
    """Yields what only a source has, what only we have, and allowed differences that no longer exist.

    What was observed is allowed as ours without a further reason.
    """
    official = {part for parts in theirs.values() for part in parts}
    for part in sorted(official - ours - entry.only_theirs.keys()):
        sources = ", ".join(source for source, parts in theirs.items() if part in parts)
        yield f"{name}: we lack {part} ({sources})"
    for part in sorted(ours - official - entry.only_ours.keys() - set(observed)):
        yield f"{name}: no source has {part}"
    for part in sorted(set(observed) - (ours - official)):
        yield f"{name}: {part} is listed as observed, and is not ours alone"
    for part in sorted(entry.only_ours.keys() & set(observed)):
        yield f"{name}: {part} is allowed as ours alone, and listed as observed"
    for part in sorted(entry.only_theirs.keys() - (official - ours)):
        yield f"{name}: {part} is allowed as theirs alone, and is not"
    for part in sorted(entry.only_ours.keys() - (ours - official)):
        yield f"{name}: {part} is allowed as ours alone, and is not"


def changes(before: dict[str, Theirs], now: dict[str, Theirs]) -> Iterator[str]:
    """Yields what a source has gained or lost since the last `make accept-drift`."""
    for name in sorted(before.keys() | now.keys()):
        was, is_now = before.get(name, {}), now.get(name, {})
        for source in sorted(was.keys() | is_now.keys()):
            old, new = set(was.get(source, [])), set(is_now.get(source, []))
            for part in sorted(new - old):
                yield f"{name}: {source} has gained {part}"
            for part in sorted(old - new):
                yield f"{name}: {source} has lost {part}"
