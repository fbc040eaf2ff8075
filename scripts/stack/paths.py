"""Where everything lies in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "scripts" / "requirements"

BUILT_TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"

LOCAL = ROOT / ".local"
LOGS = LOCAL / "logs"
RUN = LOCAL / "run"
STACK_FILE = LOCAL / "stack.json"
CALLGRIND = ROOT / "target" / "callgrind"
TRANSFORMED_TEMPLATE = LOCAL / "build" / "template.json"
