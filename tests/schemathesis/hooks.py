"""Authorizes the requests, and makes them valid where the schema cannot. Wrong requests stay as they are."""

import os
from typing import Any

import requests
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from schemathesis.core.parameters import ParameterLocation

# The names of profiles are the deployment's; the local stack has this one.
PROFILE = "default"
# A cursor is opaque to all but the API.
CURSOR = "MDAxNzk1NDM1MjAwMDAwIzlhN2I2YzVkLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMQ"


class Caller(requests.auth.AuthBase):
    """The token of a user, or the signature of a backend where the path names the user. The script gives both."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not request.path_url.startswith("/users/"):
            request.headers["authorization"] = f"Bearer {os.environ['USER_TOKEN']}"
            return request
        session = (os.environ[f"BACKEND_{name}"] for name in ("ACCESS_KEY", "SECRET_KEY", "TOKEN"))
        to_sign = AWSRequest(request.method, request.url, {"host": request.headers["host"]}, request.body)
        SigV4Auth(Credentials(*session), "execute-api", os.environ["BACKEND_REGION"]).add_auth(to_sign)
        request.headers.update(to_sign.headers)
        return request


schemathesis.auth.set_from_requests(Caller())


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
