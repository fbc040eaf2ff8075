import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from stack import paths, process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])",
]
ENVIRONMENT = {"PATH": os.defpath}


class BackgroundProcesses(unittest.TestCase):
    def setUp(self) -> None:
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(mock.patch.multiple(paths, RUN=Path(folder) / "run", LOGS=Path(folder) / "logs"))
        self.background = process.Background("probe")
        self.addCleanup(self.background.stop)

    def wait_for_processes(self, count: int) -> list[int]:
        deadline = time.monotonic() + 10
        while len(found := process._marked(self.background._read()["mark"])) != count:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return found

    def test_one_that_was_started_runs_until_it_is_stopped(self) -> None:
        self.background.start(SLEEP, ENVIRONMENT, "input")
        self.wait_for_processes(1)

        self.assertTrue(self.background.is_running("input"))
        self.assertFalse(self.background.is_running("another input"))
        self.assertTrue(self.background.stop())
        self.assertFalse(self.background.is_running())

    def test_stopping_twice_stops_nothing_the_second_time(self) -> None:
        self.background.start(SLEEP, ENVIRONMENT, "input")
        self.wait_for_processes(1)

        self.assertEqual([self.background.stop(), self.background.stop()], [True, False])

    def test_a_child_whose_parent_was_killed_is_stopped_too(self) -> None:
        self.background.start(PARENT, ENVIRONMENT, "input")
        parent = min(self.wait_for_processes(2))
        os.kill(parent, 9)
        self.wait_for_processes(1)

        self.assertFalse(self.background.is_running())
        self.assertTrue(self.background.stop())

    def test_an_unmarked_process_is_left_alone(self) -> None:
        other = subprocess.Popen(SLEEP)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.background.start(SLEEP, ENVIRONMENT, "input")
        self.wait_for_processes(1)

        self.background.stop()

        self.assertIsNone(other.poll())
