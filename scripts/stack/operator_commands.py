"""The operator's command line on the running stack: each command as an operator calls it, and its document."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

from stack import console, local, paths, sandbox, tool

TOOLS = "cli"
# A user without items, so that the other commands have theirs.
ERASED_USER = "usr_erased"
# What can pass without an AWS account. The stack's own URL of the webhook is one of AWS, which nothing answers here, so
# the commands and the check of the webhook's registration cannot pass.
PASSING = {
    *("parameters", "discovery", "issuer", "keys"),
    *("token-format", "token-algorithm", "token-key", "token-signature", "token-issuer"),
    *("token-audience", "token-lifetime", "token-scope", "token-owner"),
    *("credentials", "secret", "pluggy", "webhook-digest", "stack", "version"),
    *("deployed-parameters", "api-closed", "api-open"),
}


def are_carried_out(stack: dict[str, Any]) -> bool:
    """Returns whether each command does on the stack what it says. Names those that do not."""
    tool.install([TOOLS])
    item = local.walk_once(stack)["itemId"]
    token = sandbox.user_token(stack["sandbox"]["url"], local.USER)
    checks: dict[str, Callable[[], bool]] = {
        "items inspect ITEM_ID": lambda: _run("items", "inspect", item)["row"] == "fetched",
        "items inspect --user": lambda: (
            item in [each["itemId"] for each in _run("items", "inspect", "--user", local.USER)["items"]]
        ),
        "items import": lambda: _run("items", "import", stdin=f"{item},{local.USER}\n")["requested"] == 1,
        "replay ITEM_ID": lambda: _run("replay", item)["requested"] == 1,
        "replay --since": lambda: _run("replay", "--since", "1h", "--rate", "100")["requested"] >= 1,
        "replay --bus": lambda: _run("replay", "--bus", "--since", "1h")["published"] >= 1,
        "privacy erase": lambda: _run("privacy", "erase", ERASED_USER, "--yes")["stage"] == "requested",
        "privacy verify": lambda: _run("privacy", "verify", ERASED_USER)["scanned"] >= 1,
        "privacy lift": lambda: _run("privacy", "lift", ERASED_USER, "--yes")["wasErased"],
        "preflight": lambda: _passes(_run("preflight", "--stack", "--token", stdin=f"{token}\n", may_fail=True)),
    }
    failed = []
    for name, check in checks.items():
        with console.step(f"pluggy-lambda {name}"):
            if not check():
                failed.append(name)
    for name in failed:
        console.line(f"failed: pluggy-lambda {name}")
    return not failed


def _passes(report: dict[str, Any]) -> bool:
    outcomes = {check["id"]: check for check in report["checks"]}
    others = [check for name, check in outcomes.items() if name in PASSING and check["outcome"] != "ok"]
    for check in others:
        console.line(f"{check['id']}: {check['outcome']}, {check.get('found') or check.get('because')}")
    return not others and outcomes.keys() >= PASSING


def _run(*arguments: str, stdin: str = "", may_fail: bool = False) -> dict[str, Any]:
    """Runs a command on the local stack. Returns the result of its document."""
    command = [str(tool.executable(TOOLS, "python")), "-m", "pluggy_lambda", *arguments, "--env", "local", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "cli" / "src")}
    result = subprocess.run(
        command, cwd=paths.ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False
    )
    if result.returncode not in ((0, 1) if may_fail else (0,)):
        raise console.Failure(f"pluggy-lambda {' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
    return json.loads(result.stdout)["result"]
