"""A second opinion: one request after the other, in fractions, from the rules as the docs word them.

Written for clarity and slowly, with none of the code under test but the rows themselves.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import msgspec

from farthing.units.meters import METERS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONTRACT, CATALOG = 3, 2


def is_token(meter):
    return METERS[meter].unit == "token"


def minute_of_week(at):
    moment = EPOCH + timedelta(microseconds=at)
    return moment.weekday() * 1440 + moment.hour * 60 + moment.minute


def in_force(row, at):
    return row.start <= at < row.end


def answers(row, at, region, length):
    """Whether an ordinary row has something to say about a request."""
    if row.multiply or not in_force(row, at) or row.region not in ("", region):
        return False
    if row.above_tokens and not row.bracket and length <= row.above_tokens:
        return False
    minute = minute_of_week(at)
    return row.hours is None or any(first <= minute < last for first, last in row.hours.spans)


def order(row):
    """Layers first; then region over none, longer over shorter, hours over none, later over earlier."""
    return (row.layer, row.region != "", row.above_tokens, row.hours is not None, row.start)


def lay(book, rows):
    """Overrule the rates of a book, meter -> [rate, step, rate beyond, layer, fixed by a contract]."""
    for row in sorted(rows, key=order):
        if row.owns:
            book = {
                meter: rate for meter, rate in book.items() if rate[3] >= row.layer or not is_token(meter)
            }
        for meter, quoted in row.rates.items():
            rate = Fraction(quoted.amount) / quoted.per
            if not row.bracket:
                book[meter] = [rate, None, None, row.layer, row.layer == CONTRACT]
            elif meter in book:
                book[meter] = [book[meter][0], row.above_tokens, rate, row.layer, row.layer == CONTRACT]
    return book


def times(book, rule, spare=False):
    factor, after = Fraction(rule.multiply), {}
    for meter, (rate, step, beyond, layer, fixed) in book.items():
        meant = meter in rule.meters if rule.meters else is_token(meter)
        by = factor if meant and not (spare and fixed) else 1
        after[meter] = [rate * by, step, None if beyond is None else beyond * by, layer, fixed]
    return after


def last_rule(sku, at, region, tiers):
    rules = [row for row in sku.rows if row.multiply and row.layer != CONTRACT]
    rules = [row for row in rules if in_force(row, at) and row.region == region and row.tier in tiers]
    return sorted(rules, key=order)[-1:]


def rates_of(line, at, length):
    """The rates of a line at a moment; None where it has no price at all."""
    sku = line.sku
    if sku is None:
        return None
    if at < sku.launched:  # only what a contract says holds before a model is on sale
        sku = msgspec.structs.replace(sku, rows=tuple(row for row in sku.rows if row.layer == CONTRACT))
    speaking = [row for row in sku.rows if answers(row, at, line.region, length)]
    plain = [row for row in speaking if row.tier == "standard"]
    owner = max([row.layer for row in plain if row.owns], default=-1)
    plain = [row for row in plain if row.layer >= owner or not all(map(is_token, row.rates))]
    book = lay({}, plain)
    if not book:
        return None
    if line.tier != "standard":
        owned = any(row.owns for row in plain)
        own = [row for row in speaking if row.tier == line.tier]
        own = [row for row in own if row.dated or row.layer == CONTRACT or not owned]
        rule = last_rule(sku, at, "", (line.tier,))
        if not own and not rule:
            return None
        listed = [row for row in own if row.layer != CONTRACT]
        book = lay(book, listed) if listed or not rule else times(book, rule[0])
        book = lay(book, [row for row in own if row.layer == CONTRACT])
    if line.region and all(row.region == "" for row in plain):
        for rule in last_rule(sku, at, line.region, ("standard", line.tier)):
            book = times(book, rule)
    for row in sku.rows:
        if row.multiply and row.layer == CONTRACT and in_force(row, at) and row.tier in ("*", line.tier):
            book = times(book, row, spare=True)
    return book


def lineage(meter):
    while meter:
        yield meter
        meter = METERS[meter].parent


def bill(line, at, quantities):
    """Dollars that have a price, and whether something lacks one."""
    length = sum(count for meter, count in quantities.items() if "input" in lineage(meter))
    book = rates_of(line, at, length)
    if book is None:
        return Fraction(0), True
    total, lacking = Fraction(0), False
    for meter, count in quantities.items():
        known = next((book[name] for name in lineage(meter) if name in book), None)
        if known is None:
            lacking = lacking or count > 0
            continue
        rate, step, beyond = known[:3]
        total += count * rate
        if beyond is not None and count > step:
            total += (count - step) * (beyond - rate)
    return total, lacking
