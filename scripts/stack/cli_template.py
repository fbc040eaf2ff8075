"""The part of the template that the operator's command line carries: parameters, conditions and the API's document."""

import json
from typing import Any

from stack import paths, sam_template

FILE = paths.ROOT / "cli" / "src" / "pluggy_lambda" / "template.json"
API = "HttpApi"


def text() -> str:
    """Returns the file's text for the present template."""
    source = sam_template.read_source(paths.ROOT / "template.yaml")
    # SAM replaces references to parameters by their values in some places. Marks show which.
    marks = {name: f"\0{name}\0" for name in source["Parameters"]}
    api = sam_template.transform(source, marks)["Resources"][API]["Properties"]
    part = {
        "Parameters": source["Parameters"],
        "Conditions": source["Conditions"],
        "ApiBody": _with_references(api["Body"]),
    }
    return json.dumps(part, indent=1, sort_keys=True) + "\n"


def _with_references(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_references(entry) for entry in value]
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return {"Fn::Sub": _substituted(value["Fn::Sub"])}
        return {name: _with_references(entry) for name, entry in value.items()}
    if isinstance(value, str) and value.count("\0") == 2 and value.startswith("\0") and value.endswith("\0"):
        return {"Ref": value.strip("\0")}
    return value


def _substituted(text: str) -> str:
    parts = text.split("\0")
    return "".join(f"${{{part}}}" if index % 2 else part for index, part in enumerate(parts))
