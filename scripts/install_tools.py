"""Installation of sets of pinned tools: `install_tools.py sam ministack`."""

import sys

from stack import console, tool

if __name__ == "__main__":
    console.run(lambda: tool.install(sys.argv[1:]))
