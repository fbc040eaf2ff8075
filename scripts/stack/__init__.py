"""Shared code of the commands in this folder.

The code shared with the operator's command line is in `pluggy_lambda`, in cli/.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cli" / "src"))
