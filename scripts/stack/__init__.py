"""The parts of the commands in `scripts/`: one noun for each module."""
