"""Requirements of the machine, checked before a build begins."""

import importlib.util
import platform
import re
import shutil
import subprocess

from stack import console, paths

ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
NODE = (20, 19)
JAVA = (17,)
# The version of Amazon Linux 2023, for which the functions are linked.
GLIBC = (2, 34)


def architecture() -> str:
    """Returns this machine's architecture in Lambda's terms. The functions are built for it, because they run here."""
    name = platform.machine().lower()
    if platform.system() != "Linux" or name not in ARCHITECTURES:
        raise console.Failure(
            f"the functions are Linux programs, which cannot run on {platform.system()} {platform.machine()}",
            "Use Linux on x86_64 or arm64: a virtual machine, WSL 2 or a cloud workspace will do.",
        )
    return ARCHITECTURES[name]


def require(*needs: str) -> None:
    """Checks the system, Python, and those of `rust`, `node`, `java` and `valgrind` that a command needs."""
    architecture()
    _require_glibc()
    _require_python()
    checks = {"rust": _require_rust, "node": _require_node, "java": _require_java, "valgrind": _require_valgrind}
    for need in needs:
        checks[need]()


def _require_glibc() -> None:
    name, version = platform.libc_ver()
    if name != "glibc" or tuple(map(int, version.split(".")[:2])) < GLIBC:
        here = f"{name} {version}" if name else "another C library"
        raise console.Failure(
            f"the functions need glibc {'.'.join(map(str, GLIBC))} or newer, as Lambda has it; this is {here}",
            "Use a newer Linux: Debian 12, Ubuntu 22.04, Fedora 35 and later have it; Alpine does not.",
        )


def _require_python() -> None:
    # Debian and Ubuntu ship both modules in a package of their own.
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        raise console.Failure(
            "Python cannot make virtual environments here", "Install them: apt install python3-venv (Debian, Ubuntu)."
        )


def _require_rust() -> None:
    if shutil.which("cargo") is None:
        raise console.Failure("Rust is missing", "Install it with rustup: https://rustup.rs")
    if shutil.which("cc") is None:
        raise console.Failure("a C compiler is missing", "Install one: apt install build-essential (Debian, Ubuntu).")
    if _output("cargo", "--version") is None:
        raise console.Failure(
            "the Rust toolchain that rust-toolchain.toml names is not usable",
            "Run `cargo --version` here to see the reason.",
        )


def _require_node() -> None:
    _require_version("node", ["--version"], r"v([\d.]+)", NODE, "Node.js", "https://nodejs.org")
    # Debian has it in a package of its own.
    if shutil.which("npm") is None:
        raise console.Failure("npm is missing", "Install it with Node.js: https://nodejs.org")


def _require_java() -> None:
    _require_version("java", ["-version"], r'version "([\d.]+)', JAVA, "Java", "apt install openjdk-17-jre-headless")


def _require_valgrind() -> None:
    # On Debian and Ubuntu, valgrind is unpacked into the checkout when a command needs it.
    if shutil.which("valgrind") is None and not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise console.Failure("valgrind is missing", "Install it: dnf install valgrind (Fedora).")


def _require_version(
    program: str, arguments: list[str], pattern: str, minimum: tuple[int, ...], name: str, source: str
) -> None:
    found = re.search(pattern, _output(program, *arguments) or "")
    if found is None or tuple(int(number) for number in found[1].split(".") if number) < minimum:
        seen = f"version {found[1]} is here" if found else "it is missing"
        needed = ".".join(map(str, minimum))
        raise console.Failure(f"{name} {needed} or newer is needed; {seen}", f"Install it: {source}")


def _output(program: str, *arguments: str) -> str | None:
    if shutil.which(program) is None:
        return None
    result = subprocess.run([program, *arguments], capture_output=True, text=True, cwd=paths.ROOT, check=False)
    return result.stdout + result.stderr if result.returncode == 0 else None
