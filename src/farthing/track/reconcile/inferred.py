"""What a bill that gives money alone is for: a whole number of units, or the few things that come to it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from farthing.track.reconcile.causes import Effect
from farthing.track.reconcile.coarse import Guess, explained
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.prices import Bill
from farthing.track.reconcile.terms import Terms

_CLOSE: Final = Fraction(1, 10**4)  # how near to a whole number of tokens is one


def counted(bill: Bill, one: Open, agreed: Terms, known: Sequence[Fraction]) -> None:
    """The whole number of units that money is for, at a price that others of the place have too.

    Where it is none, the quantity is taken to be right and the price is another.
    """
    usd = bill.asked.cost / agreed.of(bill.asked)
    slack = bill.asked.slack / agreed.of(bill.asked)
    prices = [price for price in known if _is_whole(usd / price, slack / price)]
    if not prices and bill.asked.usd:
        bill.reprice(usd / bill.quantity, is_shared=False)
        return
    price = prices[0] if prices else one.rate
    if price != one.rate:
        bill.reprice(price, is_shared=True)
    quantity = Fraction(round(usd / price))
    one.left += quantity - bill.quantity
    one.slack = slack / price
    bill.asked = bill.asked.worth(quantity * one.rate)
    bill.quantity = quantity


def reasoned(bill: Bill, one: Open, agreed: Terms, guesses: Sequence[Guess]) -> list[Effect]:
    """A line that is money alone, for several kinds of use: what comes to just that.

    Where nothing does, the cell owes the money, and later causes take it up in dollars.
    """
    dollar = agreed.of(bill.asked)
    usd, slack = bill.asked.cost / dollar - bill.asked.usd, bill.asked.slack / dollar
    found = explained(guesses, usd, slack)
    if found is None:
        one.owes(usd, slack)
        bill.asked = bill.asked.worth(bill.asked.usd + usd)
        return []
    total = sum((guess.usd for guess in found), Fraction(0))
    bill.asked = bill.asked.worth(bill.asked.usd + total)
    cell = one.cell
    return [Effect(guess.cause, guess.usd, cell.where, guess.why, cell.line_count) for guess in found]


def _is_whole(quantity: Fraction, slack: Fraction) -> bool:
    return abs(quantity - round(quantity)) <= slack + _CLOSE
