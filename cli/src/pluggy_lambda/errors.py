"""Failures that an operator can act on, with their exit codes. Errors of the AWS libraries become such failures."""

import traceback
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
ABSENT = {"NotFoundException", "ResourceNotFoundException"}


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
def explained(who: str, sign_in: str, reach: str) -> Iterator[None]:
    """Turns the libraries' errors inside the block into a failure of `who`.

    `sign_in` is the remedy for credentials that do not work, and `reach` for a service that does not answer.
    """
    from botocore import exceptions  # Scripts that stop the local stack run without it.

    without_credentials = (
        exceptions.CredentialRetrievalError,
        exceptions.InvalidConfigError,
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
        raise NoCredentialsError(f"there are no {who} credentials: {_line(str(error))}", sign_in) from None
    except exceptions.ClientError as error:
        raise _of_response(error, who, sign_in) from None
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise Failure(f"{who} does not answer: {_line(str(error))}", reach) from None
    except exceptions.BotoCoreError as error:
        raise Failure(f"{who}: {_line(str(error))}", "Correct the value that the message names.") from None


def code_of(error: Exception) -> str:
    """Returns the code of an error that AWS answered, or nothing."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def is_absent(error: Exception) -> bool:
    """Returns whether AWS answered that what the request names does not exist."""
    # CloudFormation has no code of its own for a stack that does not exist.
    is_no_stack = code_of(error) == "ValidationError" and "does not exist" in str(error)
    return is_no_stack or code_of(error) in ABSENT


def trace(error: BaseException) -> list[str]:
    """Returns where an error and its causes came from. Their messages are left out, because they may have secrets."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        lines.append(type(cause).__name__)
        for frame, number in traceback.walk_tb(cause.__traceback__):
            module, function = frame.f_globals.get("__name__", "?"), frame.f_code.co_name
            lines.append(f"  {module}, line {number}, in {function}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _of_response(error: Exception, who: str, sign_in: str) -> Failure:
    code = code_of(error)
    message = getattr(error, "response", {}).get("Error", {}).get("Message") or code
    operation = getattr(error, "operation_name", "a request")
    if code in REFUSED_CREDENTIALS:
        return NoCredentialsError(f"{who} refuses the credentials: {_line(message)}", sign_in)
    if code in DENIED:
        return Failure(
            f"{who} denies {operation}: {_line(message)}",
            "Use a role with this permission. docs/operations/commands.md#permissions lists what each command needs.",
        )
    return Failure(
        f"{who} refuses {operation}: {code}: {_line(message)}",
        "Remove the cause that the message names, then run the command again.",
    )


def _line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
