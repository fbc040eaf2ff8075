"""The types of `shared/pluggy`, as compiled."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stack import console, paths

MODULE = paths.ROOT / "shared" / "pluggy" / "src" / "lib.rs"
COMMAND = ["cargo", "run", "--locked", "--quiet", "--package", "tests", "--bin", "wire-types"]


@dataclass(frozen=True)
class Types:
    """The fields and values of each type on the wire."""

    received: dict[str, list[str]]
    sent: dict[str, dict[str, Any]]
    values: dict[str, list[str]]
    # The fields and values that were only observed, with their sources.
    observed: dict[str, dict[str, str]]

    def fields(self) -> dict[str, set[str]]:
        """Returns the names of the fields, of the types that have any."""
        return {name: set(fields) for name, fields in {**self.received, **self.sent}.items()}

    def parts(self) -> dict[str, set[str]]:
        """Returns the names of the fields of structs, and the values of enums."""
        return self.fields() | {name: set(values) for name, values in self.values.items()}


def types() -> Types:
    """Returns the types of the compiled crate."""
    with console.step("compiling our types"):
        result = subprocess.run(COMMAND, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure("our types do not compile")
    return Types(**json.loads(result.stdout))


def public_names(module: Path = MODULE) -> set[str]:
    """Returns the types that the module exports, so that none escapes the comparison."""
    exports = re.findall(r"pub use \w+::(?:(\w+)|\{([^}]*)\});", module.read_text())
    names = {name.strip() for one, many in exports for name in (one or many).split(",") if name.strip()}
    # Functions are written in lower case, and constants in upper case.
    return {name for name in names if not name.islower() and not name.isupper()}
