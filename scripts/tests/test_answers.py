import unittest

from frontend import answers


def lines(options: dict[str, object]) -> list[str]:
    return answers.source({"it": {"accessToken": "t", "expiresAt": "e", "connect": options}}).splitlines()


class Answers(unittest.TestCase):
    def test_each_answer_is_tried_on_the_api_and_on_every_package(self) -> None:
        found = [line.split()[2:4] for line in lines({"theme": "dark"}) if line.startswith("export")]

        self.assertEqual([name for name, _ in found], ["itAnswer:", "itOfSdk:", "itOfReact:", "itOfNative:"])

    def test_an_option_that_a_package_does_not_know_is_expected_to_fail_alone(self) -> None:
        *_, expectation, native = lines({"wideDesktopModal": True})

        self.assertTrue(expectation.startswith("// @ts-expect-error"))
        self.assertIn("wideDesktopModal", native)

    def test_it_is_left_out_among_others(self) -> None:
        *_, before, native = lines({"wideDesktopModal": True, "theme": "dark"})

        self.assertNotIn("@ts-expect-error", before)
        self.assertNotIn("wideDesktopModal", native)
        self.assertIn("theme", native)


if __name__ == "__main__":
    unittest.main()
