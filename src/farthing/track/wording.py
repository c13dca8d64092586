"""Numbers of things in words."""


def counted(number: int, thing: str) -> str:
    """A number with its thing, in the plural where it is not one.

    >>> counted(1, "event"), counted(1200, "event")
    ('1 event', '1,200 events')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
