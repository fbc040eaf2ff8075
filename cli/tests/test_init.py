import unittest

from pluggy_lambda import parameters
from tests.support import CLIENT_ID, Project

SET = [
    "--set", f"PluggyClientId={CLIENT_ID}", "--set", "JwtIssuer=https://id.example.com/", "--set", "JwtAudience=app",
    "--set", "JwtScope=",
]  # fmt: skip
TYPED = f"{CLIENT_ID}\nhttps://id.example.com/\n\napp\nconnections\n\n\ntrue\n\n"


class Init(Project):
    def test_without_a_terminal_the_options_answer(self) -> None:
        result = self.invoke("init", "--env", "dev", *SET, "--json")

        self.assertEqual(result.exit_code, 0, result.output)
        values = parameters.read(self.file)
        self.assertEqual(parameters.problems(values), [])
        self.assertEqual(
            {name: values[name] for name in ("PluggySecretName", "PluggyClientId", "JwtIssuer", "JwtScope")},
            {
                "PluggySecretName": "pluggy-lambda/dev",
                "PluggyClientId": CLIENT_ID,
                "JwtIssuer": "https://id.example.com/",
                "JwtScope": "",
            },
        )
        self.assertEqual(values["EventRetentionDays"], "7")
        self.assertEqual(self.document(result)["result"]["file"], str(self.file))

    def test_the_file_keeps_the_examples_comments_but_not_its_first_line(self) -> None:
        self.invoke("init", "--env", "dev", *SET)

        text = self.file.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("# Parameters of the environment `dev`. git ignores this file.\n"), text)
        self.assertIn("# Your identity provider: docs/guides/identity.md.\n", text)
        self.assertNotIn("identity.example.com", text)

    def test_production_lists_no_sandbox_banks_and_no_invented_app(self) -> None:
        result = self.invoke("init", "--env", "prod", *SET)

        self.assertEqual(result.exit_code, 0, result.output)
        values = parameters.read(self.folder / "params" / "prod.yaml")
        self.assertEqual((values["SandboxConnectors"], values["CorsAllowedOrigins"]), ("false", ""))
        self.assertIn('"includeSandbox":false', values["ConnectProfiles"])

    def test_a_wrong_answer_is_explained_and_asked_again(self) -> None:
        # The second answer is wrong, so the question comes again.
        typed = TYPED.replace("https://id.example.com/\n\n", "id.example.com\nhttps://id.example.com/\n")

        result = self.invoke("init", "--env", "dev", typed=typed)

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertIn("Exactly the iss claim of a token", result.stderr)
        self.assertIn("JwtIssuer must be an https URL", result.stderr)
        values = parameters.read(self.file)
        self.assertEqual((values["JwtIssuer"], values["JwtScope"]), ("https://id.example.com/", "connections"))
        self.assertEqual((values["CorsAllowedOrigins"], values["OwnerClaim"]), ("http://localhost:3000", "sub"))
        self.assertIn("Next: pluggy-lambda secret --env dev", result.stdout)

    def test_a_hyphen_empties_what_may_be_empty(self) -> None:
        # The sixth answer is the origins of web apps, which have a default in the example.
        typed = f"{CLIENT_ID}\nhttps://id.example.com/\napp\n-\n\n-\ntrue\n\n"

        result = self.invoke("init", "--env", "dev", typed=typed)

        self.assertEqual(result.exit_code, 0, result.output)
        values = parameters.read(self.file)
        self.assertEqual((values["CorsAllowedOrigins"], values["JwtScope"]), ("", ""))
        self.assertIn("- leaves it empty.", result.stderr)

    def test_a_hyphen_is_no_answer_where_one_is_needed(self) -> None:
        typed = TYPED.replace(f"{CLIENT_ID}\n", f"-\n{CLIENT_ID}\n")

        result = self.invoke("init", "--env", "dev", typed=typed)

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(parameters.read(self.file)["PluggyClientId"], CLIENT_ID)

    def test_what_is_missing_is_named_with_its_option(self) -> None:
        result = self.invoke("init", "--env", "dev", *SET[:-2])

        self.assertEqual(result.exit_code, 2)
        self.assertIn("hint: Give it: --set JwtScope=VALUE\n", result.stderr)
        self.assertFalse(self.file.exists())

    def test_a_wrong_value_is_named_and_nothing_is_written(self) -> None:
        for pair, expected in [
            ("JwtIssuer=ftp://x", "JwtIssuer must be an https URL"),
            ("MemorySize=1", "MemorySize must be from 128 to 10240"),
            ("MemorySize=x", "MemorySize must be a number"),
            ("Architecture=mips", "Architecture must be one of x86_64, arm64"),
            ("Nothing=1", "names no parameter"),
            ("JwtIssuer", "has no ="),
        ]:
            result = self.invoke("init", "--env", "dev", *SET, "--set", pair)

            self.assertEqual(result.exit_code, 2, result.output)
            self.assertIn(expected, result.stderr)
        self.assertFalse(self.file.exists())

    def test_a_file_that_exists_keeps_everything_else(self) -> None:
        self.invoke("init", "--env", "dev", *SET)
        own = '{"default":{"connect":{"includeSandbox":true},"token":{}}}'
        parameters.write(
            self.file, {"ConnectProfiles": own, "EventRetentionDays": "9", "WebhookSecretSha256": "0" * 64}
        )

        refused = self.invoke("init", "--env", "dev", "--set", "JwtAudience=other")
        result = self.invoke("init", "--env", "dev", "--set", "JwtAudience=other", "--yes")

        self.assertEqual((refused.exit_code, result.exit_code), (2, 0), result.output)
        values = parameters.read(self.file)
        self.assertEqual(
            (values["JwtAudience"], values["ConnectProfiles"], values["EventRetentionDays"]), ("other", own, "9")
        )
        self.assertEqual((values["JwtIssuer"], values["WebhookSecretSha256"]), ("https://id.example.com/", "0" * 64))

    def test_a_person_who_sets_a_value_is_asked_for_the_confirmation_alone(self) -> None:
        self.invoke("init", "--env", "dev", *SET)

        result = self.invoke("init", "--env", "dev", "--set", "JwtAudience=other", typed="y\n")

        self.assertEqual(result.exit_code, 0, result.output)
        self.assertEqual(parameters.read(self.file)["JwtAudience"], "other")

    def test_the_local_stack_has_no_file_of_a_person(self) -> None:
        self.assertEqual(self.invoke("init", "--env", "local", *SET).exit_code, 2)


if __name__ == "__main__":
    unittest.main()
