"""`make test-dynamodb-local`: the store's and the integration tests on AWS's own DynamoDB Local."""

import os
import subprocess
import sys

from stack import console, dynamodb_local, machine, paths

PACKAGES = ["--package", "store", "--package", "tests"]


def test_dynamodb_local() -> None:
    machine.require("rust", "node", "java")
    with dynamodb_local.running() as url:
        command = ["cargo", "test", "--locked", *PACKAGES]
        result = subprocess.run(command, cwd=paths.ROOT, env={**os.environ, "DYNAMODB_LOCAL_URL": url}, check=False)
    sys.exit(result.returncode)


if __name__ == "__main__":
    console.run(test_dynamodb_local)
