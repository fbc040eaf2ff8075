"""The operator's command line of Pluggy on Lambda."""

__version__ = "0.1.0"
