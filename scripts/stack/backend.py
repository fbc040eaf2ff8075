"""The programs of examples/backend, which call the API in the name of a user, signed for an IAM role."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from stack import console, node_packages, paths, settings

FOLDER = paths.ROOT / "examples" / "backend"

# Each makes the calls whose arguments it gets as JSON. Prints each response's status and body, or each error's message.
PROGRAMS = {
    "Node.js": [
        "node", "--input-type=module", "--eval",
        "import { call } from './call.mjs'\n"
        "const made = []\n"
        "for (const values of JSON.parse(process.argv[1])) {\n"
        "  made.push(await call(...values).then(async (r) => [r.status, await r.text()], (error) => error.message))\n"
        "}\n"
        "console.log(JSON.stringify(made))",
    ],
    "Python": [
        sys.executable, "-c",
        "import json, sys\n"
        "from call import call\n"
        "made = []\n"
        "for values in json.loads(sys.argv[1]):\n"
        "    try:\n"
        "        response = call(*values)\n"
        "        made.append([response.status_code, response.text])\n"
        "    except (TypeError, ValueError) as error:\n"
        "        made.append(str(error))\n"
        "print(json.dumps(made))",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Session:
    """Temporary credentials of a role."""

    access_key: str
    secret_key: str
    token: str


def install() -> None:
    """Installs the packages of the program for Node.js."""
    node_packages.install(FOLDER, "the packages of the backend in Node.js")


def make(program: str, calls: list[list[Any]], api_url: str, session: Session) -> list[Any]:
    """Makes calls by a program. Returns each response's status and body, or each error's message."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **kept,
        "API_URL": api_url,
        "AWS_ACCESS_KEY_ID": session.access_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": settings.REGION,
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        "AWS_SECRET_ACCESS_KEY": session.secret_key,
        "AWS_SESSION_TOKEN": session.token,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [*PROGRAMS[program], json.dumps(calls)]
    result = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"the backend in {program} failed:\n  {result.stderr.strip()[-500:]}")
    return json.loads(result.stdout)
