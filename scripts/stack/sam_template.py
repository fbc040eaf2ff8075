"""The template after SAM's transform: plain CloudFormation.

The imports are inside the functions, because only the pinned tools have these libraries.
"""

import copy
import os
from pathlib import Path
from typing import Any

from stack import settings

# The transform requires packaged code. Which object it is does not matter here.
PACKAGED = "s3://packaged/code"


def transform(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """Transforms a template as CloudFormation does for a deployment with these parameters."""
    from samtranslator.translator.transform import transform as sam_transform

    os.environ.setdefault("AWS_DEFAULT_REGION", settings.REGION)  # The transform fails without a region.
    return sam_transform(copy.deepcopy(template), parameters, _NoManagedPolicies())


def parse(text: str) -> dict[str, Any]:
    """Reads a template with CloudFormation's short forms of functions."""
    from samcli.yamlhelper import yaml_parse

    return yaml_parse(text)


def read_source(file: Path) -> dict[str, Any]:
    """Returns a template with its code folders replaced by a packaged object."""
    template = parse(file.read_text())
    for function in functions(template):
        function["Properties"]["CodeUri"] = PACKAGED
    return template


def functions(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the functions of a template."""
    resources = template["Resources"].values()
    return [resource for resource in resources if resource["Type"] == "AWS::Serverless::Function"]


def with_own_folders(template: dict[str, Any]) -> dict[str, Any]:
    """Returns a template in which each function has a folder of its own, `functions/BINARY`.

    SAM packages a whole folder, and two functions may be two binaries of one package.
    """
    changed = copy.deepcopy(template)
    for function in functions(changed):
        function["Properties"]["CodeUri"] = f"functions/{binary(function)}"
    return changed


def binary(function: dict[str, Any]) -> str:
    """Returns the name of the binary that a function runs."""
    return function["Metadata"]["BuildProperties"]["Binary"]


class _NoManagedPolicies:
    """An empty set of managed policies: every function names its own role."""

    def load(self) -> dict[str, str]:
        return {}
