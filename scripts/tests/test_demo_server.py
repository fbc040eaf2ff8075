import io
import unittest
from unittest import mock

import demo_server


class Support(unittest.TestCase):
    def test_a_failure_of_the_function_is_no_page(self) -> None:
        for answer, expected in (({}, "<p>"), ({"FunctionError": "Unhandled"}, None)):
            client = mock.Mock()
            client.invoke.return_value = {"Payload": io.BytesIO(b'"<p>"'), **answer}
            with mock.patch.object(demo_server.ministack, "client", return_value=client):
                self.assertEqual(demo_server._support("inspect")({}), expected)


if __name__ == "__main__":
    unittest.main()
