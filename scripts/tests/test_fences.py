import tempfile
import unittest
from pathlib import Path
from unittest import mock

from frontend import fences
from frontend.pages import pages
from stack import console, paths

FILE = """// #region one
import { a } from "a";
// #endregion

class B {
  // #region two
  b() {
    return a;
  }
  // #endregion
}
"""


class Fences(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = mock.patch.object(paths, "ROOT", Path(folder.name).resolve())
        root.start()
        self.addCleanup(root.stop)
        (paths.ROOT / "b.ts").write_text(FILE)

    def test_a_block_is_the_region_that_it_names_without_its_indentation(self) -> None:
        page = "Text.\n```ts file=b.ts#two\nold\n```\nMore.\n```ts file=b.ts#one\n```\n"

        filled = fences.filled(page)

        self.assertEqual(
            filled,
            "Text.\n```ts file=b.ts#two\nb() {\n  return a;\n}\n```\nMore.\n"
            '```ts file=b.ts#one\nimport { a } from "a";\n```\n',
        )
        self.assertEqual(fences.filled(filled), filled)

    def test_a_block_without_a_region_is_the_file_without_its_markers(self) -> None:
        filled = fences.filled("```ts file=b.ts\n```\n")

        self.assertIn("class B {\n  b() {", filled)
        self.assertNotIn("region", filled)

    def test_a_block_that_names_no_file_or_a_wrong_one_is_refused(self) -> None:
        for info in ("", " b.ts", " file=c.ts", " file=../b.ts", " file=/etc/passwd", " file=b.ts#three"):
            with self.subTest(info), self.assertRaises(console.Failure):
                fences.filled(f"```ts{info}\n```\n")

    def test_other_languages_are_left_alone(self) -> None:
        page = "```sh\nnpm install\n```\n```js\nnot(ours)\n```\n"

        self.assertEqual(fences.filled(page), page)


class Pages(unittest.TestCase):
    def test_the_code_in_every_page_is_that_of_a_tested_file(self) -> None:
        blocks = 0
        for page in pages():
            with self.subTest(console.relative(page)):
                text = page.read_text()
                blocks += len(fences.FENCE.findall(text))
                self.assertEqual(text, fences.filled(text), "run make page-code")
        self.assertGreater(blocks, 5)

    def test_code_in_a_page_is_part_of_an_example_that_is_built(self) -> None:
        for page in pages():
            for _, info, _ in fences.FENCE.findall(page.read_text()):
                self.assertRegex(info, r"^ file=frontend/examples/(vite|next|expo)/", console.relative(page))


if __name__ == "__main__":
    unittest.main()
