"""Rules of allocation as people write them: a YAML file whose every slip is said with its line.

    to: team                                  # any column, or tag:NAME
    targets: [search, ads]                    # those that take part even where they spent nothing
    untagged: keep                            # usage that names no team: a row of its own, or share
    bills: share                              # bill lines that name no team and are in no pool, or keep
    pools:
      - name: platform GPUs
        cost: {where: [provider=coreweave]}   # of the ledger; each cost is in the first pool that it fits
        share: proportional                   # to direct spend, or even
        idle: separate                        # or even, proportional; left out: not told apart
        reserved_gpus: 8                      # of whose hours gpu_seconds are the used part
        used: [accelerator=h100-sxm]          # whose gpu_seconds (default: of all that name one)
      - name: platform team
        cost: {amount: "12,000", currency: USD}          # not in the ledger: what is shared grows by it
        share: {fixed: {search: 60%, "pool:platform GPUs": 40%}}
      - name: cluster
        cost: {gpu: {count: 4, rent_usd_per_gpu_hour: 2.50}}
        share: {usage: {metric: gpu_seconds, where: [environment=prod]}}

Shares in percent add up to 100%; bare numbers are weights.
"""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Final, Literal

from farthing.catalog.entries import Place, to_fact
from farthing.catalog.facts import Entry, Text
from farthing.track.allocate_pool_file import read_pool
from farthing.track.allocate_terms import BILLS, UNTAGGED, Pool, Rules, slug
from farthing.track.dimensions import TIMES, read_dimensions
from farthing.track.written_file import COLUMNS, Slips, slip, tree_of
from farthing.units.problem import InputError, did_you_mean, quoted

_POOLS: Final = "pools"


class RulesEntry(Entry, frozen=True, kw_only=True):
    """What a file says besides its pools."""

    to: Text
    targets: tuple[str, ...] = ()
    untagged: Literal["keep", "share"] = "keep"
    bills: Literal["keep", "share"] = "share"


def read_rules(text: str, label: str) -> Rules:
    """The rules of a file; `label` names it. Raises InputError with everything that is wrong."""
    tree, document = tree_of(text, label, (*RulesEntry.__struct_fields__, _POOLS))
    whole, slips = Place(label, document.lines, ()), Slips()
    listed = tree.pop(_POOLS, None) or []
    entry, problems = to_fact(tree, RulesEntry, whole)
    slips.problems += problems
    if not isinstance(listed, list):
        slips.say(whole.at(_POOLS), "pools are a list", "", "write - name: ..., cost: ..., share: ...")
        listed = []
    pools: dict[str, tuple[Pool, Place]] = {}
    for number, one in enumerate(listed):
        place = Place(label, document.lines, (_POOLS, number))
        if (pool := read_pool(one, place, slips)) is None:
            continue
        if slug(pool.name) in {slug(UNTAGGED), slug(BILLS), *map(slug, pools)}:
            slips.say(place.at("name"), f"another pool is called {pool.name}, too", "names tell them apart")
        pools[pool.name] = (pool, place)
    to = ""
    if entry is not None:
        with slips.at(whole.at("to")):
            to = _dimension(entry.to)
    for pool, place in pools.values():
        _check_receivers(pool, list(pools), place, slips)
    slips.done()
    said = RulesEntry(to=to) if entry is None else entry
    written = tuple(pool for pool, _ in pools.values())
    order = _ordered(written, whole.at(_POOLS))
    return Rules(to, tuple(dict.fromkeys(said.targets)), said.untagged, said.bills, written, order)


def _dimension(written: str) -> str:
    """The one dimension that cost goes to. Raises InputError."""
    found = read_dimensions([written], COLUMNS, "to")
    if len(found) != 1 or found[0] in TIMES:
        fix = "write one column or tag: team, customer, tag:product"
        raise InputError([slip("", f"cost cannot go to {quoted(written)}", "", fix)])
    return found[0]


def _check_receivers(pool: Pool, known: Sequence[str], place: Place, slips: Slips) -> None:
    for name in pool.gives_to:
        if name not in known:
            slips.say(place.at("share"), f"there is no pool {quoted(name)}", "", did_you_mean(name, known))


def _ordered(pools: Sequence[Pool], where: str) -> tuple[Pool, ...]:
    """Those that give first. Raises InputError where pools give to each other in a circle."""
    by_name = {pool.name: pool for pool in pools}
    graph: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(by_name, ()))
    for pool in pools:
        for receiver in pool.gives_to:
            graph.add(receiver, pool.name)
    try:
        return tuple(by_name[name] for name in graph.static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        fix = "let one of them give to teams alone"
        raise InputError([slip(where, f"pools give to each other: {circle}", "", fix)]) from None
