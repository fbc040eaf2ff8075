import json
import unittest
from typing import Any

import sbom

from stack import console


def component(name: str) -> dict[str, str]:
    return {"bom-ref": f"ref-{name}", "name": name, "version": "1.0.0"}


def bill(*names: str) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "metadata": {"component": component("webhook")},
        "components": [component(name) for name in names],
        "dependencies": [
            {"ref": "ref-webhook", "dependsOn": ["ref-serde", "ref-axum"]},
            {"ref": "ref-serde"},
            {"ref": "ref-axum", "dependsOn": ["ref-serde"]},
        ],
    }


class Bill(unittest.TestCase):
    def test_a_bill_lists_what_is_compiled_and_nothing_else(self) -> None:
        whole = bill("serde", "axum")

        own = sbom.compiled_only(whole, {("serde", "1.0.0")})

        self.assertEqual(own["components"], [component("serde")])
        self.assertEqual(
            own["dependencies"],
            [{"ref": "ref-webhook", "dependsOn": ["ref-serde"]}, {"ref": "ref-serde", "dependsOn": []}],
        )
        self.assertEqual(own["metadata"], whole["metadata"])

    def test_a_bill_of_equal_builds_is_equal(self) -> None:
        written = {
            **bill("serde"),
            "serialNumber": "urn:uuid:11111111-0000-4000-8000-000000000003",
            "metadata": {
                "timestamp": "2026-11-23T12:00:00Z",
                "component": {"bom-ref": "path+file:///home/somebody/checkout/functions/webhook#0.1.0"},
            },
        }

        kept = sbom.reproducible(json.dumps(written), "/home/somebody/checkout")

        component = {"bom-ref": "path+file://functions/webhook#0.1.0"}
        self.assertEqual(kept, {**bill("serde"), "metadata": {"component": component}})

    def test_a_crate_that_the_bill_lacks_is_a_failure(self) -> None:
        with self.assertRaisesRegex(console.Failure, "lacks tokio"):
            sbom.compiled_only(bill("serde"), {("serde", "1.0.0"), ("tokio", "1.0.0")})

    def test_another_version_of_a_crate_is_another_crate(self) -> None:
        with self.assertRaisesRegex(console.Failure, "lacks serde"):
            sbom.compiled_only(bill("serde"), {("serde", "2.0.0")})


if __name__ == "__main__":
    unittest.main()
