import unittest

from pluggy_lambda import registration
from tests.support import Lambda, Project, check_golden


class Webhook(Project):
    def setUp(self) -> None:
        super().setUp()
        self.deploy()

    def actions(self) -> list[str]:
        return [command["action"] for command in self.clients["lambda"].commands]

    def test_a_test_delivery_is_asked_for(self) -> None:
        self.clients["lambda"] = Lambda({"result": "delivered"})

        result = self.invoke("webhook", "test", "--env", "dev", "--json")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(self.actions(), ["test-delivery"])
        self.assertEqual(self.document(result)["result"], {"url": "https://webhook.example.com/", "delivered": True})

    def test_a_refused_test_delivery_ends_the_registration(self) -> None:
        self.clients["lambda"] = Lambda({"errorMessage": "the webhook answered 401 to the test delivery, not 200"})

        result = self.invoke("webhook", "register", "--env", "dev")

        self.assertEqual((result.exit_code, self.actions()), (1, ["test-delivery"]))
        check_golden(self, "webhook_refused.txt", result.stderr)

    def test_a_registration_is_tested_made_and_checked(self) -> None:
        self.clients["lambda"] = Lambda({"result": "delivered"}, {"result": "created"}, {"problems": []})

        result = self.invoke("webhook", "register", "--env", "dev")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(self.actions(), ["test-delivery", "ensure", "watch"])
        self.assertEqual(self.clients["lambda"].commands[1]["elsewhere"], "keep")
        self.assertEqual(result.stdout, "the webhook is registered at Pluggy (created)\n")

    def test_other_webhooks_are_deleted_only_when_confirmed(self) -> None:
        self.clients["lambda"] = Lambda({"result": "delivered"}, {"result": "updated"}, {"problems": []})

        refused = self.invoke("webhook", "register", "--env", "dev", "--delete-elsewhere")
        self.assertEqual((refused.exit_code, self.actions()), (2, []))

        result = self.invoke("webhook", "register", "--env", "dev", "--delete-elsewhere", "--yes")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(self.clients["lambda"].commands[1]["elsewhere"], "delete")

    def test_a_problem_after_the_registration_is_a_failure(self) -> None:
        self.clients["lambda"] = Lambda({"result": "delivered"}, {"result": "created"}, {"problems": ["elsewhere"]})

        result = self.invoke("webhook", "register", "--env", "dev")

        self.assertEqual(result.exit_code, 1)
        self.assertIn(registration.MEANINGS["elsewhere"], result.stderr)

    def test_the_registration_is_shown(self) -> None:
        for problems, code in [([], 0), (["disabled", "secret-refused"], 1)]:
            self.clients["lambda"] = Lambda({"problems": problems})

            result = self.invoke("webhook", "show", "--env", "dev")

            self.assertEqual(result.exit_code, code, result.output)
            check_golden(self, f"webhook_show_{len(problems)}.txt", result.stdout)


if __name__ == "__main__":
    unittest.main()
