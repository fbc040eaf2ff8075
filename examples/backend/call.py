"""Calls the API in the name of a user, signed with the credentials of your backend's role."""

import json
import os
import re
from typing import Any
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.session import Session

# The output ApiUrl of the stack, and its region.
API_URL, REGION = os.environ["API_URL"], os.environ["AWS_REGION"]
signer = SigV4Auth(Session().get_credentials(), "execute-api", REGION)
http = URLLib3Session()

# With one of these, the gateway would take the id for another one, or for another path.
AMBIGUOUS = re.compile(r"[%/?\x00-\x1f\x7f-\x9f]|^\.{0,2}\Z")


def call(user_id: str, method: str, path: str, body: Any = None) -> AWSResponse:
    """Sends a request, for example `call(user_id, "GET", "/items?limit=20")`."""
    if AMBIGUOUS.search(user_id):
        raise ValueError("a path cannot carry this user id")
    url = f"{API_URL}/users/{quote(user_id, safe='')}{path}"
    data = None if body is None else json.dumps(body)
    request = AWSRequest(method, url, {"content-type": "application/json"}, data)
    signer.add_auth(request)
    return http.send(request.prepare())
