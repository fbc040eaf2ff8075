"""`make build`: the functions as `sam build` packages them, unless they are up to date."""

from stack import build, console

if __name__ == "__main__":
    console.run(build.release)
