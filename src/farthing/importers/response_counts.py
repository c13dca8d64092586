"""What a response used, as disjoint counts, out of the fields that the three families of APIs have.

OpenAI's and those made like it include in the input what a cache gave and took; Anthropic's do not.
Gemini's input leaves out what its tools put in, and its output leaves out the thoughts. Both are paid.
"""

from typing import Final

from farthing.importers.readers import text

_KINDS: Final = '[{"modality": "VARCHAR", "tokenCount": "BIGINT", "token_count": "BIGINT"}]'
IS_GEMINI: Final = "COALESCE(gemini_prompt, gemini_answer) IS NOT NULL"
HAS_USAGE: Final = f"(COALESCE(prompt, completion, input, output, seconds) IS NOT NULL OR {IS_GEMINI})"
_ASKED: Final = "COALESCE(gemini_prompt, 0) + COALESCE(gemini_tools, 0)"
_IS_MESSAGE: Final = "kind IN ('message', 'message_delta')"


def totals() -> dict[str, str]:
    """SQL: input and output with all their parts, and the parts that Gemini lists by their kinds."""
    gemini_parts = {
        f"{kind}_{place}": _by_kind(column, kind.upper())
        for kind in ("audio", "image", "video")
        for place, column in (
            ("asked", "prompt_kinds"),
            ("by_tools", "tool_kinds"),
            ("from_cache", "cache_kinds"),
            ("answered", "answer_kinds"),
        )
    }
    return gemini_parts | {
        "all_input": (
            f"CASE WHEN {IS_GEMINI} THEN {_ASKED}"
            f" WHEN {_IS_MESSAGE} THEN COALESCE(input, 0) + COALESCE(cached, 0) + {_written()}"
            " ELSE COALESCE(prompt, input, 0) END"
        ),
        "all_output": _output(),
    }


def columns() -> dict[str, str]:
    """SQL: the ledger's counts, of the fields and their totals."""
    parts = {kind: _input_part(kind) for kind in ("audio", "image", "video")}
    cached_audio = f"CASE WHEN {IS_GEMINI} THEN audio_from_cache ELSE COALESCE(cached_audio, 0) END"
    audio_out = f"CASE WHEN {IS_GEMINI} THEN audio_answered ELSE COALESCE(audio_out, 0) END"
    image_out = f"CASE WHEN {IS_GEMINI} THEN image_answered ELSE COALESCE(image_out, 0) END"
    others = " - ".join(f"({part})" for part in parts.values())
    return {
        "input_tokens": f"all_input - COALESCE(cached, 0) - {_written()} - {others}",
        "cache_read_tokens": f"COALESCE(cached, 0) - ({cached_audio})",
        "cache_read_audio_tokens": cached_audio,
        "cache_write_5m_tokens": f"{_written()} - COALESCE(written_1h, 0)",
        "cache_write_1h_tokens": "COALESCE(written_1h, 0)",
        "output_tokens": f"all_output - ({audio_out}) - ({image_out})",
        "reasoning_tokens": "COALESCE(reasoning, 0)",
        "input_audio_tokens": parts["audio"],
        "input_image_tokens": parts["image"],
        "input_video_tokens": parts["video"],
        "output_audio_tokens": audio_out,
        "output_image_tokens": image_out,
        "audio_seconds": "COALESCE(seconds, 0)",
    }


def _written() -> str:
    """All that was written to a cache; of an answer that tells lifetimes alone, their sum."""
    return "GREATEST(COALESCE(written, 0), COALESCE(written_5m, 0) + COALESCE(written_1h, 0))"


def _output() -> str:
    """Output with reasoning, which xAI leaves out of its completion and some Gemini answers do not.

    The total of all tokens tells which it is.
    """
    plain, thought = "COALESCE(completion, output, 0)", "COALESCE(reasoning, 0)"
    answer = "COALESCE(gemini_answer, 0)"
    return (
        f"CASE WHEN {IS_GEMINI} AND total = {_ASKED} + {answer} THEN {answer}"
        f" WHEN {IS_GEMINI} THEN {answer} + {thought}"
        f" WHEN {thought} > 0 AND total = COALESCE(prompt, input, 0) + {plain} + {thought}"
        f" THEN {plain} + {thought} ELSE {plain} END"
    )


def _input_part(kind: str) -> str:
    """Input of a kind that was not read from a cache."""
    cached = "COALESCE(cached_audio, 0)" if kind == "audio" else "0"
    return (
        f"CASE WHEN {IS_GEMINI} THEN {kind}_asked + {kind}_by_tools - {kind}_from_cache"
        f" ELSE COALESCE({kind}_in, 0) - {cached} END"
    )


def _by_kind(column: str, kind: str) -> str:
    """How many tokens of a kind Gemini lists in a column."""
    listed = f"TRY(json_transform({column}, {text(_KINDS)}))"
    mine = f"list_filter({listed}, lambda one: upper(one.modality) = {text(kind)})"
    counts = f"list_transform({mine}, lambda one: COALESCE(one.tokenCount, one.token_count))"
    return f"CASE WHEN length({column}) > 2 THEN COALESCE(CAST(list_sum({counts}) AS BIGINT), 0) ELSE 0 END"
