"""PyPI `pluggy-sdk`: models generated from Pluggy's OpenAPI document."""

import ast
from enum import Enum
from typing import Any

import pluggy_sdk
from pydantic import BaseModel, ValidationError

from official import json_schema
from official.json_schema import Schema

VALIDATOR_SUFFIX = "_validate_enum"
NO_VALUE = "\0"


def schema(name: str) -> Schema | None:
    """Returns the schema of a model, with the values that only its validators state."""
    model = getattr(pluggy_sdk, name, None)
    if model is None:
        return None
    if issubclass(model, Enum):
        return {"type": "string", "enum": [member.value for member in model]}
    whole = model.model_json_schema(by_alias=True)
    definitions = {
        title: _with_stated_values(definition, getattr(pluggy_sdk, title))
        for title, definition in whole.get("$defs", {}).items()
    }
    return json_schema.inline(_with_stated_values(whole, model), definitions)


def refusal(name: str, instance: Any) -> str | None:
    """Returns why a model refuses an instance, or None if it accepts it."""
    try:
        getattr(pluggy_sdk, name).from_dict(instance)
    except ValidationError as error:
        return "; ".join(f"{'/'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
    except ValueError as error:
        return str(error).splitlines()[0]
    return None


def _with_stated_values(definition: Schema, model: type) -> Schema:
    if not issubclass(model, BaseModel):
        return definition
    for validator, decorator in model.__pydantic_decorators__.field_validators.items():
        if validator.endswith(VALIDATOR_SUFFIX):
            [field] = decorator.info.fields
            name = model.model_fields[field].alias or field
            _state(definition["properties"][name], _accepted(getattr(model, validator)))
    return definition


def _state(field: Schema, values: list[str]) -> None:
    for alternative in json_schema.alternatives(field):
        if alternative["type"] == "array":
            _state(alternative["items"], values)
        else:
            alternative["enum"] = values


def _accepted(validator: Any) -> list[str]:
    """Returns the accepted values of a validator, from the end of its message when it refuses a value."""
    for refused in (NO_VALUE, [NO_VALUE]):
        try:
            validator(refused)
        except ValueError as error:
            accepted = ast.literal_eval(str(error)[str(error).index("(") :])
            return [accepted] if isinstance(accepted, str) else list(accepted)
    raise AssertionError("a validator that accepts everything")
