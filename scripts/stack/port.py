"""Ports on the loopback address: whether one is free, and which process uses it."""

import socket
from pathlib import Path

from stack import console

LISTENING = "0A"


def require_free(number: int, variable: str) -> None:
    """Fails with the name of the process if the port is taken."""
    if _is_free(number):
        return
    raise console.Failure(
        f"port {number} is taken{_by_whom(number)}",
        f"Stop that program, or choose another port: make up {variable}=<port>",
    )


def unused() -> int:
    """Returns a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a connection that lingers after a stop does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return False
        return True


def _by_whom(number: int) -> str:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(number)}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(file.readlink()) in sockets for file in (process / "fd").iterdir()):
                return f" by process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:  # It ended meanwhile, or belongs to another user.
            continue
    return " by a program of another user" if sockets else ""


def _listening_inodes(number: int) -> list[str]:
    inodes = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        if not Path(table).exists():
            continue
        for row in Path(table).read_text().splitlines()[1:]:
            fields = row.split()
            address, state, inode = fields[1], fields[3], fields[9]
            if state == LISTENING and int(address.rsplit(":", 1)[1], 16) == number:
                inodes.append(inode)
    return inodes
