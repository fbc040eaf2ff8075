"""Texts of checks for a public report: without names of people, and without absolute paths."""

import re
from pathlib import Path

from pluggy_lambda.environment import Environment

# The end of a caller's ARN is a person's name, and often an e-mail address. The name of a role stays.
NAMES = re.compile(r"(:assumed-role/[^/\s]+/|:federated-user/|:user/)[^\s\"']+")
# The AWS libraries name the profile and the SSO session.
LIBRARIES = re.compile(r"(?<=there are no AWS credentials): .*", re.DOTALL)


def publishable(text: str, environment: Environment) -> str:
    """Returns a text without names of users, sessions and profiles. Paths begin at the folder of samconfig.toml."""
    for folder, sign in ((environment.folder, ""), (environment.parameters_file.parent, "..."), (_home(), "~")):
        if folder.name:  # The root of a file system says nothing.
            text = _shortened(text, folder, sign)
    return LIBRARIES.sub("", NAMES.sub(r"\1...", text))


def _shortened(text: str, folder: Path, sign: str) -> str:
    # The same letters in an address, or at the begin of another folder's name, stay.
    path = re.compile(rf"(?<![\w./:-]){re.escape(str(folder))}(?:([\\/])|(?![\w.-]*\w))")
    return path.sub(lambda match: f"{sign}{match[1]}" if sign and match[1] else "" if match[1] else sign or ".", text)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # Nobody's home, as in some containers.
        return Path()
