"""`make demo-site`: a static playback of the page, with recorded responses. It needs no backend and any static host."""

from stack import console, demo, machine


def demo_site() -> None:
    machine.require("node")
    site = console.relative(demo.build_site())
    console.line(f"{site} is ready for any static host. To see it here:")
    console.line(f"python3 -m http.server --bind 127.0.0.1 --directory {site} 8000")


if __name__ == "__main__":
    console.run(demo_site)
