"""`make examples`: the consumers in `examples/` on the running local stack."""

from stack import console, examples, local, machine, ministack, stack_file


def deploy_examples() -> None:
    machine.require("rust", "node")
    with local.exclusive(), ministack.reachable():
        consumers = examples.bring_up(stack_file.read())
    console.heading("What they keep")
    for name, consumer in consumers.items():
        console.line(f"{name}: the table {consumer['table']}")
    console.line("make walk connects a bank, whose transactions they read as soon as Pluggy tells of them.")


if __name__ == "__main__":
    console.run(deploy_examples)
