"""Words for numbers."""


def counted(number: int, one: str, many: str = "") -> str:
    """Returns a number with its noun, in the plural where it must be."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(names: list[str], limit: int) -> str:
    """Returns names with commas, and how many more there are beyond a limit."""
    rest = len(names) - limit
    return ", ".join(names[:limit] + ([f"and {rest} more"] if rest > 0 else []))
