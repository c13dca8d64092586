"""`demo --times`: the seed report's table of training times, recomputed beside what it says.

The report gives days for 512 accelerators at 35 to 50 % utilization (and names larger clusters in the
rows), and in another table the tokens of the same four sizes. The two are put together here; nothing
is forced to agree.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from farthing.app.stated import stated_spread
from farthing.app.train import train
from farthing.catalog.load import catalog
from farthing.estimate.answer import Range

SIZES: Final = ("7b", "32b", "80b", "130b")
HEADING: Final = "report_training_accelerator_count"


class StatedTime(msgspec.Struct, frozen=True):
    """Days to train one size on one cluster: as stated, on the report's own terms, and as estimated.

    Own terms are the report's accelerators, utilization and tokens, with no time lost; the estimate
    takes utilization and lost time from published runs. `shortfall_ratio` is by how much the stated
    days would have to be stretched, or shrunk, to meet the own terms; 1 where they meet as they are.
    """

    name: str
    params: float
    tokens: float
    accelerator: str
    accelerator_count: int
    stated: Range
    own_terms: Range
    estimated: Range
    shortfall_ratio: float
    command: str

    @property
    def holds(self) -> bool:
        """Whether the stated days and the report's own terms meet, as rounded as the report prints them."""
        return self.shortfall_ratio < 1.05


def stated_times() -> tuple[StatedTime, ...]:
    """Each row of the table on 512 H100, on the largest cluster it names, and, halved, on 512 B200."""
    return tuple(row for size in SIZES for row in _rows(size))


def _rows(size: str) -> Iterator[StatedTime]:
    heading, largest = (
        int(stated_spread(HEADING).p50),
        round(stated_spread(f"report_{size}_cluster_count").p95),
    )
    for count in dict.fromkeys((heading, largest)):
        yield _row(size, "h100-sxm", count, f"report_{size}_wall_clock_days")
    yield _row(size, "b200", heading, f"report_{size}_b200_wall_clock_days")


def _row(size: str, part: str, count: int, stated_as: str) -> StatedTime:
    params, tokens = (stated_spread(f"report_{size}_flop_row_{name}").p50 for name in ("params", "tokens"))
    stated, mfu, day = (
        stated_spread(stated_as),
        stated_spread("report_training_mfu_share"),
        _first_day(stated_as),
    )
    size_and_data = f"--params {params / 1e9:g}B --tokens {tokens / 1e12:g}T"
    own = train(params=params, tokens=tokens, accelerator=part, count=count, as_of=day, mfu=mfu, goodput=1)
    estimated = train(params=params, tokens=tokens, accelerator=part, count=count, as_of=day)
    days = own.results["wall_clock_days"]
    return StatedTime(
        name=size.upper(),
        params=params,
        tokens=tokens,
        accelerator=part,
        accelerator_count=count,
        stated=Range(stated.p05, stated.p50, stated.p95),
        own_terms=days,
        estimated=estimated.results["wall_clock_days"],
        shortfall_ratio=max(1.0, days.p05 / stated.p95, stated.p05 / days.p95),
        command=f"farthing train {size_and_data} --accelerator {part} --count {count} --as-of {day}",
    )


def _first_day(name: str) -> str:
    """The first day of the month a stated figure is from."""
    return f"{catalog().seeds[name].date}-01"
