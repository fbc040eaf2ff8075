import unittest
from unittest import mock

from pluggy_lambda import aws, environment
from pluggy_lambda.errors import Failure, WrongUsageError
from tests.support import ROOT, Project


class Environments(Project):
    def test_an_environment_is_that_of_samconfig(self) -> None:
        prod = environment.named("prod")

        self.assertEqual((prod.stack_name, prod.region), ("pluggy-lambda-prod", "sa-east-1"))
        self.assertEqual(prod.parameters_file, self.folder / "params" / "prod.yaml")
        self.assertEqual(prod.secret_name, "pluggy-lambda/prod")

    def test_the_region_of_the_profile_does_not_count(self) -> None:
        elsewhere = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
        with mock.patch.dict("os.environ", elsewhere):
            client = aws.clients(environment.named("prod"))("secretsmanager")

        self.assertEqual(client.meta.region_name, "sa-east-1")

    def test_an_unknown_environment_names_those_that_exist(self) -> None:
        for name in ("staging", "default", "version", ""):
            with self.assertRaisesRegex(WrongUsageError, f"the environment {name} is unknown") as raised:
                environment.named(name)
            self.assertIn("dev, prod, local", raised.exception.remedy)

    def test_a_folder_above_is_found(self) -> None:
        below = self.folder / "a" / "b"
        below.mkdir(parents=True)
        with mock.patch.dict("os.environ", {"PLUGGY_LAMBDA_FOLDER": ""}), mock.patch("pathlib.Path.cwd", lambda: below):
            self.assertEqual(environment.named("dev").folder, self.folder)

    def test_a_folder_without_samconfig_is_wrong_usage(self) -> None:
        for folder, expected in [(str(self.folder / "params"), "has no samconfig.toml"), ("", "nor a folder above it")]:
            with (
                mock.patch.dict("os.environ", {"PLUGGY_LAMBDA_FOLDER": folder}),
                mock.patch("pathlib.Path.cwd", lambda: self.folder / "params"),
                mock.patch.object(environment, "FILE", "absent.toml" if not folder else "samconfig.toml"),
                self.assertRaisesRegex(WrongUsageError, expected.replace("samconfig", "\\w+")),
            ):
                environment.named("dev")

    def test_a_damaged_samconfig_is_a_failure(self) -> None:
        file = self.folder / "samconfig.toml"
        for text, expected in [
            ("[", "cannot be read"),
            ("[dev]\n", "does not describe"),
            ("[dev.global]\nparameters=1", "does not"),
        ]:
            file.write_text(text, encoding="utf-8")
            with self.assertRaisesRegex(Failure, expected):
                environment.named("dev")

    def test_the_local_stack_must_run(self) -> None:
        local = environment.named("local")
        with self.assertRaisesRegex(Failure, "no local stack is running"):
            local.local_stack()

        (self.folder / ".local").mkdir()
        (self.folder / ".local" / "stack.json").write_text(
            '{"aws": {"endpoint": "http://127.0.0.1:1"}}', encoding="utf-8"
        )
        client = aws.clients(local)("sts")

        self.assertEqual(client.meta.endpoint_url, "http://127.0.0.1:1")
        self.assertEqual(client._request_signer._credentials.access_key, "test")

    def test_the_version_is_that_of_the_workspace(self) -> None:
        import tomllib

        from pluggy_lambda import __version__

        workspace = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]
        self.assertEqual(__version__, workspace["package"]["version"])


if __name__ == "__main__":
    unittest.main()
