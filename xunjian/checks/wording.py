"""What the system says of a failure, in Chinese."""

from shared.system_words import system_words


def why(error: OSError | OverflowError) -> str:
    """A few words; the system's own where they are not known."""
    return system_words(error) if isinstance(error, OSError) else str(error)
