"""What a map file says: how the columns of somebody else's file become columns of the ledger.

    name: our-gateway                   # what the format is called; the file's name if left out
    title: Log of our gateway
    table: events                       # or charges
    match: [ts, model, [in, tokens_in]] # columns by which such a file is known; a list: any one of them
    reads: auto                         # or csv, jsonl, json, parquet
    rows: data.items                    # JSON: where each document has its rows; else it is one itself
    start: 2026-01-01T00:00:00Z         # what `at` counts seconds from, where it is no date
    columns:
      at: ts                            # a column, or a path in JSON: usage.input, items[0].n, "a.b".c
      provider: {value: openai}
      model: {first: [model_used, model]}            # the first that is not empty; need not be there
      input_tokens: {from: in, minus: [in_cached]}   # also plus: [..] and times: 1e-3
      billed_amount: {from: cost, plus: [{from: credits, sum: amount}]}
      status: {from: http, words: {"200": ok, "*": failed}}
      service_tier: {from: sku, pattern: "(?i)(batch|flex)"}
      until: {from: day, format: "%m/%d/%Y"}
    tags: {session: session_id, "*": labels}         # "*": every key of an object or of a list of keys
    id: [session_id, ts]                # what tells a row from all others, where no one column does
    where: {type: [call, retry]}        # rows that are meant, "" being empty; others are skipped

Of the steps of one column, `from` or `first` comes first, then `sum`, `pattern`, `words`, `minus` and
`plus`, `times`. A value that no step can work with is left as it is, so that its row is set aside.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from farthing.catalog.facts import Entry, Id, Text

Factor: TypeAlias = Annotated[str, Meta(pattern=r"^-?\d{1,12}(\.\d{1,12})?([eE][+-]?\d{1,2})?$")]
Reads: TypeAlias = Literal["auto", "csv", "jsonl", "json", "parquet"]
EVERY = "*"
START = "start"  # `--set start=` says it of files that count times from a moment which they do not tell


class Made(Entry, frozen=True, kw_only=True):
    """A column that is made of others: of a constant, or by steps from one or from the first of several."""

    value: str | None = None
    from_: "str | Made | None" = msgspec.field(default=None, name="from")
    first: "tuple[str | Made, ...]" = ()
    sum: str = ""
    pattern: str = ""
    words: Mapping[str, str] = {}
    minus: "tuple[str | Made, ...]" = ()
    plus: "tuple[str | Made, ...]" = ()
    times: Factor | None = None
    format: str | tuple[str, ...] = ()

    @property
    def calculates(self) -> bool:
        """Whether it gives a number that stands nowhere in the file."""
        return bool(self.sum or self.minus or self.plus or self.times is not None)


Spec: TypeAlias = str | Made


class Map(Entry, frozen=True, kw_only=True):
    """A whole map. `columns` and `tags` say where each column and each tag comes from."""

    name: Id
    title: Text
    columns: Mapping[str, Spec]
    table: Literal["events", "charges"] = "events"
    match: tuple[str | tuple[str, ...], ...] = ()
    reads: Reads = "auto"
    rows: str = ""
    start: str = ""
    tags: Mapping[str, Spec] = {}
    id: tuple[Spec, ...] = ()
    where: Mapping[str, str | tuple[str, ...]] = {}
