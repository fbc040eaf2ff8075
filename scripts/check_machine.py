"""Check of this machine before anything is installed: `check_machine.py rust node java valgrind`."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "error: Python 3.11 or newer is needed; this is %d.%d\n  Name another one: make PYTHON=python3.12 ..."
        % sys.version_info[:2]
    )

from stack import console, machine  # Older versions cannot parse these.

if __name__ == "__main__":
    console.run(lambda: machine.require(*sys.argv[1:]))
