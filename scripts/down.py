"""`make down`: stops exactly what `make up` started."""

from stack import console, local


def down() -> None:
    with local.exclusive():
        stopped = local.stop()
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing is running")


if __name__ == "__main__":
    console.run(down)
