"""`make build-examples`: the consumers in `examples/`, as `sam build` packages them, unless they are up to date."""

from stack import console, examples, machine


def build_examples() -> None:
    machine.require("rust", "node")
    examples.package()


if __name__ == "__main__":
    console.run(build_examples)
