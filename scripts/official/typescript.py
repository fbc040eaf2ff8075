"""npm packages: declarations that Pluggy publishes for backends, browsers and the widget."""

import json
import subprocess

from official.json_schema import Schema
from stack import console, node_packages, paths

FOLDER = paths.ROOT / "scripts" / "official-types"
# By the names that the mapping uses.
DECLARATIONS = {
    "node": "node_modules/pluggy-sdk/dist/index.d.ts",
    "browser": "node_modules/pluggy-js/dist/index.d.ts",
    "widget": "node_modules/pluggy-connect-sdk/dist/main/index.d.ts",
    "react": "node_modules/react-pluggy-connect/dist/main/index.d.ts",
    "native": "node_modules/react-native-pluggy-connect/lib/typescript/index.d.ts",
}


def schemas(wanted: dict[str, set[str]]) -> dict[str, dict[str, Schema | None]]:
    """Returns the schemas of the types, by source and name; None if a source has no such type."""
    node_packages.install(FOLDER, "Pluggy's TypeScript types")
    request = {DECLARATIONS[source]: sorted(names) for source, names in wanted.items()}
    command = ["node", "schemas.mjs"]
    result = subprocess.run(command, cwd=FOLDER, input=json.dumps(request), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise console.Failure(f"the TypeScript types cannot be read:\n{result.stderr.strip()[-1000:]}")
    answer = json.loads(result.stdout)
    return {source: answer[DECLARATIONS[source]] for source in wanted}
