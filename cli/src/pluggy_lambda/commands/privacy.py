"""`pluggy-lambda privacy`: what a person may ask for about their data."""

import click

from pluggy_lambda.commands.export import export


@click.group()
def privacy() -> None:
    """Answer what a user asks about their data."""


privacy.add_command(export)
