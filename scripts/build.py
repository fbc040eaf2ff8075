"""`make build`: what `sam build` packages, unless it is there already."""

from stack import build, console

if __name__ == "__main__":
    console.run(build.release)
