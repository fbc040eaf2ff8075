"""The parts that the commands in `scripts/` are made of: one noun a module."""
