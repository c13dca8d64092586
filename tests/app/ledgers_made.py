"""A small ledger for tests of the verbs that read one: events written by hand, priced by an overlay."""

from pathlib import Path

from farthing.app.ledger_import import bring_in

# $3 in and $15 out for a million tokens of `small`, twice that for `large`.
BOOK = """
prices:
  - {provider: maker, model: small, meter: input, amount: "3", per: 1M tokens, source: by hand}
  - {provider: maker, model: small, meter: output, amount: "15", per: 1M tokens, source: by hand}
  - {provider: maker, model: large, meter: input, amount: "6", per: 1M tokens, source: by hand}
  - {provider: maker, model: large, meter: output, amount: "30", per: 1M tokens, source: by hand}
"""
HEADER = "event_id,at,provider,model,input_tokens,output_tokens,team,customer,status"
EVENTS = (
    "a,2026-09-30T23:59:59Z,maker,small,1000000,100000,search,acme,ok",  # 3 + 1.5
    "b,2026-10-01T00:00:00Z,maker,small,2000000,0,search,globex,ok",  # 6
    "c,2026-10-15T12:00:00Z,maker,large,1000000,100000,support,acme,ok",  # 6 + 3
    "d,2026-10-31T12:00:00Z,maker,large,0,200000,support,,error",  # 6
)
TOTAL = "25.5"


def book(folder: Path, text: str = BOOK) -> str:
    """The path of a book of prices."""
    path = folder / "book.yaml"
    path.write_text(text)
    return str(path)


def ledger(folder: Path, lines: tuple[str, ...] = EVENTS) -> str:
    """The path of a ledger with these events, whose months are pinned to the book above."""
    source = folder / "events.csv"
    source.write_text("\n".join((HEADER, *lines)) + "\n")
    place = str(folder / "ledger")
    answer = bring_in(files=[str(source)], ledger=place, book=[book(folder)])
    assert answer.results["stored"].p50 == len(lines)
    return place
