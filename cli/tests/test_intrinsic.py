import unittest
from typing import Any

from pluggy_lambda.intrinsic import Resolver


class IntrinsicFunctions(unittest.TestCase):
    def check(self, value: Any, expected: Any) -> None:
        resolver = Resolver(
            references={"Origins": "https://a.example,https://b.example", "Empty": "", "AWS::Region": "sa-east-1"},
            attributes={("Function", "Arn"): "arn:function"},
            conditions={"HasOrigins": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Origins"}, ""]}]}},
        )

        self.assertEqual(resolver.resolve(value), expected)

    def test_references_and_attributes_are_replaced_wherever_they_stand(self) -> None:
        self.check(
            {"a": [{"Ref": "AWS::Region"}, {"Fn::GetAtt": ["Function", "Arn"]}]}, {"a": ["sa-east-1", "arn:function"]}
        )

    def test_a_substitution_knows_references_attributes_and_its_own_names(self) -> None:
        self.check({"Fn::Sub": "${AWS::Region}/${Function.Arn}"}, "sa-east-1/arn:function")
        self.check({"Fn::Sub": ["${Own}/${!Kept}", {"Own": {"Ref": "AWS::Region"}}]}, "sa-east-1/${!Kept}")

    def test_a_list_is_split(self) -> None:
        self.check({"Fn::Split": [",", {"Ref": "Origins"}]}, ["https://a.example", "https://b.example"])

    def test_only_the_chosen_branch_is_resolved(self) -> None:
        self.check({"Fn::If": ["HasOrigins", "yes", {"Ref": "Unknown"}]}, "yes")

    def test_no_value_leaves_nothing_behind(self) -> None:
        self.check({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]})

    def test_unknown_names_and_functions_fail(self) -> None:
        with self.assertRaises(KeyError):
            self.check({"Ref": "Unknown"}, None)
        with self.assertRaises(ValueError):
            self.check({"Fn::Cidr": ["10.0.0.0/16", 1, 8]}, None)
