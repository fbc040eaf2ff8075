import os
import socket
import unittest

from stack import console, port


class Ports(unittest.TestCase):
    def test_a_free_port_is_no_failure(self) -> None:
        port.require_free(port.unused(), "PORT")

    def test_a_taken_port_is_named_with_its_holder_and_a_way_out(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            number = server.getsockname()[1]

            with self.assertRaises(console.Failure) as raised:
                port.require_free(number, "SANDBOX_PORT")

        self.assertIn(f"port {number} is taken by process {os.getpid()}", str(raised.exception))
        self.assertIn("SANDBOX_PORT", raised.exception.remedy)
