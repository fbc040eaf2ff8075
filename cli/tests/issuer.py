"""An identity provider for tests: an RSA key, its key set, and tokens."""

import base64
import json
import random
import time
from typing import Any

from pluggy_lambda.preflight import jwt

BITS = 1024
EXPONENT = 65_537


def encoded(content: bytes) -> str:
    """Returns base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _is_prime(number: int) -> bool:
    """Returns whether a number is prime, by Miller and Rabin's test."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(random.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def _prime() -> int:
    while True:
        number = random.getrandbits(BITS // 2) | 1 | 0b11 << (BITS // 2 - 2)
        if (number - 1) % EXPONENT and _is_prime(number):
            return number


class Key:
    """An RSA key. It is new in each run, so that no key is in the repository."""

    def __init__(self, key_id: str) -> None:
        one, other = _prime(), _prime()
        # Room for a number of the same length that is larger than the modulus.
        while one * other > (1 << BITS) * 9 // 10:
            other = _prime()
        self.key_id = key_id
        self.modulus = one * other
        self._private = pow(EXPONENT, -1, (one - 1) * (other - 1))

    def public(self) -> dict[str, Any]:
        """Returns the key as a key set has it."""
        modulus = encoded(self.modulus.to_bytes(BITS // 8))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id, "n": modulus, "e": "AQAB"}

    def token(self, claims: dict[str, Any], **header: Any) -> str:
        """Returns a signed token."""
        header = {"alg": "RS256", "kid": self.key_id, **header}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
        digest, prefix = jwt.DIGESTS.get(header["alg"], jwt.DIGESTS["RS256"])
        content = prefix + digest(signed.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (BITS // 8 - len(content) - 3) + b"\x00" + content
        signature = pow(int.from_bytes(padded), self._private, self.modulus).to_bytes(BITS // 8)
        return f"{signed}.{encoded(signature)}"


def claims(issuer: str, **changes: Any) -> dict[str, Any]:
    """Returns the claims of a good token. A change to `None` removes a claim."""
    now = int(time.time())
    good = {
        "iss": issuer,
        "aud": "app",
        "sub": "usr_01J9X",
        "scope": "openid connections",
        "exp": now + 600,
        "iat": now,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}
