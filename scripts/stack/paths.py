"""Paths in the checkout."""

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
