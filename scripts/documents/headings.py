"""Headings and first lines of the pages in docs/, by shelf."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from documents import markdown

TITLE = re.compile(r"# \S.*\n\n")
# The first paragraph names the reader and the outcome.
READER = {"en": re.compile(r"For [a-z]"), "pt": re.compile(r"Para [a-z]")}
OUTCOME = {"en": re.compile(r"\b(Afterwards|After\s+this\s+page)\b"), "pt": re.compile(r"\bDepois\b")}
DECISION = re.compile(r"# \d+\. [^\n]+\?\n\n\*\*Date:\*\* \d{4}-\d\d-\d\d\. \*\*Status:\*\* (accepted|superseded)\b")
PARTS = ["Context", "Decision", "Alternatives", "Consequences"]
LEVEL = re.compile(r"^(#{1,6}) ", re.MULTILINE)


def faults(page: Path, text: str) -> Iterator[str]:
    """Returns a sentence for each rule of the page's shelf that it breaks."""
    if page.parent.name == "decisions" and page.name != "README.md":
        yield from _faults_of_a_decision(text)
    else:
        yield from _faults_of_a_first_paragraph(text, "pt" if ".pt-BR" in page.suffixes else "en")
    levels = [len(marks) for marks in LEVEL.findall(markdown.without_fences(text))]
    if levels.count(1) != 1:
        yield "a page has one title"
    if any(after > before + 1 for before, after in itertools.pairwise(levels)):
        yield "a level of headings is left out"


def _faults_of_a_decision(text: str) -> Iterator[str]:
    if not DECISION.match(text):
        yield "a decision begins with a question, its date and its status"
    if [part for part in re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) if part in PARTS] != PARTS:
        yield f"a decision has {', '.join(PARTS)}"


def _faults_of_a_first_paragraph(text: str, language: str) -> Iterator[str]:
    title = TITLE.match(text)
    if title is None:
        yield "a page begins with its title"
        return
    paragraph = text[title.end() :].split("\n\n", 1)[0]
    if not READER[language].match(paragraph):
        yield "the first line names the reader: For ..."
    if not OUTCOME[language].search(paragraph):
        yield "the first lines name the outcome: Afterwards ..."
