"""Paths in the checkout."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "scripts" / "requirements"

SAM_CONFIG = ROOT / "samconfig.toml"
# The output of `sam build`.
RELEASE_TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"

LOCAL = ROOT / ".local"
LOGS = LOCAL / "logs"
RUN = LOCAL / "run"
STACK_FILE = LOCAL / "stack.json"
LOCAL_TEMPLATE = LOCAL / "build" / "template.yaml"
CALLGRIND = ROOT / "target" / "callgrind"
TRANSFORMED_TEMPLATE = LOCAL / "template" / "transformed.json"


def files(*patterns: str) -> list[Path]:
    """Returns the files below these names, or that match these patterns of git. Ignored files are left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [file for name in sorted(filter(None, names)) if (file := ROOT / name).is_file()]
