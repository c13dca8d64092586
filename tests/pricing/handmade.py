"""Rows, models and requests built by hand, and the questions that tests of pricing ask."""

from fractions import Fraction

import numpy as np

from farthing.pricing.own import moment_us
from farthing.pricing.price import Usage, price, price_one
from farthing.pricing.rows import PACKAGE, Rate, Row, Sku
from farthing.pricing.table import Line

MILLION = 10**6
NOON = "2026-06-15T12:00Z"


def row(layer=PACKAGE, per=MILLION, start=None, end=None, **known):
    """A row whose rates are given as words: `row(input="3", output="15")`; days are text."""
    fields = {name: known.pop(name) for name in tuple(known) if name in Row.__struct_fields__}
    rates = {meter: Rate(amount=amount, per=per) for meter, amount in known.items()}
    days = {name: moment_us(day) for name, day in (("start", start), ("end", end)) if day}
    return Row(layer=layer, rates=rates, **days, **fields)


def sku(*rows, **known):
    return Sku(provider="maker", model="model", rows=rows, **known)


def bill(model, at=NOON, tier="standard", region="", **quantities):
    """Dollars for one request, None where something has no price."""
    found = price_one(Line(model, tier, region), moment_us(at), quantities)
    assert found.usd() == sum((part or 0 for part in found.by_meter().values()), Fraction(0))
    return found.usd() if found.complete else None


def usage(lines, line, at, quantities):
    columns = {meter: np.array(column, dtype=np.int64) for meter, column in quantities.items()}
    return Usage(tuple(lines), np.array(line, dtype=np.intp), np.array(at, dtype=np.int64), columns)


def dollars(lines, line, at, quantities):
    """Dollars of many requests, and which of them lack a price."""
    found = price(usage(lines, line, at, quantities))
    return [found.usd(place) for place in range(len(line))], found.unpriced.tolist()
