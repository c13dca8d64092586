"""What guessing ahead and cached prefixes change in a step: tokens computed, checked and kept."""

from farthing.units.types import Real


def computed_tokens(prompt_tokens: Real, prefix_share: Real) -> Real:
    """Tokens of a prompt that have to be computed: those that no cache of prefixes holds.

    prompt · (1 - share). Source: kwon-2023-pagedattention.

    >>> computed_tokens(2000, 0.75)
    500.0
    """
    return prompt_tokens * (1 - prefix_share)


def verified_tokens(accepted_tokens: Real, acceptance_share: Real) -> Real:
    """Tokens of a sequence that one step checks, so that so many of them are kept on average.

    One of its own and the guesses: 1 + (accepted - 1) / share of guesses that hold; 1 without guesses.
    Source: leviathan-2023-speculative.

    >>> round(verified_tokens(2.4, 0.7), 9), verified_tokens(1, 0.7)
    (3.0, 1.0)
    """
    return 1 + (accepted_tokens - 1) / acceptance_share


def speculated_tokens(accepted_tokens: Real, verified_tokens: Real, draft_step_share: Real) -> Real:
    """Tokens of a sequence for each step's time, that of guessing taken off.

    accepted / (1 + guesses · share of a step that one takes). Source: leviathan-2023-speculative.

    >>> speculated_tokens(2.4, 3.0, 0.1), speculated_tokens(1, 1, 0.1)
    (2.0, 1.0)
    """
    return accepted_tokens / (1 + (verified_tokens - 1) * draft_step_share)
