"""`make test-examples`: the consumer in Node.js, and its test harness, on the sandbox and AWS's DynamoDB Local."""

import subprocess
import sys

from stack import build, console, dynamodb_local, machine, node_packages, own_sandbox, paths

NODE = paths.ROOT / "examples" / "node"
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
    build.sandbox()
    failed = [subprocess.run(RUNTIME, cwd=paths.ROOT, check=False).returncode != 0]
    with dynamodb_local.running() as dynamodb, own_sandbox.running(*SANDBOX_OPTIONS) as environment:
        # One file after the other, because they share the sandbox and its switches.
        files = [str(file) for file in sorted(NODE.glob("test/*.test.mjs"))]
        options = ["--test-concurrency=1", f"--test-timeout={TIMEOUT}", "--test-reporter=spec"]
        command = ["node", "--test", *options, *files]
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = dynamodb
        # The SDK is pinned, so the requirements of newer versions do not matter here.
        environment["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"
        failed.append(subprocess.run(command, cwd=NODE, env=environment, check=False).returncode != 0)
    sys.exit(any(failed))


if __name__ == "__main__":
    console.run(test_examples)
