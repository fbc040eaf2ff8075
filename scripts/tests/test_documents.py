import tempfile
import unittest
from pathlib import Path

from documents import fences, headings, links, markdown

PAGE = "# Title\n\nFor operators. Afterwards you know.\n\n## A part\n"
DECISION = (
    "# 7. What does it answer?\n\n**Date:** 2026-11-23. **Status:** accepted\n\n**Context.** A.\n\n**Decision.** B.\n\n"
    "**Alternatives.** C.\n\n**Consequences.** D.\n"
)


class Markdown(unittest.TestCase):
    def test_anchors_are_those_that_github_makes(self) -> None:
        text = "# A `code`: what's new?\n## São Paulo\n## Again\n## Again\n"
        text += '```text\n# no heading\n```\n<a id="named"></a>\n'

        self.assertEqual(markdown.anchors(text), {"a-code-whats-new", "são-paulo", "again", "again-1", "named"})

    def test_links_are_found_outside_of_code_with_their_lines(self) -> None:
        text = "[a](a.md)\n`[b](b.md)`\n```text\n[c](c.md)\n```\n![d](d.png) and\n"
        text += '[e\nf](e.md#f)\n[g]: g.md\n<img src="h.svg">\n'

        found = sorted(markdown.links(text))

        self.assertEqual(found, [(1, "a.md"), (6, "d.png"), (8, "e.md#f"), (9, "g.md"), (10, "h.svg")])


class Links(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        (self.folder / "docs").mkdir()
        self.other = self.folder / "docs" / "other.md"
        self.other.write_text("# Other\n## A part\n")

    def broken(self, text: str) -> list[str]:
        page = self.folder / "page.md"
        page.write_text(text)
        return [fault for _, _, fault in links.broken([page], {page, self.other})]

    def test_links_to_files_folders_headings_and_other_hosts_are_right(self) -> None:
        text = "# Page\n[a](docs/other.md#a-part) [b](docs) [c](#page) [d](https://example.com/x#y) [e](mailto:a@b.c)"

        self.assertEqual(self.broken(text), [])

    def test_a_missing_file_or_heading_is_named(self) -> None:
        self.assertEqual(self.broken("[a](other.md)"), ["other.md does not exist"])
        for target in ("docs/other.md#a-part-1", "#part"):
            self.assertEqual(self.broken(f"[a]({target})"), [f"{target}: the page has no such heading"])


class Headings(unittest.TestCase):
    def faults(self, text: str, name: str = "docs/guides/a.md") -> list[str]:
        return list(headings.faults(Path(name), text))

    def test_a_page_names_its_reader_and_its_outcome(self) -> None:
        self.assertEqual(self.faults(PAGE), [])
        portuguese = PAGE.replace("For operators. Afterwards", "Para quem opera. Depois")
        self.assertEqual(self.faults(portuguese, "docs/guides/a.pt-BR.md"), [])
        for old, new, fault in [
            ("For", "To", "the first line names the reader: For ..."),
            ("Afterwards", "Later", "the first lines name the outcome: Afterwards ..."),
            ("# Title\n\n", "", "a page begins with its title"),
            ("## A", "### A", "a level of headings is left out"),
            ("## A", "# A", "a page has one title"),
        ]:
            self.assertIn(fault, self.faults(PAGE.replace(old, new, 1)))

    def test_a_decision_has_a_question_a_date_and_its_parts(self) -> None:
        name = "docs/decisions/0007-what.md"
        self.assertEqual(self.faults(DECISION, name), [])
        for old, new in [("answer?", "answers"), ("2026-11-23", "today")]:
            self.assertIn("question", self.faults(DECISION.replace(old, new), name)[0])
        without = DECISION.replace("**Alternatives.** C.\n\n", "")
        self.assertEqual(self.faults(without, name), ["a decision has Context, Decision, Alternatives, Consequences"])


class Fences(unittest.TestCase):
    def faults(self, text: str) -> list[str]:
        return [fault for _, fault in fences.faults(text, {"up"})]

    def test_code_that_can_be_parsed_is_right(self) -> None:
        text = (
            '```sh\nmake up && aws x --arn <arn> # a comment\n```\n```json\n{"a": 1}\n```\n```yaml\na: {b: 1}\n```\n'
            "```js\nconst a = await b()\n```\n```text\nanything (\n```\n"
        )

        self.assertEqual(self.faults(text), [])

    def test_code_that_cannot_be_parsed_is_named(self) -> None:
        for block in (
            "sh\nif true",
            "sh\nmake down",
            "json\n{a: 1}",
            "yaml\na: {",
            "js\nconst a = = 1",
            "java\nx",
            "\nx",
        ):
            with self.subTest(block):
                self.assertEqual(len(self.faults(f"```{block}\n```\n")), 1)


if __name__ == "__main__":
    unittest.main()
