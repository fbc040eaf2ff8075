"""`make test-end-to-end`: the local stack as a user sees it. One that is started for the tests is stopped again."""

import subprocess
import sys

from stack import console, local, ministack, paths

COMMAND = [
    "cargo", "test", "--locked", "--package", "tests", "--features", "end-to-end", "--test", "end_to_end",
]  # fmt: skip


def test_end_to_end() -> None:
    was_running = local.is_running()
    try:
        with local.exclusive(), ministack.reachable():
            local.bring_up()
        console.heading("Test")
        result = subprocess.run(COMMAND, cwd=paths.ROOT, check=False)
    finally:
        if not was_running:
            local.stop()
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(test_end_to_end)
