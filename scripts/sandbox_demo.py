"""`make sandbox-demo`: the sandbox without the AWS part, with a page that opens Pluggy's widget on it."""

import os

from stack import build, console, machine, settings, widget_bundle


def sandbox_demo() -> None:
    machine.require("rust", "node")
    bundle = widget_bundle.build()
    build.sandbox()
    command = [
        str(build.SANDBOX), "--demo", "--widget", str(bundle),
        "--listen", f"127.0.0.1:{settings.sandbox_port()}", "--time-scale", settings.time_scale(),
    ]  # fmt: skip
    os.execv(command[0], command)


if __name__ == "__main__":
    console.run(sandbox_demo)
