import json
import unittest
from typing import Any

from official import corpus

SCHEMA = {
    "type": "object",
    "required": ["itemId"],
    "properties": {
        "itemId": {"type": "string"},
        "kind": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]},
        "parts": {"type": "array", "items": {"type": "object", "properties": {"at": {"type": "string"}}}},
    },
}
ID = {"itemId": corpus.UUID}


class Corpus(unittest.TestCase):
    def instances(self, schema: dict[str, Any] = SCHEMA) -> dict[str, Any]:
        return {case.name: case.instance for case in corpus.instances(schema)}

    def test_a_type_is_made_in_full_and_in_small(self) -> None:
        instances = self.instances()

        self.assertEqual(instances["full"], ID | {"kind": "a", "parts": [{"at": "some at"}]})
        self.assertEqual(instances["minimal"], ID)

    def test_an_optional_field_is_present_absent_and_null_where_that_is_allowed(self) -> None:
        instances = self.instances()

        self.assertEqual(instances["kind present"], ID | {"kind": "a"})
        self.assertEqual(instances["kind absent"], ID | {"parts": [{}]})
        self.assertEqual(instances["kind null"], ID | {"kind": None})
        for case in ["parts null", "itemId absent", "itemId null"]:
            self.assertNotIn(case, instances)

    def test_every_value_is_made_and_one_that_nobody_knows(self) -> None:
        kinds = {
            case.instance["kind"]: case.is_official for case in corpus.instances(SCHEMA) if "kind" in case.instance
        }

        self.assertEqual(kinds, {"a": True, "b": True, None: True, corpus.FUTURE_VALUE: False})

    def test_values_of_a_list_are_made_as_lists(self) -> None:
        schema = {"properties": {"kinds": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}}}

        self.assertEqual(self.instances(schema)["kinds b"], {"kinds": ["b"]})

    def test_texts_have_the_format_that_they_must_have(self) -> None:
        formats = {"date": corpus.DAY, "date-time": corpus.MOMENT, "uuid": corpus.UUID}
        schema = {"properties": {name: {"type": "string", "format": name} for name in formats}}

        self.assertEqual(self.instances(schema)["full"], formats)

    def test_each_alternative_is_made_in_full(self) -> None:
        schema = {"anyOf": [{"properties": {"event": {"const": name}}} for name in ("created", "deleted")]}

        full = [case.instance for case in corpus.instances(schema) if case.name == "full"]

        self.assertEqual(full, [{"event": "created"}, {"event": "deleted"}])

    def test_a_case_of_a_field_is_taken_from_the_first_source_and_the_whole_from_each(self) -> None:
        richer = {**SCHEMA, "properties": {**SCHEMA["properties"], "name": {"type": "string"}}, "required": ["name"]}

        lines = [json.loads(line) for line in corpus.lines([("one", SCHEMA), ("other", richer)])]

        cases = [line["case"] for line in lines]
        self.assertIn("kind b (one)", cases)
        self.assertNotIn("kind b (other)", cases)
        self.assertIn("minimal (other)", cases)
        bodies = [json.dumps(line["json"]) for line in lines]
        self.assertEqual(len(bodies), len(set(bodies)))

    def test_it_is_the_same_each_time(self) -> None:
        self.assertEqual(corpus.lines([("one", SCHEMA)]), corpus.lines([("one", SCHEMA)]))


if __name__ == "__main__":
    unittest.main()
