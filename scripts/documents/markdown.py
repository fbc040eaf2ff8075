"""Markdown as GitHub reads it: text without code, headings, anchors and links."""

import re
from collections.abc import Iterator

FENCE = re.compile(r"^([ >]*)(```+|~~~+)[^\n]*\n.*?^\1?\2[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
NAMED = re.compile(r'<a (?:id|name)="([^"]+)"')
INLINE = re.compile(r'!?\]\(<?([^()\s>]+)>?(?: "[^"]*")?\)')
REFERENCE = re.compile(r"^\[[^\]]+\]: +(\S+)$", re.MULTILINE)
ATTRIBUTE = re.compile(r'\b(?:src|srcset|href)="([^"]+)"')


def without_fences(text: str) -> str:
    """Returns the text without its code blocks. Every line keeps its number."""
    return FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)


def without_code(text: str) -> str:
    """Returns the text without code blocks and inline code. Every line keeps its number."""
    return CODE.sub(lambda code: "\n" * code[0].count("\n"), without_fences(text))


def headings(text: str) -> list[str]:
    """Returns the headings, with their code and links."""
    return HEADING.findall(without_fences(text))


def anchors(text: str) -> set[str]:
    """Returns what a link to the page may have after its hash, as GitHub makes it of headings."""
    found: set[str] = set()
    for heading in headings(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found | set(NAMED.findall(without_fences(text)))


def links(text: str) -> Iterator[tuple[int, str]]:
    """Returns the target of each link and picture, with its line."""
    prose = without_code(text)
    for pattern in (INLINE, REFERENCE, ATTRIBUTE):
        for link in pattern.finditer(prose):
            yield prose.count("\n", 0, link.start()) + 1, link[1]
