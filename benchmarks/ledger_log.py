"""A synthetic log of LiteLLM: the columns and the nested metadata of its spend logs, about 1 kB a row."""

from pathlib import Path
from typing import Final

from farthing.ledger.connection import connect, text

MODELS: Final = ("claude-sonnet-4-5", "gpt-5", "gpt-4o", "gemini-2.5-pro")
FORMATS: Final = {"csv": "FORMAT csv, HEADER true", "jsonl": "FORMAT json"}
ROW_BYTE: Final = {"csv": 1_020, "jsonl": 1_400}
START_US: Final = 1_788_220_800_000_000  # 2026-09-01
DAYS, DAY_US = 60, 86_400_000_000
_METADATA: Final = (
    '{{"user_api_key": "hash{}", "user_api_key_alias": "key", "user_api_key_team_id": "team-{}", '
    '"status": "success", "usage_object": {{"prompt_tokens": {}, "completion_tokens": {}, '
    '"total_tokens": {}, '
    '"prompt_tokens_details": {{"cached_tokens": {}, "audio_tokens": null}}, '
    '"completion_tokens_details": {{"reasoning_tokens": {}}}}}, '
    '"cost_breakdown": {{"input_cost": {}, "output_cost": {}, "total_cost": {}, "original_cost": 0.1}}, '
    '"additional_usage_values": {{"completion_tokens_details": {{"reasoning_tokens": 12}}, '
    '"prompt_tokens_details": null}}}}'
)
_FILLED: Final = (
    "n % 50", "n % 20", "prompt", "said", "prompt + said", "cached", "said // 3",
    "prompt * 3e-6", "said * 15e-6", "prompt * 3e-6 + said * 15e-6",
)  # fmt: skip


def written(folder: Path, kind: str, size_byte: int) -> Path:
    """A log of about so many bytes in a folder: the one that is there, or one that is written now."""
    rows = size_byte // ROW_BYTE[kind]
    path = folder / f"litellm-{rows}.{kind}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        with connect("1GB") as connection:
            connection.execute(f"COPY ({_query(rows)}) TO {text(str(beside))} ({FORMATS[kind]})")
        beside.rename(path)
    return path


def _query(rows: int) -> str:
    metadata = f"CAST(format({text(_METADATA)}, {', '.join(_FILLED)}) AS JSON)"
    moment = f"make_timestamp({START_US} + n * {DAYS * DAY_US} // {rows})"
    began = f"strftime({moment}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    models = ", ".join(map(text, MODELS))
    columns = {
        "request_id": "CAST(md5(CAST(n AS VARCHAR)) AS VARCHAR)",
        "call_type": "'acompletion'",
        "api_key": "repeat('a', 64)",
        "spend": "prompt * 3e-6",
        "total_tokens": "prompt + said",
        "prompt_tokens": "prompt",
        "completion_tokens": "said",
        '"startTime"': began,
        '"endTime"': f"strftime({moment} + to_seconds(3), '%Y-%m-%dT%H:%M:%S.%fZ')",
        '"completionStartTime"': f"strftime({moment} + to_seconds(1), '%Y-%m-%dT%H:%M:%S.%fZ')",
        "model": f"([{models}])[1 + n % {len(MODELS)}]",
        "model_id": "repeat('m', 32)",
        "model_group": "'group'",
        "custom_llm_provider": "'openai'",
        "api_base": "'https://api.example.com/v1'",
        '"user"': "'user-' || n % 10000",
        "metadata": metadata,
        "cache_hit": "'False'",
        "cache_key": "''",
        "request_tags": """CAST('["a", "User-Agent: x"]' AS JSON)""",
        "team_id": "'team-' || n % 20",
        "organization_id": "NULL",
        "end_user": "'customer-' || n % 10000",
        "requester_ip_address": "'192.0.2.1'",
        "messages": "CAST('{}' AS JSON)",
        "response": "CAST('{}' AS JSON)",
        "session_id": "CAST(n AS VARCHAR)",
        "status": "'success'",
        "mcp_namespaced_tool_name": "NULL",
        "agent_id": "NULL",
        "proxy_server_request": "CAST('{}' AS JSON)",
    }
    cells = ", ".join(f"{value} AS {column}" for column, value in columns.items())
    prompt = "100 + CAST(hash(n * 4) % 20000 AS BIGINT) AS prompt"
    drawn = f"{prompt}, 1 + CAST(hash(n * 4 + 1) % 2000 AS BIGINT) AS said"
    cached = "CAST(hash(n * 4 + 2) % 50 AS BIGINT) * prompt // 100 AS cached"
    return f"SELECT {cells} FROM (SELECT *, {cached} FROM (SELECT range AS n, {drawn} FROM range({rows})))"
