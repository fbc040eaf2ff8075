"""Tests of the commands. Importing `stack` makes `pluggy_lambda` importable."""

import stack as stack
