"""Background processes that outlive the command that started them. No other process is ever stopped.

Each start creates a random mark and puts it into the process's environment, which its children inherit. A process is
ours if and only if its environment has the mark. A process that reuses the id does not have it. A child whose parent
was killed still has it.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from stack import console, paths

MARK_VARIABLE = "PLUGGY_LAMBDA_LOCAL_PROCESS"
GRACE_SECONDS = 10


@dataclass(frozen=True)
class Background:
    """A named background process, with its record in `.local/run`."""

    name: str

    @property
    def log(self) -> Path:
        """Returns the file of its output."""
        return paths.LOGS / f"{self.name}.log"

    def start(self, command: list[str], environment: dict[str, str], fingerprint: str) -> None:
        """Starts the process in its own session, so that Ctrl-C at the terminal does not reach it."""
        mark = secrets.token_hex(16)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        # Written first, so that a process is found even after an interruption between here and the start.
        self._record.write_text(json.dumps({"mark": mark, "fingerprint": fingerprint}))
        with self.log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=paths.ROOT,
                env={**environment, MARK_VARIABLE: mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # For a moment the kernel shows the new process without its environment, and it would not count as ours.
        while process.poll() is None and not _carries(process.pid, mark):
            time.sleep(0.01)

    def is_running(self, fingerprint: str | None = None) -> bool:
        """Returns whether the process runs and, if a fingerprint is given, was started from that input."""
        record = self._read()
        if fingerprint is not None and record.get("fingerprint") != fingerprint:
            return False
        return any(_leads_session(pid) for pid in _marked(record.get("mark")))

    def stop(self) -> bool:
        """Stops the process with all its children. Returns false if there was nothing to stop."""
        mark = self._read().get("mark")
        handles = _handles(_marked(mark))
        _signal_all(mark, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while _marked(mark):
            if time.monotonic() > deadline:
                _signal_all(mark, signal.SIGKILL)
            time.sleep(0.05)
        # A process that is ending has lost its environment, and may still have its port.
        for handle in handles:
            select.select([handle], [], [], GRACE_SECONDS)
            os.close(handle)
        self._record.unlink(missing_ok=True)
        return bool(handles)

    def last_words(self, count: int = 5) -> str:
        """Returns the end of its log, for an error message."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n  ".join(lines[-count:])

    def failure(self, problem: str) -> console.Failure:
        """Returns a failure that shows the end of the log and names the file."""
        return console.Failure(
            f"{problem}\n  {self.last_words()}", f"The whole log is in {console.relative(self.log)}."
        )

    @property
    def _record(self) -> Path:
        return paths.RUN / f"{self.name}.json"

    def _read(self) -> dict[str, str]:
        try:
            return json.loads(self._record.read_text())
        except (OSError, ValueError):
            return {}


def _marked(mark: str | None) -> list[int]:
    if not mark:
        return []
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _carries(int(entry.name), mark)]


def _handles(pids: list[int]) -> list[int]:
    handles = []
    for pid in pids:
        with contextlib.suppress(OSError):  # It ended meanwhile.
            handles.append(os.pidfd_open(pid))
    return handles


def _carries(pid: int, mark: str) -> bool:
    try:
        return f"{MARK_VARIABLE}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # It ended meanwhile, or belongs to another user.
        return False


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except OSError:
        return False


def _signal_all(mark: str | None, number: signal.Signals) -> None:
    for pid in _marked(mark):
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            continue
        try:
            # The handle pins the process. The second check ensures that it still is the one with the mark.
            if _carries(pid, mark or ""):
                signal.pidfd_send_signal(handle, number)
        except OSError:
            pass
        finally:
            os.close(handle)
