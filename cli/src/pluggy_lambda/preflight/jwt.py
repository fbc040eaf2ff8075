"""JSON Web Tokens: decoding, and the RSA signature (RFC 7518, section 3.3)."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

# The DigestInfo that precedes the digest in a signature of PKCS #1 v1.5 (RFC 8017, section 9.2).
DIGESTS = {
    "RS256": (hashlib.sha256, bytes.fromhex("3031300d060960864801650304020105000420")),
    "RS384": (hashlib.sha384, bytes.fromhex("3041300d060960864801650304020205000430")),
    "RS512": (hashlib.sha512, bytes.fromhex("3051300d060960864801650304020305000440")),
}


def part(text: str) -> dict[str, Any] | None:
    """Returns a part of a token as an object, or `None` if it is not one."""
    try:
        value = json.loads(_decoded(text))
    except (ValueError, binascii.Error):
        return None
    return value if isinstance(value, dict) else None


def is_signed_by(token: str, algorithm: str, key: dict[str, Any]) -> bool:
    """Returns whether an RSA key made the token's signature."""
    signed, _, signature = token.rpartition(".")
    try:
        modulus, exponent = (int.from_bytes(_decoded(str(key[name]))) for name in ("n", "e"))
        given = _decoded(signature)
    except (KeyError, ValueError, binascii.Error):
        return False
    size = (modulus.bit_length() + 7) // 8
    digest, prefix = DIGESTS[algorithm]
    content = prefix + digest(signed.encode()).digest()
    number = int.from_bytes(given)
    if len(given) != size or number >= modulus or size < len(content) + 11:
        return False
    padded = b"\x00\x01" + b"\xff" * (size - len(content) - 3) + b"\x00" + content
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size), padded)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
