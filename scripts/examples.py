"""`make examples`: the consumers in `examples/` on the running local stack."""

from stack import console, examples, local, machine, ministack, stack_file


def deploy_examples() -> None:
    machine.require("rust", "node")
    with local.exclusive(), ministack.reachable():
        consumers = examples.bring_up(stack_file.read())
    console.heading("Tables of the consumers")
    for name, consumer in consumers.items():
        console.line(f"{name}: the table {consumer['table']}")
    console.line("make walk connects a bank. They fetch its transactions when Pluggy's webhook arrives.")


if __name__ == "__main__":
    console.run(deploy_examples)
