"""Checks of the documents: links and anchors, headings by shelf, code, and the spelling of documents and code."""

import subprocess

from documents import fences, headings, links
from stack import console, machine, node_packages, paths

SPELLING = paths.ROOT / "scripts" / "spelling"
DOCS = paths.ROOT / "docs"
# Pages beside docs/ that keep to its rules.
BESIDE = [paths.ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
SPELLED = {".md", ".mjs", ".py", ".rs", ".ts", ".tsx", ".yaml", ".yml"}
# Generated, recorded, or Pluggy's own.
NOT_OURS = ("frontend/demo/src/playback/recordings.gen.ts", "scripts/official-types/", "shared/pluggy/corpus/")


def lint_documents() -> None:
    files = paths.files()
    pages = [file for file in files if file.suffix == ".md"]
    faults = [f"{console.relative(page)}:{line}: {fault}" for page, line, fault in links.broken(pages, set(files))]
    targets = fences.targets(paths.ROOT / "Makefile")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        faults += [f"{console.relative(page)}:{line}: {fault}" for line, fault in fences.faults(text, targets)]
        if page.is_relative_to(DOCS) or page in BESIDE:
            found = headings.faults(page, text)
            faults += [f"{console.relative(page)}: {fault}" for fault in found]
    if faults:
        raise console.Failure("\n".join(faults))
    _spell([console.relative(file) for file in files if file.suffix in SPELLED])
    print(f"{len(pages)} pages: links, headings, code and spelling are right")


def _spell(names: list[str]) -> None:
    machine.require("node")
    node_packages.install(SPELLING, "the spelling checker")
    program, configuration = SPELLING / "node_modules" / ".bin" / "cspell", SPELLING / "cspell.yaml"
    command = [program, "lint", "--config", configuration, "--no-progress", "--no-summary", "--file-list", "stdin"]
    ours = "\n".join(name for name in names if not name.startswith(NOT_OURS))
    result = subprocess.run(command, cwd=paths.ROOT, input=ours, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(
            f"unknown words:\n{result.stdout}{result.stderr}",
            f"Correct them, or add a name to {console.relative(SPELLING / 'words.txt')}.",
        )


if __name__ == "__main__":
    console.run(lint_documents)
