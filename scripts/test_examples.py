"""`make test-examples`: the consumers in Node.js, and their test harness, on the sandbox and AWS's DynamoDB Local."""

import subprocess
import sys

from stack import build, console, dynamodb_local, machine, node_packages, own_sandbox, paths

NODE = paths.ROOT / "examples" / "node"
NOTIFY = paths.ROOT / "examples" / "notify"
# Beside the package `tests`, as all other tests are compiled: alone, other features compile its dependencies again.
PACKAGES = ["--package", "harness", "--package", "tests"]
RUNTIME = ["cargo", "test", "--locked", *PACKAGES, "--features", "harness/node", "--test", "node"]
# Small pages, so that there are several. The tests receive the webhooks on this machine.
SANDBOX_OPTIONS = ["--transactions-a-page", "7", "--allow-loopback-webhooks"]
# Of a file, in milliseconds, so that a test that hangs fails.
TIMEOUT = 300_000


def test_examples() -> None:
    machine.require("rust", "node", "java")
    node_packages.install(NODE, "the packages of the consumer in Node.js")
    node_packages.install(NOTIFY, "the packages of notify")
    build.sandbox()
    failed = [subprocess.run(RUNTIME, cwd=paths.ROOT, check=False).returncode != 0]
    with dynamodb_local.running() as dynamodb, own_sandbox.running(*SANDBOX_OPTIONS) as environment:
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb
        # The SDK is pinned, so the requirements of newer versions do not matter here.
        environment["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"
        # One file after the other, because they share the sandbox and its switches.
        options = ["--test-concurrency=1", f"--test-timeout={TIMEOUT}", "--test-reporter=spec"]
        for folder in (NODE, NOTIFY):
            files = [str(file) for file in sorted(folder.glob("test/*.test.mjs"))]
            command = ["node", "--test", *options, *files]
            failed.append(subprocess.run(command, cwd=folder, env=environment, check=False).returncode != 0)
    sys.exit(any(failed))


if __name__ == "__main__":
    console.run(test_examples)
