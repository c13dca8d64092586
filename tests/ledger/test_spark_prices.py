"""What events cost is the same to the last digit, whether DuckDB adds them up or Spark."""

from fractions import Fraction

import pytest
from ledger_rows import events, table_at

from farthing.ledger.connection import connect
from farthing.ledger.engine import engine
from farthing.pricing.book import book
from farthing.track.bought import lines_of
from farthing.track.dimensions import Asked, Condition
from farthing.track.priced import added
from farthing.track.usage import Question

MODELS = {
    "gpt-4o-2024-08-06": "openai",
    "gpt-5": "openai",
    "claude-sonnet-4-5": "anthropic",
    "gemini-2.5-pro": "google",
    "deepseek-chat": "deepseek",
    "nobody-knows-me": "openai",
}
QUESTIONS = [
    Asked(),
    Asked(("hour", "service_tier")),
    Asked(("day", "model"), (Condition("team", ("search", "it's")),)),
    Asked(("tag:cost center", "week"), (Condition("model", ("gpt-5",), negated=True),)),
]


def costs(priced):
    """Dollars of each group."""
    amounts = priced.amounts
    return [Fraction(amount, amounts.scale) for amount in added(amounts.amounts, priced.group)]


def listed(values):
    return f"([{', '.join(repr(value) for value in values)}])"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Synthetic events of five days: six models, tiers, caches, long inputs, a model that nobody knows."""
    given = {
        "model": f"{listed(MODELS)}[n % 6 + 1]",
        "provider": f"{listed(MODELS.values())}[n % 6 + 1]",
        "service_tier": "CASE WHEN n % 5 = 0 THEN 'batch' WHEN n % 7 = 0 THEN 'flex' ELSE '' END",
        "input_tokens": "CASE WHEN n % 11 = 0 THEN 250000 + n ELSE 1000 END",
        "cache_read_tokens": "CASE WHEN n % 3 = 0 THEN n ELSE 0 END",
        "cache_write_5m_tokens": "CASE WHEN n % 4 = 0 THEN 17 ELSE 0 END",
        "output_tokens": "n * 31 % 1009",
        "team": "(['search', 'it''s', ''])[n % 3 + 1]",
        "tags": "CASE WHEN n % 2 = 0 THEN MAP {'cost center': 'c' || (n % 5)} END",
    }
    table = table_at(tmp_path_factory.mktemp("priced"))
    with connect(threads=1) as connection:
        for part in range(3):
            table.append(connection, events(part * 2400, (part + 1) * 2400, **given))
    return table.files()


@pytest.mark.parametrize("asked", QUESTIONS, ids=[" ".join(asked.by) or "all" for asked in QUESTIONS])
def test_both_engines_cost_the_same(spark, files, asked):
    ours, theirs = (
        Question(one, files, asked).priced([lines_of(book())])[0] for one in (engine(None), spark)
    )
    assert ours.keys == theirs.keys
    assert len(ours.keys) > len(asked.by)
    assert costs(ours) == costs(theirs)
    assert sum(costs(ours)) > 0
    assert {title: cells.dtype for title, cells in ours.answer.columns.items()} == {
        title: cells.dtype for title, cells in theirs.answer.columns.items()
    }


def test_one_cost_by_hand(spark, files):
    """GPT-4o of August 2024 costs $2.50 and $10 a million tokens, half of the input's where it was cached."""
    asked = Asked((), (Condition("model", ("gpt-4o-2024-08-06",)), Condition("service_tier", ("",))))
    (priced,) = Question(spark, files, asked).priced([lines_of(book())])
    mine = [n for n in range(0, 7200, 6) if n % 5 and n % 7]
    read = sum(250_000 + n if n % 11 == 0 else 1000 for n in mine)
    from_cache = sum(mine)  # each is a multiple of three
    wrote = sum(n * 31 % 1009 for n in mine)
    into_cache = 17 * sum(n % 4 == 0 for n in mine)  # which costs what reading it does
    expected = Fraction(5, 2) * (read + into_cache) + Fraction(5, 4) * from_cache + 10 * wrote
    assert costs(priced) == [expected / 1_000_000]
