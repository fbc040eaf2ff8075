import json
import unittest

from official import typescript
from stack import paths

FRONTEND = paths.ROOT / "tests" / "typescript"


class Pins(unittest.TestCase):
    def test_the_client_that_judges_the_sandbox_is_the_one_that_judges_the_types(self) -> None:
        folders = [paths.ROOT / "tests" / "official-clients" / "node", typescript.FOLDER]
        packages = [json.loads((folder / "package.json").read_text()) for folder in folders]

        judges = {package["dependencies"]["pluggy-sdk"] for package in packages}

        self.assertEqual(len(judges), 1)

    def test_the_widget_that_a_frontend_compiles_against_is_the_one_that_judges_the_types(self) -> None:
        packages = [json.loads((folder / "package.json").read_text()) for folder in (FRONTEND, typescript.FOLDER)]
        compiled, judging = (package["dependencies"] for package in packages)

        shared = {name for name in compiled if name in judging}

        self.assertEqual(
            shared, {"pluggy-connect-sdk", "pluggy-js", "react-native-pluggy-connect", "react-pluggy-connect"}
        )
        for name in shared:
            self.assertEqual(compiled[name], judging[name], name)


if __name__ == "__main__":
    unittest.main()
