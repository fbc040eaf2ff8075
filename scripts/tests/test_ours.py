import tempfile
import unittest
from pathlib import Path

from official import ours


class PublicNames(unittest.TestCase):
    def test_both_forms_of_an_export_are_found(self) -> None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(
                "mod a;\npub use a::One;\npub use b::{\n    Two, Three, a_function, A_CONSTANT,\n};\nuse c::Private;\n"
            )
            file.flush()

            self.assertEqual(ours.public_names(Path(file.name)), {"One", "Two", "Three"})

    def test_the_exports_of_the_crate_are_found(self) -> None:
        self.assertLessEqual({"Item", "Event", "ItemPage"}, ours.public_names())


if __name__ == "__main__":
    unittest.main()
