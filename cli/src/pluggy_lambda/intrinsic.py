"""CloudFormation's intrinsic functions, as far as an HTTP API's document uses them. Unknown ones fail."""

import re
from collections.abc import Callable
from typing import Any

NO_VALUE = object()


class Resolver:
    """A resolver of functions to values, for one stack."""

    def __init__(
        self, references: dict[str, Any], attributes: dict[tuple[str, str], str], conditions: dict[str, Any]
    ) -> None:
        self._references = {**references, "AWS::NoValue": NO_VALUE}
        self._attributes = attributes
        self._conditions = conditions
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: self._references[name],
            "Condition": lambda name: self.resolve(self._conditions[name]),
            "Fn::And": all,
            "Fn::Equals": lambda pair: pair[0] == pair[1],
            "Fn::GetAtt": lambda path: self._attributes[tuple(path)],
            "Fn::Join": lambda parts: parts[0].join(parts[1]),
            "Fn::Not": lambda values: not values[0],
            "Fn::Or": any,
            "Fn::Split": lambda parts: parts[1].split(parts[0]),
            "Fn::Sub": self._substitute,
        }

    def resolve(self, value: Any) -> Any:
        """Returns the value with every function in it replaced."""
        if isinstance(value, list):
            return [entry for entry in map(self.resolve, value) if entry is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Fn::If":  # Only the chosen branch must be resolvable.
                condition, chosen, other = argument
                return self.resolve(chosen if self._functions["Condition"](condition) else other)
            if name in self._functions:
                return self._functions[name](self.resolve(argument))
            if name.startswith("Fn::"):
                raise ValueError(f"{name} is not supported here")
        resolved = {name: self.resolve(entry) for name, entry in value.items()}
        return {name: entry for name, entry in resolved.items() if entry is not NO_VALUE}

    def _substitute(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})

        def replacement(match: re.Match[str]) -> str:
            name = match[1]
            if name in local:
                return str(local[name])
            return self._attributes[tuple(name.split(".", 1))] if "." in name else str(self._references[name])

        return re.sub(r"\$\{([^!}][^}]*)\}", replacement, text)
