"""How much dated price history the catalog adds to what the package genai-prices knows.

A row counts once for each provider, model, tier and region on the day it begins, if its confidence is
not D and the package has no price that begins on that day. A launch is the first such day of a model, a
change a later one on which some amount differs from the one before.

    .venv/bin/python tools/count_price_history.py
"""

from collections import defaultdict

from farthing.catalog.load import catalog
from farthing.catalog.price_facts import TokenPrice
from farthing.pricing import genai
from farthing.pricing.own import moment_us


def main() -> None:
    """Print the counts."""
    package = {
        (provider.id, sku.model.lower(), row.start)
        for provider in genai.providers()
        for sku in provider.skus
        for row in sku.rows
    }
    series: dict[tuple[str, str], dict[int, list[TokenPrice]]] = defaultdict(lambda: defaultdict(list))
    for row in catalog().prices.values():
        if row.confidence != "D":
            series[row.provider, row.model.lower()][moment_us(row.valid_from)].append(row)
    launches, changes, models, changed = 0, 0, set(), set()
    for model, by_day in series.items():
        before: dict[tuple[str, str, int | None, str], str] = {}
        for day in sorted(by_day):
            amounts = {
                (row.tier, row.region, row.above_tokens, meter): amount
                for row in by_day[day]
                for meter, amount in row.amounts.items()
            }
            moved = any(before.get(key) not in (None, amount) for key, amount in amounts.items())
            if (*model, day) not in package:
                launches += not before
                changes += bool(before) and moved
                models.add(model)
                changed |= {model} if before and moved else set()
            before |= amounts
    days = sum(len(by_day) for by_day in series.values())
    sources = {source for row in catalog().prices.values() for source in row.sources}
    print(f"{days} dated price sets of {len(series)} models at their providers, none from memory")
    print(f"beyond genai-prices: {launches} first prices, {changes} changes, of {len(models)} models")
    print(f"{len(changed)} models have a change; {len(sources)} sources")


if __name__ == "__main__":
    main()
