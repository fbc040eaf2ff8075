"""`make cost`: resources and costs of a thousand events, status reads and tokens on the built functions.

`RECORD=yes` writes the tables to docs/operations/cost.md.
"""

import os
import subprocess
import sys

from stack import console, machine, paths

OPTIONS = ["--locked", "--profile", "prove", "--package", "bench", "--features", "built-stack"]
COMMAND = ["cargo", "bench", *OPTIONS, "--bench", "cost"]
FIGURES = paths.ROOT / "target" / "cost.json"
PAGE = paths.ROOT / "docs" / "operations" / "cost.md"
BEGIN = "<!-- What `make cost RECORD=yes` printed. -->\n"
END = "<!-- The end of it. -->\n"


def cost() -> None:
    machine.require("rust")
    environment = {**os.environ, "COST_JSON": str(FIGURES)}
    result = subprocess.run(COMMAND, cwd=paths.ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    print(result.stdout, end="")
    if result.returncode != 0:
        sys.exit(result.returncode)
    print(f"\nThe same as JSON: {FIGURES.relative_to(paths.ROOT)}", file=sys.stderr)
    if os.environ.get("RECORD") == "yes":
        _record(result.stdout)


def _record(tables: str) -> None:
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{tables.strip()}\n\n{END}{after}")


if __name__ == "__main__":
    console.run(cost)
