"""The template as SAM's transform leaves it: plain CloudFormation.

The imports stand inside the functions because only the pinned tools have these libraries.
"""

import copy
import os
from pathlib import Path
from typing import Any

from stack import settings

# The transform wants code that is packaged already; which object it is does not matter to what is read here.
PACKAGED = "s3://packaged/code"


def transform(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """Transforms a template as CloudFormation does it when the stack is deployed with these parameters."""
    from samtranslator.translator.transform import transform as sam_transform

    os.environ.setdefault("AWS_DEFAULT_REGION", settings.REGION)  # The transform refuses to work without one.
    return sam_transform(copy.deepcopy(template), parameters, _NoManagedPolicies())


def parse(text: str) -> dict[str, Any]:
    """Reads a template with CloudFormation's short forms of functions."""
    from samcli.yamlhelper import yaml_parse

    return yaml_parse(text)


def read_source(file: Path) -> dict[str, Any]:
    """The template of the checkout, with its code folders as if they were packaged."""
    template = parse(file.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = PACKAGED
    return template


class _NoManagedPolicies:
    """Every function names its own role, so the transform has no managed policy to look up."""

    def load(self) -> dict[str, str]:
        return {}
