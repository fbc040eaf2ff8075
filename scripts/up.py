"""`make up`: a running stack on this machine, from a checkout, and one bank connection through it.

The functions are compiled with a fast profile. RELEASE=yes compiles and packages them as for AWS.
"""

import json
import os
import time
from typing import Any

from stack import console, local, ministack, paths


def up() -> None:
    release = os.environ.get("RELEASE", "")
    if release not in ("", "yes"):
        raise console.Failure(f"RELEASE={release} is unknown", "RELEASE=yes compiles as for AWS.")
    # The time includes the installation of the tools, which ran before this command.
    started = float(os.environ.get("MAKE_STARTED") or time.time())
    phases = console.Phases([*local.PHASES, "Connect a bank"], started)
    with local.exclusive(), ministack.reachable():
        stack = local.bring_up(phases, release=bool(release))
        phases.next()
        status = local.walk_once(stack)
    phases.done()
    console.heading("The item's status, from our API")
    print(json.dumps(status, indent=2, ensure_ascii=False))
    _print_next_steps(stack, status["itemId"])


def _print_next_steps(stack: dict[str, Any], item_id: str) -> None:
    page = stack.get("demo", {}).get("url")
    api, sandbox = f"http://{stack['api']['host']}", stack["sandbox"]["url"]
    console.heading("Open in a browser")
    console.line(f"{api}/items  (the API; without a token it says Unauthorized)")
    console.line(f"{sandbox}/.well-known/openid-configuration  (the local identity provider)")
    console.line(f"{stack['aws']['endpoint']}/_ministack/health  (the local AWS)")
    console.heading("Try next")
    console.line('TOKEN="$(make --silent user-token)"')
    console.line(f'curl -H "Authorization: Bearer $TOKEN" {api}/items')
    console.line(f'curl -H "Authorization: Bearer $TOKEN" {api}/items/{item_id}')
    console.line(f'curl -X POST -H "Authorization: Bearer $TOKEN" {api}/connect-token')
    console.line(f'curl -X DELETE -H "Authorization: Bearer $TOKEN" {api}/items/{item_id}')
    console.line()
    console.line("make walk connects another bank, make logs follows the functions, make down stops everything.")
    console.line(f"Addresses and credentials: {console.relative(paths.STACK_FILE)}")
    if page:
        console.heading("See it")
        console.line(page)


if __name__ == "__main__":
    console.run(up)
