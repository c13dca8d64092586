"""Whatever the ledger holds and whatever is asked of it: every sum is that of its events, one by one."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
import random_usage
import slow_accounts
from handmade import row
from ledger_rows import events as rows_of_events
from ledger_rows import table_at
from random_usage import rate_of

from farthing.ledger.connection import connect
from farthing.ledger.engine import engine
from farthing.ledger.store import open_ledger
from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.own import moment_us
from farthing.pricing.rows import Provider, Sku
from farthing.track.account import Accounts
from farthing.track.bought import lines_of
from farthing.track.dimensions import Asked, Window
from farthing.track.spent import spent
from farthing.track.usage import Question

ENGINE = engine(None)
WORLDS = range(10)
QUESTIONS = 4
LARGEST = 10**15  # the most that the ledger takes of anything


def stored(folder, events, random):
    """Events in a ledger: in any order, in one piece or in several of which some come twice, compacted."""
    table = table_at(folder)
    mixed = random.sample(events, len(events))
    cut, again = random.randint(0, len(mixed)), random.sample(mixed, len(mixed) // 2)
    for batch in random.choice(([mixed], [mixed], [mixed[:cut], mixed[cut:], again])):
        if batch:
            random_usage.append(table, batch)
    if random.random() < 0.2:
        table.compact()
    return table


def drawn(seed, folder):
    """A world: price books, events, and the ledger that holds them."""
    random = Random(seed)
    books = [random_usage.book(random) for _ in range(random.choice((1, 1, 3)))]
    events = random_usage.events(random, largest=random.choice((10**6, LARGEST)))
    return random, books, events, stored(folder, events, random)


def expected(events, asked, book):
    meant = slow_accounts.kept(events, asked.where, asked.window.since, asked.window.until)
    return slow_accounts.accounts(meant, lines_of(book), rate_of, asked.by)


def said(groups):
    """Groups as numbers alone, without counts of nothing."""
    return {
        key: (
            group.events,
            group.usd,
            group.billed_usd,
            group.billed_events,
            group.unpriced_events,
            {column: count for column, count in group.counts.items() if count},
        )
        for key, group in groups.items()
    }


def same(usage, groups):
    """Fail unless usage is what the slow reference says, to the last decimal."""
    assert said(usage.groups) == said(groups)
    assert sum(usage.unpriced.values()) == sum(group.unpriced_events for group in groups.values())


@pytest.mark.parametrize("seed", WORLDS)
def test_every_question_is_answered_as_by_hand(tmp_path, seed):
    random, books, events, table = drawn(seed, tmp_path)
    for _ in range(QUESTIONS):
        asked = random_usage.asked(random)
        found = spent(Question(ENGINE, table.files(), asked), [lines_of(book) for book in books], rate_of)
        for usage, book in zip(found, books, strict=True):
            same(usage, expected(events, asked, book))


def test_what_is_drawn_meets_what_it_should():
    """A good part of the events costs something, lacks a price, is billed; and each kind of price speaks."""
    worlds = [Random(seed) for seed in range(60)]
    books = [random_usage.book(random) for random in worlds]
    pairs = [
        (event, book)
        for random, book in zip(worlds, books, strict=True)
        for event in random_usage.events(random)
    ]
    priced = [slow_accounts.price(event, lines_of(book)) for event, book in pairs]
    assert sum(usd > 0 for usd, _ in priced) > len(pairs) / 4
    assert sum(lacking and usd > 0 for usd, lacking in priced) > len(pairs) / 50
    assert sum(event["billed_amount"] is not None for event, _ in pairs) > len(pairs) / 10
    assert sum(bool(event["accelerator"]) for event, _ in pairs) > len(pairs) / 20
    fees = [row for book in books for home in book.providers for sku in book.skus(home).values()
            for row in sku.rows if "request" in row.rates]  # fmt: skip
    assert len(fees) > len(books)


@pytest.mark.parametrize("seed", [1, 5])
def test_parts_sum_to_the_whole_in_every_grouping(tmp_path, seed):
    random, books, _, table = drawn(seed, tmp_path)
    find = lines_of(books[0])
    whole = spent(Question(ENGINE, table.files(), Asked()), [find], rate_of)[0].total
    for _ in range(3):
        by = tuple(random.sample(random_usage.DIMENSIONS, random.randint(1, 3)))
        parts = spent(Question(ENGINE, table.files(), Asked(by)), [find], rate_of)[0]
        assert said({(): parts.total}) == said({(): whole})


@pytest.mark.parametrize("seed", [2])
def test_days_priced_by_themselves_sum_to_the_whole(tmp_path, seed):
    """What a day costs does not depend on what is asked with it: other days, other models, other books."""
    _, books, _, table = drawn(seed, tmp_path)
    account = Accounts(ENGINE, open_ledger(str(tmp_path)), books[0], None, rate_of)
    assert account.days == list(table.files().days)
    together = account.account(Asked(("day",))).usage
    alone = {}
    for day, after in zip(account.days, [*account.days[1:], account.after], strict=True):
        alone |= account.account(Asked(("day",), window=Window(day, after))).usage.groups
    assert said(alone) == said(together.groups)


@pytest.mark.parametrize("seed", [3, 6])
def test_all_at_the_prices_of_one_day(tmp_path, seed):
    """Each event as if it had happened at noon of that day; hours of the week aside, which are its own."""
    random = Random(seed)
    book = random_usage.book(random, hours=False)
    events = [{**event, "billed_amount": None} for event in random_usage.events(random)]
    table = stored(tmp_path, events, random)
    for day in ("2026-11-19", "2026-11-22"):
        find = lines_of(book, date.fromisoformat(day))
        (found,) = spent(Question(ENGINE, table.files(), Asked(("model",))), [find], rate_of)
        then = [{**event, "at": moment_us(f"{day}T12:00Z")} for event in events]
        same(found, expected(then, Asked(("model",)), book))


def test_neither_order_nor_repetition_nor_compaction_changes_a_sum(tmp_path):
    random = Random(11)
    book, events = random_usage.book(random), random_usage.events(random, most=200)
    by = ("team", "day")
    first, second = events[: len(events) // 2], events[len(events) // 2 :]
    sums = []
    for turn, batches in enumerate(([first, second], [second, events], [events, first[::-1]])):
        table = table_at(tmp_path / str(turn))
        for batch in batches:
            random_usage.append(table, batch)
        if turn:
            table.compact()
        assert table.files().rows == len(events)
        found = spent(Question(ENGINE, table.files(), Asked(by)), [lines_of(book)], rate_of)
        sums.append(said(found[0].groups))
    assert sums[0] == sums[1] == sums[2] == said(expected(events, Asked(by), book))


def test_many_events_of_the_largest_counts_do_not_overflow(tmp_path):
    """10,000 events of 10^15 of everything: sums beyond 64 bits, exactly."""
    per_token = {"input": "3", "output": "15", "reasoning": "5"}
    step = row(layer=2, above_tokens=1_000, bracket=True, input="4")
    model = Sku(provider="maker", model="model-a", rows=(row(**per_token), row(per=1, request="2"), step))
    gpu = Sku(provider="maker", model="gpu-x", rows=(row(per=3_600_000, gpu_time="36"),))
    base = compiled.of_providers((Provider(id="maker", skus=(model, gpu)),), "synthetic")
    counts = dict.fromkeys(("requests", "input_tokens", "output_tokens", "reasoning_tokens"), str(LARGEST))
    usual = {**counts, "provider": "'maker'", "model": "'model-a'"}
    seconds = {"accelerator": "'gpu-x'", "gpu_seconds": "999999999999999.999"}
    table = table_at(tmp_path)
    with connect(threads=1) as connection:
        table.append(connection, rows_of_events(0, 10_000, **usual))
        table.append(connection, rows_of_events(20_000, 20_020, **usual, **seconds))
    (usage,) = spent(Question(ENGINE, table.files(), Asked()), [lines_of(Book(base, base.hash))], rate_of)
    # Each request has one token of input, far below the step, and one of output, which is reasoning.
    each = LARGEST * (Fraction(3 + 5, 10**6) + 2)
    assert usage.total.usd == 10_000 * each + 20 * 999_999_999_999_999_999 * Fraction(36, 3_600_000)
    assert usage.total.counts["input_tokens"] == 10_020 * LARGEST
    assert usage.total.counts["gpu_ms"] == 20 * 999_999_999_999_999_999
    assert usage.total.unpriced_events == 0
