import unittest

from official import comparison
from official.mapping import Entry, Mapping


def entry(only_ours: tuple[str, ...] = (), only_theirs: tuple[str, ...] = ()) -> Entry:
    return Entry({}, dict.fromkeys(only_ours, "reason"), dict.fromkeys(only_theirs, "reason"))


class Differences(unittest.TestCase):
    def check(
        self, ours: str, theirs: dict[str, str], entry: Entry, *expected: str, observed: tuple[str, ...] = ()
    ) -> None:
        by_source = {source: parts.split() for source, parts in theirs.items()}
        found = list(comparison.differences("Item", set(ours.split()), by_source, entry, observed))
        self.assertEqual(found, [f"Item: {finding}" for finding in expected])

    def test_what_any_source_has_is_enough(self) -> None:
        self.check("id status", {"openapi": "id", "node": "id status"}, entry())

    def test_a_part_that_we_lack_is_named_with_every_source_that_has_it(self) -> None:
        theirs = {"openapi": "id products", "node": "id", "browser": "id products"}
        self.check("id", theirs, entry(), "we lack products (openapi, browser)")

    def test_a_part_that_no_source_has_is_named(self) -> None:
        self.check("id nickname", {"openapi": "id"}, entry(), "no source has nickname")

    def test_a_renamed_part_is_named_twice(self) -> None:
        self.check("identity", {"openapi": "id"}, entry(), "we lack id (openapi)", "no source has identity")

    def test_deliberate_differences_are_allowed(self) -> None:
        self.check("id extra", {"openapi": "id url"}, entry(("extra",), ("url",)))

    def test_what_was_observed_needs_no_reason(self) -> None:
        self.check("id oauth", {"openapi": "id"}, entry(), observed=("oauth",))

    def test_what_was_observed_is_ours_alone_and_is_in_one_list(self) -> None:
        self.check(
            "id oauth seen",
            {"openapi": "id oauth"},
            entry(("seen",)),
            "gone is listed as observed, and is not ours alone",
            "oauth is listed as observed, and is not ours alone",
            "seen is allowed as ours alone, and listed as observed",
            observed=("gone", "oauth", "seen"),
        )

    def test_an_allowance_that_nothing_needs_is_refused(self) -> None:
        self.check(
            "id url",
            {"openapi": "id url"},
            entry(("id", "gone"), ("url", "gone")),
            "gone is allowed as theirs alone, and is not",
            "url is allowed as theirs alone, and is not",
            "gone is allowed as ours alone, and is not",
            "id is allowed as ours alone, and is not",
        )


class Coverage(unittest.TestCase):
    def check(self, compared: str, public: str, mapped: str, unmapped: str, *expected: str) -> None:
        mapping = Mapping(dict.fromkeys(mapped.split(), entry()), dict.fromkeys(unmapped.split(), "reason"))
        self.assertEqual(list(comparison.coverage(compared.split(), public.split(), mapping)), list(expected))

    def test_every_type_is_mapped_or_excused(self) -> None:
        self.check("Item", "Item Client", "Item", "Client")

    def test_a_type_that_nobody_compares_is_named(self) -> None:
        self.check("Item Event", "Item Client", "Item", "", *[
            f"{name}: is neither mapped nor listed as unmapped" for name in ("Client", "Event")
        ])  # fmt: skip

    def test_entries_about_types_that_are_gone_are_named(self) -> None:
        self.check("", "", "Item", "Client", *[
            "Item: is mapped, but no type of ours", "Client: is listed as unmapped, but no type of ours",
        ])  # fmt: skip

    def test_a_type_is_not_mapped_and_excused_at_once(self) -> None:
        self.check("Item", "Item", "Item", "Item", "Item: is mapped, and listed as unmapped")


class Changes(unittest.TestCase):
    def test_what_a_source_has_gained_or_lost_is_named(self) -> None:
        before = {"Item": {"openapi": ["id", "url"], "node": ["id"]}, "Page": {"openapi": ["results"]}}
        now = {"Item": {"openapi": ["id", "color"], "node": ["id"]}}

        self.assertEqual(
            list(comparison.changes(before, now)),
            ["Item: openapi has gained color", "Item: openapi has lost url", "Page: openapi has lost results"],
        )


if __name__ == "__main__":
    unittest.main()
