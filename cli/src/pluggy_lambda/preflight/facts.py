"""The facts that checks share: the environment, and the findings of earlier checks."""

from dataclasses import dataclass, field
from typing import Any

from pluggy_lambda.aws import Aws, Stack


@dataclass
class Facts:
    """Each check sets what later ones need."""

    aws: Aws
    token: str = ""
    """A user's access token, if the operator gave one."""
    account: str = ""
    """The id of the AWS account."""
    parameters: dict[str, str] = field(default_factory=dict)
    """The values of the environment's file, and the defaults."""
    discovery: dict[str, Any] = field(default_factory=dict)
    """The issuer's discovery document."""
    keys: list[dict[str, Any]] = field(default_factory=list)
    """The issuer's RSA signing keys."""
    header: dict[str, Any] = field(default_factory=dict)
    """The token's header."""
    claims: dict[str, Any] = field(default_factory=dict)
    """The token's claims."""
    secret: dict[str, str] = field(default_factory=dict)
    """The secret's value."""
    stack: Stack | None = None
    """The deployed stack."""

    @property
    def region(self) -> str:
        """Returns the region of the environment."""
        return self.aws.environment.region
