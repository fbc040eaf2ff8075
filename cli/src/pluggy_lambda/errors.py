"""Errors of the AWS libraries, as one line with a remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from stack import console


@contextmanager
def explained(who: str, remedy: str) -> Iterator[None]:
    """Turns the libraries' errors inside the block into a failure of `who`."""
    from botocore.exceptions import BotoCoreError, ClientError  # Only the pinned tools have it.

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise console.Failure(f"{who}: {error}", remedy) from None
