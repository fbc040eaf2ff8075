import re
import unittest
from pathlib import Path
from typing import NamedTuple

from stack import paths

PORTUGUESE = ".pt-BR.md"
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?m)(^|\s+)(#|//) .*$")


class Section(NamedTuple):
    """Parts of a section that are the same in every language."""

    level: int
    links: list[str]
    code: list[str]
    blocks: list[str]
    rows: int
    points: int


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ .*$", FENCE.sub("", text), re.MULTILINE)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lstrip("# ")).lower().replace(" ", "-")


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(PORTUGUESE, ".md"))


def target(page: Path, link: str) -> str:
    """Returns where a link leads, the same for each language: an address, or a file with the number of the heading."""
    if link.startswith("https://"):
        return link
    name, _, wanted = link.partition("#")
    file = (page.parent / name).resolve() if name else page
    position = ""
    if wanted:
        anchors = [anchor(heading) for heading in headings(file.read_text(encoding="utf-8"))]
        position = f"#{anchors.index(wanted)}"
    elif not file.exists():
        raise FileNotFoundError(file)
    # The two versions link to each other.
    return f"{english(file).relative_to(paths.ROOT)}{position}"


def sections(page: Path) -> list[Section]:
    found = []
    # A comment in a block is translated, and would look like a heading.
    uncommented = FENCE.sub(lambda block: COMMENT.sub("", block[0]), page.read_text(encoding="utf-8"))
    for part in re.split(r"^(?=#+ )", uncommented, flags=re.MULTILINE)[1:]:
        text = FENCE.sub("", part)
        found.append(
            Section(
                level=len(part) - len(part.lstrip("#")),
                links=sorted(target(page, link) for link in re.findall(r"\]\(([^)]+)\)", text)),
                code=sorted({" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)}),
                blocks=FENCE.findall(part),
                rows=len(re.findall(r"^\|", text, re.MULTILINE)),
                points=len(re.findall(r"^(?:-|\d+\.) ", text, re.MULTILINE)),
            )
        )
    return found


class Languages(unittest.TestCase):
    def test_each_language_has_the_same_sections_commands_and_links(self) -> None:
        pages = [*paths.ROOT.glob(f"*{PORTUGUESE}"), *(paths.ROOT / "docs").rglob(f"*{PORTUGUESE}")]

        self.assertGreater(len(pages), 1)
        for page in pages:
            here, there = sections(page), sections(english(page))
            for number, (portuguese, original) in enumerate(zip(here, there, strict=False)):
                with self.subTest(page=page.name, section=number):
                    self.assertEqual(portuguese, original)
            self.assertEqual(len(here), len(there), page.name)


if __name__ == "__main__":
    unittest.main()
