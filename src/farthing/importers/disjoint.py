"""Counts without the parts that others hold, for values that may be no numbers at all."""


def without(whole: object, *parts: object) -> object:
    """A count less its parts; one that is no whole number is left as it is, for the checks to name.

    >>> without(2006, 1920, None), without("many", 5)
    (86, 'many')
    """
    if isinstance(whole, int) and all(isinstance(part, int) for part in parts if part is not None):
        return whole - sum(part for part in parts if isinstance(part, int))
    return whole
