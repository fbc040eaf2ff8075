"""Checks of the identity provider, and of a user's token, as API Gateway makes them."""

import re
import time
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from pluggy_lambda import request
from pluggy_lambda.errors import Failure
from pluggy_lambda.preflight import jwt
from pluggy_lambda.preflight.check import Check, Failed, Group, Outcome, Passed, Skipped, Warned
from pluggy_lambda.preflight.facts import Facts

# API Gateway's quotas for a JWT authorizer.
SECONDS = 1.5
KEY_SET_BYTES = 150_000
LONGEST_OWNER = 255
CPF = re.compile(r"[0-9]{11}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}")
OWN_BACKEND = "docs/guides/identity.md#your-own-backend"
PROVIDERS = "docs/guides/identity.md"


def discovery(facts: Facts) -> Outcome:
    """Checks the discovery document of the issuer."""
    issuer = facts.parameters["JwtIssuer"]
    if problem := _insecure(issuer):
        return Failed(f"JwtIssuer is {problem}", "API Gateway fetches the keys over public https: use an https issuer.")
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    answer, seconds = _fetched(url)
    document = answer.json()
    if answer.status != 200 or not isinstance(document, dict):
        what = f"answers {answer.status}" if answer.status != 200 else "answers no JSON object"
        return Failed(
            f"{url} {what}",
            f"JwtIssuer must be the iss of your tokens, and this address must exist: see {PROVIDERS}.",
        )
    facts.discovery = document
    if seconds > SECONDS:
        return Warned(
            f"{url} took {seconds:.1f} s",
            f"API Gateway waits for {SECONDS} s. Make it faster, or users get 401 when the keys are fetched.",
        )
    return Passed(f"in {seconds:.1f} s")


def issuer_matches(facts: Facts) -> Outcome:
    """Checks that the document names the issuer exactly."""
    wanted, found = facts.parameters["JwtIssuer"], facts.discovery.get("issuer")
    if found == wanted:
        return Passed(wanted)
    if not isinstance(found, str):
        return Failed("the discovery document has no issuer", f"The provider must publish one: see {PROVIDERS}.")
    slash = ", which differ by the slash at the end" if found.rstrip("/") == wanted.rstrip("/") else ""
    return Failed(
        f"JwtIssuer is {wanted} and the discovery document says {found}{slash}",
        f"Set JwtIssuer: {found} if this is the iss of your tokens.",
    )


def key_algorithms(facts: Facts) -> Outcome:
    """Checks that the key set has an RSA signing key with an id."""
    url = facts.discovery.get("jwks_uri")
    if not isinstance(url, str):
        return Failed("the discovery document has no jwks_uri", f"The provider must publish one: see {PROVIDERS}.")
    if problem := _insecure(url):
        return Failed(f"jwks_uri is {problem}", "The provider must publish its keys over public https.")
    answer, seconds = _fetched(url)
    document = answer.json()
    keys = document.get("keys") if isinstance(document, dict) else None
    if answer.status != 200 or not isinstance(keys, list):
        return Failed(f"{url} answers {answer.status} and no key set", "Ask your identity provider.")
    if len(answer.body) > KEY_SET_BYTES:
        return Failed(
            f"the key set has {len(answer.body)} bytes", f"API Gateway reads {KEY_SET_BYTES}. Remove old keys."
        )
    keys = [key for key in keys if isinstance(key, dict)]
    facts.keys = [key for key in keys if _is_usable(key)]
    if not facts.keys:
        kinds = sorted({str(key.get("alg") or key.get("kty")) for key in keys}) or ["none"]
        return Failed(
            f"the key set has no RSA signing key with a kid; its keys: {', '.join(kinds)}",
            f"Choose RS256 at your identity provider, or let your own backend call: {OWN_BACKEND}.",
        )
    if seconds > SECONDS:
        return Warned(f"{url} took {seconds:.1f} s", f"API Gateway waits for {SECONDS} s. Make it faster.")
    return Passed(f"{len(facts.keys)} RSA of {len(keys)} keys")


