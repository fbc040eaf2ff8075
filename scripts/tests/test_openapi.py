import unittest
from collections.abc import Iterator
from typing import Any

import yaml

from stack import paths

SCHEMAS = yaml.safe_load((paths.ROOT / "docs" / "reference" / "openapi.yaml").read_text())["components"]["schemas"]
# What the app passes on as it is, with one sentence for all fields.
PASSED_ON = {"ConnectOptions", "ConnectEventObject"}


class Fields(unittest.TestCase):
    """The description of each field of the API."""

    def test_each_field_has_one(self) -> None:
        found = list(fields())

        self.assertGreater(len(found), 100)
        for name, description in found:
            self.assertRegex(description, r"\.(\s|$)", name)

    def test_each_field_says_whether_users_may_see_it(self) -> None:
        for name, description in fields():
            if name.split(".")[0] not in PASSED_ON:
                self.assertRegex(description, r"(?i)\busers?\b", name)


def fields() -> Iterator[tuple[str, str]]:
    """Returns each field by its path, with its description or else that of its type."""
    for name, schema in SCHEMAS.items():
        yield from _below(name, schema)


def _below(path: str, schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in schema.get("properties", {}).items():
        target = SCHEMAS[value["$ref"].split("/")[-1]] if "$ref" in value else {}
        yield f"{path}.{name}", (value.get("description") or target.get("description", ""))
        yield from _below(f"{path}.{name}", value)
    if isinstance(schema.get("items"), dict):
        yield from _below(path, schema["items"])


if __name__ == "__main__":
    unittest.main()
