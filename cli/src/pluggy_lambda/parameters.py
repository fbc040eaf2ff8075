"""The template's parameters, and the file that holds an environment's values."""

import json
import re
import shutil
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pluggy_lambda.environment import Environment
from pluggy_lambda.errors import Failure


@cache
def template() -> dict[str, Any]:
    """Returns the part of the template that this command line knows.

    `Parameters` and `Conditions` are as in template.yaml, and `ApiBody` is the document of the HTTP API after SAM's
    transform.
    """
    return json.loads((resources.files("pluggy_lambda") / "template.json").read_text(encoding="utf-8"))


def declared() -> dict[str, dict[str, Any]]:
    """Returns the declarations of the parameters."""
    return template()["Parameters"]


def read(file: Path) -> dict[str, str]:
    """Returns the values of a file, as the SAM CLI reads them."""
    import yaml  # It takes longer than a whole --help.

    try:
        values = _parsed(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Failure(
            f"{file} does not exist", "Write it: pluggy-lambda init --env NAME, with the name of the environment."
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(f"{file} cannot be read: {' '.join(str(error).split())}", "Correct the file.") from None
    if values is None:
        raise Failure(f"{file} is no list of parameters", "Each line is a parameter: Name: value")
    return values


def read_if_any(file: Path) -> dict[str, str]:
    """Returns the values of a file, or nothing if it does not exist."""
    return read(file) if file.exists() else {}


def secret_name(environment: Environment) -> str:
    """Returns the secret's name: that of the environment's file, which the deployed functions read, or the default."""
    return read_if_any(environment.parameters_file).get("PluggySecretName") or environment.secret_name


def with_defaults(values: Mapping[str, str]) -> dict[str, str]:
    """Returns the values, and the defaults of those that are missing."""
    defaults = {name: str(entry["Default"]) for name, entry in declared().items() if "Default" in entry}
    return {**defaults, **values}


def problems(values: Mapping[str, str]) -> list[str]:
    """Returns what CloudFormation would refuse."""
    found = [
        f"{name} is missing" for name, entry in declared().items() if "Default" not in entry and name not in values
    ]
    for name, value in values.items():
        if name not in declared():
            found.append(f"{name} is not a parameter of the template")
        elif problem := problem_of(name, value):
            found.append(problem)
    return found


def problem_of(name: str, value: str) -> str:
    """Returns why CloudFormation would refuse a value, or nothing."""
    entry = declared()[name]
    if entry["Type"] == "Number":
        if not re.fullmatch(r"-?[0-9]+", value):
            return f"{name} must be a number"
        low, high = entry.get("MinValue", float("-inf")), entry.get("MaxValue", float("inf"))
        if not low <= int(value) <= high:
            return f"{name} must be from {low} to {high}"
    allowed = [str(each) for each in entry.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"{name} must be one of {', '.join(allowed)}"
    is_short = len(value) <= entry.get("MaxLength", len(value))
    if not is_short or not re.search(entry.get("AllowedPattern", ""), value):
        return f"{name} {entry.get('ConstraintDescription', 'does not match its pattern').rstrip('.')}"
    return ""


def write(file: Path, values: Mapping[str, str]) -> bool:
    """Sets values in a file, and keeps its other lines and its comments.

    Returns false, and leaves the file alone, if it is not written one parameter in a line. The file has its old text or
    the new one, never a part.
    """
    import yaml

    before = file.read_text(encoding="utf-8")
    after = edited(before, values)
    try:
        known = _parsed(before) or {}
        is_right = _parsed(after) == {**known, **values}
    except yaml.YAMLError:
        return False
    # A second line of one parameter would be right for us, and an error for SAM.
    if not is_right or any(name in known and f"\n{name}:" not in f"\n{before}" for name in values):
        return False
    whole = file.resolve()
    beside = whole.with_name(f"{whole.name}.new")
    try:
        beside.write_text(after, encoding="utf-8")
        shutil.copymode(whole, beside)
        beside.replace(whole)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}", "Nothing in it has changed.") from None
    finally:
        beside.unlink(missing_ok=True)
    return True


def edited(text: str, values: Mapping[str, str]) -> str:
    """Returns the text with other values."""
    for name, value in values.items():
        line = f"{name}: {_quoted(value) if _needs_quotes(value) else value}\n"
        # The lines of a list are indented, or begin with a hyphen.
        entry = re.compile(rf"^(# )?{re.escape(name)}:[^\n]*(\n|\Z)(?:[ -][^\n]*(\n|\Z))*", re.MULTILINE)
        text, count = entry.subn(lambda _, line=line: line, text, count=1)
        if not count:
            text = f"{text.rstrip()}\n{line}".lstrip()
    return text


def _parsed(text: str) -> dict[str, str] | None:
    import yaml

    values = yaml.safe_load(text)
    return {str(name): _text(value) for name, value in values.items()} if isinstance(values, dict) else None


def _needs_quotes(value: str) -> bool:
    import yaml

    try:
        read_back = yaml.safe_load(f"x: {value}\n")
    except yaml.YAMLError:
        return True
    # YAML 1.2, which SAM reads, has more forms of numbers than YAML 1.1.
    is_float = re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", value)
    is_count = re.fullmatch(r"0|[1-9][0-9]{0,8}", value)
    return not is_count and (bool(is_float) or read_back != {"x": value})


def _quoted(value: str) -> str:
    is_plain = value and value.isprintable() and "'" not in value
    return f"'{value}'" if is_plain and '"' in value else json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return "" if value is None else str(value)
