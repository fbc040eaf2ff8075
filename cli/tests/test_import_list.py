import unittest

from pluggy_lambda.errors import Failure
from pluggy_lambda.jobs import import_list
from pluggy_lambda.jobs.import_list import NamedItem

ONE = "9a7b6c5d-0000-4000-8000-000000000001"
TWO = "9a7b6c5d-0000-4000-8000-000000000002"


class ImportList(unittest.TestCase):
    def problems(self, text: str) -> str:
        with self.assertRaises(Failure) as raised:
            import_list.parse(text)
        return str(raised.exception)

    def test_an_item_may_have_an_owner(self) -> None:
        items = import_list.parse(f"\ufeff{ONE.upper()}\r\n\n# a remark\n {TWO} , usr 1,x \n{ONE}\n")

        self.assertEqual(items, [NamedItem(ONE, None), NamedItem(TWO, "usr 1,x")])
        self.assertEqual(items[1].as_json(), {"itemId": TWO, "clientUserId": "usr 1,x"})
        self.assertEqual(items[0].as_json(), {"itemId": ONE})

    def test_every_mistake_has_its_line_number_but_not_its_text(self) -> None:
        lines = [ONE, "maria@example.com", f"{TWO},", f"{TWO},a\x07b", f"{TWO}," + "x" * 256, f"{ONE},usr_1"]

        problems = self.problems("\n".join(lines))

        for expected in [
            "line 2 does not",
            "line 3 has a comma",
            "line 4 has",
            "line 5 has",
            "line 6 names the item again",
        ]:
            self.assertIn(expected, problems)
        self.assertNotIn("maria", problems)

    def test_very_many_mistakes_do_not_fill_the_screen(self) -> None:
        self.assertIn("and 80 more lines", self.problems("x\n" * 100))

    def test_an_empty_list_is_a_mistake(self) -> None:
        self.assertIn("no items", self.problems("\n# nothing\n"))
