"""The statement of an operator's command: its run, and who runs it. The functions log it.

The functions cannot prove it. CloudTrail's data event of the invocation does.
"""

import uuid
from collections.abc import Mapping
from typing import Any


def statement(sts: Any) -> dict[str, str]:
    """Returns a statement with a new run and the identity of the current credentials."""
    return {"run": str(uuid.uuid4()), "caller": sts.get_caller_identity()["Arn"]}


def stated(command: Mapping[str, Any], statement: Mapping[str, str]) -> dict[str, Any]:
    """Returns the command with the statement. A command that has a run of its own keeps it, as when it is continued."""
    return {**command, "audit": {**statement, "run": command.get("run", statement["run"])}}
