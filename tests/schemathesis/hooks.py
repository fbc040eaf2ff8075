"""Authorizes the requests, and makes them valid where the schema cannot. Wrong requests stay as they are."""

import json
import os
from pathlib import Path
from typing import Any

import botocore.session
import requests
import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from schemathesis.core.parameters import ParameterLocation

IDS = Path(__file__).parents[2] / ".local" / "schemathesis"
# The names of profiles are the deployment's; the local stack has this one.
PROFILE = "default"
# A cursor is opaque to all but the API.
CURSOR = "MDAxNzk1NDM1MjAwMDAwIzlhN2I2YzVkLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMQ"


def _id(name: str) -> str:
    return json.loads((IDS / f"{name}.txt").read_text())


# With credentials from the environment, those of the emulator's root user.
DYNAMODB = botocore.session.get_session().create_client(
    "dynamodb", region_name=os.environ["BACKEND_REGION"], endpoint_url=os.environ["AWS_ENDPOINT"]
)

# The items that the script connected: those to read, and those to delete in their place.
DELETED_INSTEAD = {_id(f"item-to-read{user}"): _id(f"item-to-delete{user}") for user in ("", "-of-user")}


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
    spare_what_is_read(case)
    if case.method == "DELETE" or case.path.endswith("/connect-token"):
        forget_limits()
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        use_known_profile(case.body)
        name_one_item(case.body)
    if not case.meta.is_negative_at(ParameterLocation.QUERY) and (case.query or {}).get("cursor"):
        case.query["cursor"] = CURSOR


def forget_limits() -> None:
    """Lets the two users of the run go on. They make more requests than a user may in ten minutes."""
    table = os.environ["LIMIT_TABLE"]
    for row in DYNAMODB.scan(TableName=table)["Items"]:
        DYNAMODB.delete_item(TableName=table, Key={"pk": row["pk"]})


def spare_what_is_read(case: schemathesis.Case) -> None:
    """Deletes the items that are for it. A response may have named the ones that are read, too."""
    item_id = (case.path_parameters or {}).get("itemId")
    if case.method == "DELETE" and item_id in DELETED_INSTEAD:
        case.path_parameters["itemId"] = DELETED_INSTEAD[item_id]


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
