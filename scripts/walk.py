"""`make walk`: another bank connection on the running local stack."""

import json

from stack import console, local, ministack, stack_file


def walk() -> None:
    with ministack.reachable():
        status = local.walk_once(stack_file.read())
    print(json.dumps(status, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    console.run(walk)
