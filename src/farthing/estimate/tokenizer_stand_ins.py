"""Stand-ins for tokenizers that nobody outside their vendor can have.

Each says how many tokens an unpublished tokenizer makes for each token of another, by what the text
is, with the range that its sources leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ratio:
    """Tokens for each token of the tokenizer that stands in."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class StandIn:
    """An unpublished tokenizer as multiples of another: by language or kind, else `otherwise`."""

    base: str
    ratios: Mapping[str, Ratio]
    otherwise: Ratio
    sources: tuple[str, ...]
    note: str

    def ratio(self, kind: str) -> Ratio:
        """Tokens for each token of the base, in one language or kind of text."""
        return self.ratios.get(kind, self.otherwise)


_LATIN: Final = ("de", "fr", "es", "it", "pt", "nl", "sv", "da", "pl", "cs", "ro", "ca", "tr", "id", "vi")
_CODE: Final = ("python", "javascript", "c", "json", "html", "markdown", "csv")
_CLAUDE_3: Final = {
    "en": Ratio(1.03, 1.08, 1.18),
    **dict.fromkeys(_LATIN, Ratio(1.0, 1.13, 1.3)),
    **dict.fromkeys(_CODE, Ratio(1.05, 1.2, 1.35)),
    "csv": Ratio(0.9, 1.1, 1.4),
}
_MORE_SINCE_4_7: Final = {  # tokens of Claude Opus 4.7 for each token of 4.6
    "en": Ratio(1.2, 1.4, 1.47),
    "de": Ratio(1.35, 1.46, 1.5),
    "fr": Ratio(1.25, 1.36, 1.45),
    "es": Ratio(1.15, 1.24, 1.35),
    **dict.fromkeys(
        ("it", "pt", "nl", "sv", "da", "pl", "cs", "ro", "ca", "tr", "id", "vi"), Ratio(1.1, 1.3, 1.5)
    ),
    "python": Ratio(1.15, 1.22, 1.39),
    "javascript": Ratio(1.1, 1.2, 1.36),
    "c": Ratio(1.1, 1.15, 1.3),
    "json": Ratio(1.05, 1.2, 1.35),
    "html": Ratio(1.1, 1.25, 1.4),
    "markdown": Ratio(1.2, 1.4, 1.47),
    "csv": Ratio(1.0, 1.05, 1.1),
}
_SAME: Final = Ratio(1.0, 1.0, 1.02)
_CLAUDE_OTHER: Final = Ratio(0.75, 1.0, 1.3)  # of cl100k, in scripts other than Latin


STAND_INS: Final[Mapping[str, StandIn]] = {
    "claude-3": StandIn(
        "cl100k",
        _CLAUDE_3,
        _CLAUDE_OTHER,
        ("token-approx-2025-11", "venturebeat-2025-tokenizers"),
        "English and French novels counted by the vendor's service and by cl100k; code 30 % above o200k; "
        "the rest assumed",
    ),
    "claude-4.7": StandIn(
        "claude-3",
        _MORE_SINCE_4_7,
        _SAME,
        ("anthropic-2026-opus-4-7", "sol-2026-opus-4-7", "claudecodecamp-2026-4-7", "token-approx-2025-11"),
        "Claude 3 to 4.6 times what two people measured of the change; the vendor says 1.0 to 1.35",
    ),
    "gemini": StandIn(
        "o200k",
        {"en": Ratio(0.95, 1.05, 1.15)},
        Ratio(0.7, 1.0, 1.3),
        ("google-gemini-tokens", "techcompare-gemini"),
        "about four characters a token, says the vendor; 5 to 10 % above o200k in English, says another",
    ),
}
