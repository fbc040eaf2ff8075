"""swagger-parser, which API Gateway reportedly uses to import OpenAPI documents."""

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from stack import console, tool

TOOLS = "swagger-parser"
REMARK = re.compile(r"^\s*- (.*\S)", re.MULTILINE)
VERDICT = re.compile(r"No validation issues detected|Spec has \d+ (?:errors|recommendation)")


def remarks(document: dict[str, Any]) -> set[str]:
    """Returns the parser's remarks on an OpenAPI document."""
    tool.install([TOOLS])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(document))
        # The package contains the parser in a generator of clients, whose `validate` prints the parser's remarks.
        command = [str(tool.executable(TOOLS, "openapi-generator-cli")), "validate", "--input-spec", str(file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    output = result.stdout + result.stderr
    if not VERDICT.search(output):
        raise console.Failure(f"swagger-parser did not run:\n  {output.strip()}", "It needs Java 17 or newer.")
    return set(REMARK.findall(output))
