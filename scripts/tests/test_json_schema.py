import unittest

from official import json_schema

TEXT = {"type": "string"}
NULL = {"type": "null"}
KIND = {"type": "string", "enum": ["a", "b"]}


def object_of(**properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties}


class Parts(unittest.TestCase):
    def test_fields_are_those_of_every_alternative_and_of_elements(self) -> None:
        schema = {"anyOf": [object_of(id=TEXT), {"type": "array", "items": object_of(name=TEXT)}, NULL]}

        self.assertEqual(json_schema.fields(schema), {"id", "name"})

    def test_values_keep_the_order_and_leave_null_out(self) -> None:
        cases = {
            ("a", "b"): KIND,
            ("BETA",): {"type": ["string", "null"], "enum": ["BETA", None]},
            ("a", "b", "c"): {"anyOf": [KIND, {"type": "string", "const": "c"}, KIND, NULL]},
            ("b", "a"): {"type": "array", "items": {"type": "string", "enum": ["b", "a"]}},
            (): TEXT,
        }
        for expected, schema in cases.items():
            self.assertEqual(tuple(json_schema.values(schema)), expected)

    def test_a_path_goes_through_lists_and_alternatives(self) -> None:
        event = {"anyOf": [object_of(error=object_of(code=TEXT)), object_of(error=object_of(detail=TEXT)), object_of()]}
        events = object_of(events={"type": "array", "items": event})

        self.assertEqual(json_schema.fields(json_schema.at(events, ["events", "error"]) or {}), {"code", "detail"})
        self.assertIsNone(json_schema.at(events, ["events", "data"]))

    def test_null_is_seen_wherever_it_is_written(self) -> None:
        for schema in [NULL, {"anyOf": [TEXT, NULL]}, {"type": ["string", "null"]}]:
            self.assertTrue(json_schema.is_nullable(schema), schema)
        for schema in [TEXT, {"anyOf": [TEXT, KIND]}, {}]:
            self.assertFalse(json_schema.is_nullable(schema), schema)

    def test_references_are_replaced_to_any_depth(self) -> None:
        schema = {"type": "array", "items": {"$ref": "#/$defs/Item"}, "$defs": {}}
        definitions = {"Item": object_of(kind={"anyOf": [{"$ref": "#/$defs/Kind"}, NULL]}), "Kind": KIND}

        self.assertEqual(
            json_schema.inline(schema, definitions), {"type": "array", "items": object_of(kind={"anyOf": [KIND, NULL]})}
        )


if __name__ == "__main__":
    unittest.main()
