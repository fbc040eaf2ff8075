import tempfile
import unittest
from pathlib import Path

from official import mapping
from stack import console


class Mapping(unittest.TestCase):
    def read(self, text: str) -> mapping.Mapping:
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            return mapping.read(Path(file.name))

    def test_places_are_one_or_many(self) -> None:
        read = self.read('[Item]\nnode = "Item"\nopenapi = ["Item", "Other/items"]\n[unmapped]\nClient = "no body"')

        self.assertEqual(read.entries["Item"].places, {"openapi": ["Item", "Other/items"], "node": ["Item"]})
        self.assertEqual(read.types_of("openapi"), {"Item", "Other"})
        self.assertEqual(read.types_of("widget"), set())
        self.assertEqual(read.unmapped, {"Client": "no body"})

    def test_a_difference_needs_a_reason(self) -> None:
        for text in ['[unmapped]\nClient = " "', '[Item]\nonly_ours.id = ""', '[Item]\nonly_theirs.id = ""']:
            with self.assertRaisesRegex(console.Failure, "without a reason"):
                self.read(text)

    def test_a_misspelled_key_is_refused(self) -> None:
        with self.assertRaisesRegex(console.Failure, "unknown key onlyours"):
            self.read('[Item]\nonlyours.id = "reason"')

    def test_the_file_itself_can_be_read(self) -> None:
        self.assertIn("Item", mapping.read().entries)


if __name__ == "__main__":
    unittest.main()
