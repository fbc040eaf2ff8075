"""The archive of a release: everything that a deployment needs, without Rust, for one processor."""

import gzip
import hashlib
import re
import shutil
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from stack import console, paths, sam_template

OUTPUT = paths.ROOT / "target" / "dist"
TEMPLATE = paths.ROOT / "template.yaml"
README = Path(__file__).with_name("release_readme.txt")
NAME = "pluggy-lambda"
CHECKSUMS = "SHA256SUMS"
# What an archive has as it is in the checkout: also what its documents link to.
COPIED = [
    *("CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "SECURITY.md", "samconfig.toml"),
    *("docs", "examples", "frontend", "cli/README.md", "sandbox/README.md"),
]
EXAMPLES = "params/*.example.yaml"
# The processor of the checkout's template and examples.
DEFAULT_ARCHITECTURE = "x86_64"
# The time of every file, so that equal contents make an equal archive. The ZIP files that SAM makes know none before.
TIME = 315532800  # 1980-01-01


@dataclass(frozen=True)
class Parts:
    """The compiled parts of an archive."""

    bootstraps: dict[str, Path]
    """The program of each function, by the name of its binary."""
    sandbox: Path
    widget: Path
    """The bundle of the pages that the sandbox serves."""
    wheel: Path
    """The command line."""
    bills: list[Path]
    """The bills of materials."""


def version() -> str:
    """Returns the version of the checkout, which all packages of the workspace have."""
    return tomllib.loads((paths.ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def write(parts: Parts, architecture: str, output: Path = OUTPUT) -> Path:
    """Writes the archive for a processor. Returns its path."""
    name = f"{NAME}-{version()}-{architecture}"
    folder = output / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _fill(folder, parts, architecture)
    (folder / CHECKSUMS).write_text(checksums(folder))
    archive = output / f"{name}.tar.gz"
    _pack(folder, archive)
    shutil.rmtree(folder)
    return archive


def template(source: str, architecture: str) -> str:
    """Returns the template with a folder for each bootstrap and one processor. Its comments stay.

    Another processor then fails before anything is deployed.
    """
    lines = source.splitlines(keepends=True)
    folder_line = 0
    for number, line in enumerate(lines):
        if line.startswith("      CodeUri: "):
            folder_line = number
        elif found := re.fullmatch(r"        Binary: ([\w-]+)\n", line):
            lines[folder_line] = f"      CodeUri: functions/{found[1]}\n"
    text = _replace_once("".join(lines), "AllowedValues: [x86_64, arm64]", f"AllowedValues: [{architecture}]")
    return _replace_once(text, f"Default: {DEFAULT_ARCHITECTURE}\n", f"Default: {architecture}\n")


def bootstraps(built_template: Path) -> dict[str, Path]:
    """Returns the program of each function of a build, by the name of its binary."""
    built = sam_template.parse(built_template.read_text())["Resources"]
    return {
        sam_template.binary(function): built_template.parent / built[name]["Properties"]["CodeUri"] / "bootstrap"
        for name, function in sam_template.parse(TEMPLATE.read_text())["Resources"].items()
        if function["Type"] == "AWS::Serverless::Function"
    }


def checksums(folder: Path) -> str:
    """Returns the SHA-256 of each file below a folder, as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(folder).as_posix()}\n"
        for file in _files(folder)
        if file.name != CHECKSUMS
    ]
    return "".join(lines)


def _fill(folder: Path, parts: Parts, architecture: str) -> None:
    for source in paths.files(*COPIED):
        copy = folder / source.relative_to(paths.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    (folder / "params").mkdir()
    for example in paths.ROOT.glob(EXAMPLES):
        text = _replace_once(
            example.read_text(), f"\nArchitecture: {DEFAULT_ARCHITECTURE}\n", f"\nArchitecture: {architecture}\n"
        )
        (folder / "params" / example.name).write_text(text)
    (folder / "template.yaml").write_text(template(TEMPLATE.read_text(), architecture))
    for binary, bootstrap in parts.bootstraps.items():
        _copy_program(bootstrap, folder / "functions" / binary / "bootstrap")
    _copy_program(parts.sandbox, folder / "sandbox" / "sandbox")
    shutil.copytree(parts.widget, folder / "sandbox" / "widget", ignore=shutil.ignore_patterns("built-from"))
    (folder / "sbom").mkdir()
    for bill in parts.bills:
        shutil.copyfile(bill, folder / "sbom" / bill.name)
    shutil.copyfile(parts.wheel, folder / parts.wheel.name)
    (folder / "README.md").write_text(_readme(architecture, parts.wheel.name))


def _readme(architecture: str, wheel: str) -> str:
    [sam] = re.findall(r"^aws-sam-cli==.+$", (paths.REQUIREMENTS / "sam.in").read_text(), re.MULTILINE)
    values = {"VERSION": version(), "ARCHITECTURE": architecture, "WHEEL": wheel, "SAM": sam}
    text = README.read_text()
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _replace_once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise console.Failure(f"{old.strip()!r} is not there once, so it cannot be replaced")
    return text.replace(old, new)


def _copy_program(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755)


def _pack(folder: Path, archive: Path) -> None:
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for source in _files(folder):
            entry = tarfile.TarInfo(f"{folder.name}/{source.relative_to(folder).as_posix()}")
            entry.size, entry.mtime = source.stat().st_size, TIME
            entry.mode = 0o755 if source.stat().st_mode & 0o100 else 0o644
            with source.open("rb") as content:
                tar.addfile(entry, content)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
