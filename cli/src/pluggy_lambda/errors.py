"""Failures that an operator can act on, with their exit codes. Errors of the AWS libraries become such failures."""

from collections.abc import Iterator
from contextlib import contextmanager

# Codes with which AWS refuses credentials, not an action.
REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}


class Failure(Exception):
    """A problem that the operator can act on, with its remedy."""

    exit_code = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.remedy = remedy

    def advised(self, more: str) -> "Failure":
        """Adds advice to the remedy, and returns the failure."""
        self.remedy = f"{self.remedy} {more}".strip()
        return self


class WrongUsageError(Failure):
    """The command line is wrong."""

    exit_code = 2


class NoCredentialsError(Failure):
    """There are no AWS credentials, or AWS refuses them."""

    exit_code = 4


class InterruptedFailure(Failure):
    """The operator interrupted the command."""

    exit_code = 130


@contextmanager
def explained(who: str, remedy: str) -> Iterator[None]:
    """Turns the libraries' errors inside the block into a failure of `who`.

    `remedy` is for credentials that do not work, and for a service that does not answer.
    """
    from botocore import exceptions  # Scripts that stop the local stack run without it.

    without_credentials = (
        exceptions.CredentialRetrievalError,
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
        exceptions.UnauthorizedSSOTokenError,
    )
    try:
        yield
    except without_credentials as error:
        raise NoCredentialsError(f"{who}: {_sentence(error)}", remedy) from None
    except exceptions.ClientError as error:
        raise _of_response(error, who, remedy) from None
    except exceptions.BotoCoreError as error:
        raise Failure(f"{who}: {_sentence(error)}", remedy) from None


def code_of(error: Exception) -> str:
    """Returns the code of an error that AWS answered, or nothing."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def _of_response(error: Exception, who: str, remedy: str) -> Failure:
    code = code_of(error)
    message = getattr(error, "response", {}).get("Error", {}).get("Message") or code
    operation = getattr(error, "operation_name", "a request")
    if code in REFUSED_CREDENTIALS:
        return NoCredentialsError(f"{who} refuses the credentials: {_line(message)}", remedy)
    if code in DENIED:
        return Failure(
            f"{who} denies {operation}: {_line(message)}",
            "Use a role with this permission. docs/operate.md#permissions lists what each command needs.",
        )
    return Failure(
        f"{who} refuses {operation}: {code}: {_line(message)}",
        "Remove the cause that the message names, then run the command again.",
    )


def _sentence(error: Exception) -> str:
    return _line(str(error))


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
