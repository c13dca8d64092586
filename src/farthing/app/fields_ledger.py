"""What each verb that reads the ledger may be asked."""

from farthing.app.field import Field

LEDGERED = (
    Field("since", "word", "from this day on, for example 2026-11-01 (default: all there is)"),
    Field("until", "word", "to this day, which still counts (default: all there is)"),
    Field("where", "words", "only what says so: team=search, model=gpt-5|gpt-4o, status!=ok (repeatable)"),
)
IMPORT: tuple[Field, ...] = (
    Field("files", "words", "files, folders, patterns such as 'logs/*.jsonl', or - for standard input"),
    Field("format", "word", "read every file in this format (default: told from its content)"),
    Field("map", "file", "a YAML file that says which columns mean what, for a format of your own"),
    Field("set", "words", "say this of every row: team=search, tag:origin=gateway (repeatable)"),
)
SPEND: tuple[Field, ...] = (
    Field("by", "words", "columns, tag:NAME, minute, hour, day, week, month, year: --by model,tag:team,day"),
    *LEDGERED,
    Field("per", "word", "also the cost of one of these: request, customer, tag:outcome ..."),
    Field("against", "file",
          "a YAML scenario (verb: tokens, train ...): what was estimated, what it came to"),
    Field("top", "number", "show this many rows, the dearest first (default: 40; --json and --csv show all)"),
)  # fmt: skip
REPRICE: tuple[Field, ...] = (
    Field("by", "words", "columns, tag:NAME or stretches of time to show the difference by (default: model)"),
    *LEDGERED,
    Field("apply", "switch", "use these prices for every open month from now on"),
)
FORECAST: tuple[Field, ...] = (
    Field("horizon", "word", "how far ahead, for example 30d, '2 weeks', 6h (default: 30 days)"),
    Field("by", "words", "columns or tag:NAME to forecast apart: --by model,tag:team"),
    Field("every", "word", "periods of minute, hour, day, week, 10m ... (default: as the data allow)"),
    *LEDGERED,
)
ANOMALIES: tuple[Field, ...] = (
    Field("by", "words", "columns or tag:NAME to look at apart (default: provider,model)"),
    Field("every", "word", "look at each day or hour (default: as the data allow)", choices=("day", "hour")),
    *LEDGERED,
    Field("fail", "flag", "exit with 3 where there is any"),
)
BUDGET: tuple[Field, ...] = (
    Field("file", "words", "YAML files of budgets"),
    Field("alert", "switch", "tell webhooks about thresholds that were reached (default: nothing is sent)"),
    Field("fail_on", "word", "end with 3 where a hard limit is passed, or expected to be (default: hard)",
          choices=("hard", "forecast")),
)  # fmt: skip
ALLOCATE: tuple[Field, ...] = (
    Field("file", "word", "a YAML file of pools and how each is shared"),
    *LEDGERED,
    Field("round", "word", "amounts of the rows: exact, or cents that add up (default: exact)",
          choices=("exact", "cents")),
)  # fmt: skip
RECONCILE: tuple[Field, ...] = (
    Field("invoice", "words", "a bill: FOCUS, CUR, a cost report, any format of import (repeatable)"),
    Field("report", "words", "the provider's own cost report, compared in the same way (repeatable)"),
    Field("by", "words", "tell causes apart by provider, model, meter, service_tier, region, day, month ..."),
    *LEDGERED,
    Field("format", "word", "read every file in this format (default: told from its content)"),
    Field("map", "file", "a YAML file that says which columns of a bill mean what"),
    Field("tolerance", "word", "exit with 3 where the difference is more than this share, for example 1%"),
    Field("keep", "switch", "also store the bills in the ledger"),
)
EXPORT: tuple[Field, ...] = (
    Field("out", "word", "the file to write: .csv, .parquet or .xlsx; - for CSV on standard output"),
    Field("focus", "word", "as a FOCUS dataset of this version: 1.4"),
    Field("table", "word", "instead: events or charges as they are in the ledger",
          choices=("events", "charges", "spend")),
    Field("by", "words", "with --table spend: columns, tag:NAME or stretches of time"),
    *LEDGERED,
)  # fmt: skip
