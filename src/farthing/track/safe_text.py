"""Text that no spreadsheet runs: what begins like a formula gets an apostrophe.

A CSV file has no types, so a spreadsheet decides by its first character whether a cell is a formula. The
rule is that of OWASP ("CSV Injection"): after = + - @, a tab, a return or a new line (the wide forms of
East Asian keyboards count too) an apostrophe is put in front, and every cell that has such a character is
quoted by the writer. Numbers are left alone: `-12.50` is an amount. A text that begins with apostrophes
before such a sign gets one more, so that taking one away gives back what it was. Files with types (Parquet,
xlsx) keep text as it is.
"""

import re
from typing import Final

_RISKY: Final = re.compile(r"[' ]*[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_GUARD: Final = "'"


def safe_text(text: str) -> str:
    """`text` as a cell of a CSV file that is shown and never run.

    >>> safe_text("=1+1"), safe_text("-12.50")
    ("'=1+1", '-12.50')
    """
    return _GUARD + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def original_text(cell: str) -> str:
    """What a cell that `safe_text` wrote was before.

    >>> original_text("'@cf/meta/llama-3.1-8b-instruct")
    '@cf/meta/llama-3.1-8b-instruct'
    """
    bare = cell.removeprefix(_GUARD)
    return bare if bare != cell and _RISKY.match(bare) and not _NUMBER.fullmatch(bare) else cell
