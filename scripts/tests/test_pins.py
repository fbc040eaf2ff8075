import json
import unittest

from official import typescript
from stack import paths


class Pins(unittest.TestCase):
    def test_the_client_that_judges_the_sandbox_is_the_one_that_judges_the_types(self) -> None:
        folders = [paths.ROOT / "tests" / "official-clients" / "node", typescript.FOLDER]
        packages = [json.loads((folder / "package.json").read_text()) for folder in folders]

        judges = {package["dependencies"]["pluggy-sdk"] for package in packages}

        self.assertEqual(len(judges), 1)


if __name__ == "__main__":
    unittest.main()
