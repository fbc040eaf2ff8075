import unittest

from stack import callgrind

PROFILE = """\
# callgrind format
version: 1
pid: 1
positions: line
events: Ir
summary: 117

ob=(1) /bootstrap
fl=(1) ???
fn=(1) main
10 5
+1 2
cob=(2) /lib/libc.so.6
cfi=(2) ???
cfn=(2) memcpy
calls=2 0
* 40
cfn=(3) <hyper::Body as http_body::Body>::poll_frame
calls=1 0
-1 70

fn=(3)
0 60
cob=(2)
cfn=(2)
calls=1 0
0 10

ob=(2)
fn=(2)
0 50

totals: 117
"""


class Profile(unittest.TestCase):
    def test_what_is_called_is_not_the_callers_own(self) -> None:
        costs = callgrind.parse(PROFILE)

        self.assertEqual(costs.own, {"main": 7, "<hyper::Body as http_body::Body>::poll_frame": 60, "memcpy": 50})
        self.assertEqual(costs.own.total(), 117)

    def test_with_what_it_calls_main_is_everything(self) -> None:
        costs = callgrind.parse(PROFILE)

        self.assertEqual(costs.inclusive["main"], 117)
        self.assertEqual(costs.inclusive["memcpy"], 50)

    def test_code_belongs_to_its_crate_or_library(self) -> None:
        costs = callgrind.parse(PROFILE)

        self.assertEqual(costs.by_crate, {"C and assembly": 7, "hyper": 60, "libc.so.6": 50})

    def test_a_longer_life_less_a_shorter_one_is_what_came_in_between(self) -> None:
        longer = callgrind.parse(PROFILE.replace("\n0 50\n", "\n0 80\n"))

        self.assertEqual(+longer.beyond(callgrind.parse(PROFILE)).own, {"memcpy": 30})
