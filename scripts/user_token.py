"""`make user-token`: a new token of a user of the local stack, `usr_01J9X` or the user named as argument."""

import sys

from stack import console, local, sandbox, stack_file


def user_token() -> None:
    user = sys.argv[1] if len(sys.argv) > 1 else local.USER
    print(sandbox.user_token(stack_file.read()["sandbox"]["url"], user))


if __name__ == "__main__":
    console.run(user_token)
