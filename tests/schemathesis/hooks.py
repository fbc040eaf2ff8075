"""Makes requests valid where the schema cannot. Requests that are meant to be wrong stay as they are."""

from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# The names of profiles are the deployment's; the local stack has this one.
PROFILE = "default"
# A cursor is opaque to all but the API.
CURSOR = "MDAxNzk1NDM1MjAwMDAwIzlhN2I2YzVkLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMQ"


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, **_: Any) -> None:
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        use_known_profile(case.body)
        name_one_item(case.body)
    if not case.meta.is_negative_at(ParameterLocation.QUERY) and (case.query or {}).get("cursor"):
        case.query["cursor"] = CURSOR


def use_known_profile(body: Any) -> None:
    if isinstance(body, dict) and body.get("profile"):
        body["profile"] = PROFILE


def name_one_item(body: Any) -> None:
    """An event is about one item, in whichever of its fields it names it."""
    fields = body[1] if isinstance(body, list) and len(body) > 1 else body
    if not isinstance(fields, dict):
        return
    data = fields.get("data")
    places = [(fields, "itemId")] + [
        (holder["item"], "id")
        for holder in (fields, data)
        if isinstance(holder, dict) and isinstance(holder.get("item"), dict)
    ]
    named = [(place, key) for place, key in places if place.get(key)]
    for place, key in named[1:]:
        first, first_key = named[0]
        place[key] = first[first_key]
