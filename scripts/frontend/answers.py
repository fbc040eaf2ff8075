"""Responses of the connect-token function as TypeScript, so that its compiler checks which packages accept them."""

import json
from typing import Any

# By the names that the constants use.
PACKAGES = {"Sdk": "pluggy-connect-sdk", "React": "react-pluggy-connect", "Native": "react-native-pluggy-connect"}
# Options that a package does not have yet and ignores. The compiler reports when it gains one.
UNKNOWN = {"Native": {"forceAskForCredentials", "wideDesktopModal"}}

HEADER = """// Responses of the connect-token function, and the widget properties that a frontend makes of each.
import type { components } from '../../../packages/client/src/api.gen.ts'
"""


def source(answers: dict[str, Any]) -> str:
    """Returns literals, because the compiler refuses an unknown field only in a literal."""
    imports = "".join(f"import type {{ PluggyConnectProps as {name} }} from '{PACKAGES[name]}'\n" for name in PACKAGES)
    return HEADER + imports + "".join(_constants(about, answer) for about, answer in sorted(answers.items()))


def _constants(about: str, answer: dict[str, Any]) -> str:
    constants = [_constant(f"{about}Answer", "components['schemas']['ConnectToken']", answer)]
    for name in PACKAGES:
        unknown = UNKNOWN.get(name, set())
        options = answer["connect"]
        if options.keys() <= unknown:
            constants.append(f"// @ts-expect-error: {PACKAGES[name]} does not know it.")
        else:
            options = {option: value for option, value in options.items() if option not in unknown}
        constants.append(_constant(f"{about}Of{name}", name, {"connectToken": answer["accessToken"], **options}))
    return "\n" + "\n".join(constants) + "\n"


def _constant(name: str, kind: str, value: dict[str, Any]) -> str:
    return f"export const {name}: {kind} = {json.dumps(value)}"