def token_format(facts: Facts) -> Outcome:
    """Checks that the token is a signed JWT."""
    if not facts.token:
        return Skipped("no token was given; --token asks for one", "Add --token, or leave out --only.")
    parts = facts.token.split(".")
    if len(parts) == 5:
        return Failed("the token is encrypted (five parts)", f"Take a signed one, or see {OWN_BACKEND}.")
    header, claims = (jwt.part(parts[0]), jwt.part(parts[1])) if len(parts) == 3 else (None, None)
    if header is None or claims is None:
        return Failed(
            "the token is no JWT of three parts",
            "An opaque token cannot be checked by API Gateway. Auth0: the app must ask for the audience.",
        )
    facts.header, facts.claims = header, claims
    return Passed()


def token_algorithm(facts: Facts) -> Outcome:
    """Checks that the token is signed with RSA."""
    algorithm = facts.header.get("alg")
    if algorithm in jwt.DIGESTS:
        return Passed(str(algorithm))
    return Failed(
        f"the token is signed with {algorithm}",
        f"API Gateway takes RSA alone. Choose RS256 at your identity provider, or see {OWN_BACKEND}.",
    )


def token_key(facts: Facts) -> Outcome:
    """Checks that the key set has the token's key."""
    key_id = facts.header.get("kid")
    if not key_id:
        return Failed("the token's header has no kid", "The provider must name the key in each token.")
    if any(key["kid"] == key_id for key in facts.keys):
        return Passed(str(key_id))
    return Failed(
        f"the key set has no RSA key {key_id}",
        "The token is from another issuer, or its key was removed. Sign in again, and check JwtIssuer.",
    )


def token_signature(facts: Facts) -> Outcome:
    """Checks the token's signature."""
    keys = (key for key in facts.keys if key["kid"] == facts.header["kid"])
    if any(jwt.is_signed_by(facts.token, facts.header["alg"], key) for key in keys):
        return Passed()
    return Failed("the signature is not one of this key", "Copy the whole token again; nothing may be cut off.")


def token_issuer(facts: Facts) -> Outcome:
    """Checks the claim iss."""
    wanted, found = facts.parameters["JwtIssuer"], facts.claims.get("iss")
    if found == wanted:
        return Passed()
    return Failed(f"iss is {found} and JwtIssuer is {wanted}", "Set JwtIssuer to the iss, character for character.")


def token_audience(facts: Facts) -> Outcome:
    """Checks the claim aud, or client_id where there is no aud."""
    wanted = facts.parameters["JwtAudience"].split(",")
    name = "aud" if "aud" in facts.claims else "client_id"
    found = _list(facts.claims.get(name))
    if set(found) & set(wanted):
        return Passed(f"{name} {', '.join(found)}")
    if not found:
        return Failed("the token has neither aud nor client_id", f"Let your provider add aud, or see {OWN_BACKEND}.")
    return Failed(
        f"{name} is {', '.join(found)} and JwtAudience is {', '.join(wanted)}",
        "Set JwtAudience to one of them, or let the app ask for the audience.",
    )


def token_lifetime(facts: Facts) -> Outcome:
    """Checks the claims exp, nbf and iat."""
    now = time.time()
    times = {name: facts.claims.get(name) for name in ("exp", "nbf", "iat")}
    for name, value in times.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            return Failed(f"{name} is not a number", "The provider must write seconds since 1970.")
    if times["exp"] is None:
        return Failed("the token has no exp", "The provider must let its tokens expire.")
    if times["exp"] <= now:
        return Failed(f"the token expired {_span(now - times['exp'])} ago", "Sign in again, and paste the new token.")
    for name in ("nbf", "iat"):
        if times[name] is not None and times[name] > now:
            return Failed(
                f"{name} is {_span(times[name] - now)} in the future",
                "Check the clocks of the provider and of this machine.",
            )
    if times["exp"] - now > 86_400:
        return Warned(
            f"the token is valid for another {_span(times['exp'] - now)}",
            "A token counts until it expires, whatever you revoke. Use 5 to 60 minutes.",
        )
    return Passed(f"valid for another {_span(times['exp'] - now)}")


