"""`make cli-files`: the part of template.yaml that the operator's command line carries."""

from stack import cli_template, console


def write() -> None:
    cli_template.FILE.write_text(cli_template.text())


if __name__ == "__main__":
    console.run(write)