def token_scope(facts: Facts) -> Outcome:
    """Checks the claim scope or scp."""
    wanted = facts.parameters["JwtScope"]
    if not wanted:
        return Warned(
            "JwtScope is empty, so every token of the issuer for the audience opens the API",
            f"Set a scope if your provider gives one: see {PROVIDERS}.",
        )
    found = [word for name in ("scope", "scp") for text in _list(facts.claims.get(name)) for word in text.split()]
    if wanted in found:
        return Passed(wanted)
    return Failed(
        f"the scopes are {', '.join(found) or 'none'} and JwtScope is {wanted}",
        "Let the app ask for the scope at sign-in. API Gateway answers 403 without it.",
    )


def token_owner(facts: Facts) -> Outcome:
    """Checks the claim that names the user. Its value is never shown."""
    claim = facts.parameters["OwnerClaim"]
    value = facts.claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        return Failed(
            f"the token has no text in the claim {claim}",
            f"Set OwnerClaim to one of the token's claims: {', '.join(sorted(map(str, facts.claims)))}.",
        )
    if len(value) > LONGEST_OWNER or any(unicodedata.category(character) == "Cc" for character in value):
        return Failed(
            f"the claim {claim} has {len(value)} characters or control characters",
            f"Choose a claim with 1 to {LONGEST_OWNER} characters.",
        )
    if facts.parameters["AllowPersonalOwnerClaim"] != "true" and ("@" in value or _is_cpf(value)):
        return Failed(
            f"the claim {claim} has an e-mail address or a CPF",
            'Choose an opaque id as OwnerClaim, since Pluggy receives it; or set AllowPersonalOwnerClaim: "true".',
        )
    return Passed(f"{claim}, {len(value)} characters")


def _insecure(url: str) -> str:
    """Returns what is wrong with an address. The loopback is for the local stack."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "no address"
    if not host or port == 0:
        return "no address"
    is_loopback = host in ("localhost", "127.0.0.1", "::1")
    return (
        "" if parts.scheme == "https" or (parts.scheme == "http" and is_loopback) else f"{parts.scheme or 'no'} address"
    )


def _fetched(url: str) -> tuple[request.Answer, float]:
    start = time.monotonic()
    try:
        answer = request.send("GET", url, headers={"accept": "application/json"})
    except Failure as failure:
        raise Failure(str(failure), f"API Gateway must reach {url} over the public internet.") from None
    return answer, time.monotonic() - start


def _is_usable(key: dict[str, Any]) -> bool:
    algorithm = key.get("alg", "RS256")
    return (
        key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and bool(key.get("kid")) and algorithm in jwt.DIGESTS
    )


def _list(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _is_cpf(value: str) -> bool:
    if not CPF.fullmatch(value):
        return False
    digits = [int(character) for character in value if character.isdigit()]
    return all(digits[count] == _check_digit(digits[:count]) for count in (9, 10))


def _check_digit(digits: list[int]) -> int:
    total = sum(digit * weight for weight, digit in enumerate(reversed(digits), start=2))
    return total * 10 % 11 % 10


GROUP = Group(
    "Identity provider",
    (
        Check("discovery", "the issuer publishes a discovery document", discovery, ("parameters",)),
        Check("issuer", "the document names JwtIssuer, byte for byte", issuer_matches, ("discovery",)),
        Check("keys", "the issuer signs with RSA", key_algorithms, ("discovery",)),
        Check("token-format", "the token is a signed JWT", token_format, ("parameters",)),
        Check("token-algorithm", "the token is signed with RSA", token_algorithm, ("token-format",)),
        Check("token-key", "the issuer publishes the token's key", token_key, ("token-format", "keys")),
        Check("token-signature", "the token's signature is valid", token_signature, ("token-key", "token-algorithm")),
        Check("token-issuer", "the token's iss is JwtIssuer", token_issuer, ("token-format",)),
        Check("token-audience", "the token is for JwtAudience", token_audience, ("token-format",)),
        Check("token-lifetime", "the token is valid now", token_lifetime, ("token-format",)),
        Check("token-scope", "the token has JwtScope", token_scope, ("token-format",)),
        Check("token-owner", "the token's OwnerClaim identifies the user", token_owner, ("token-format",)),
    ),
)
