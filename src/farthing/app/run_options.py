"""What every verb that runs a model on accelerators may be asked, as keywords of the library."""

from collections.abc import Mapping
from typing import TypedDict

from farthing.app.reading import Written


class RunOptions(TypedDict, total=False):
    """The model, the accelerators, the layout, the money and the common options."""

    model: str
    config: str
    params: Written
    active_params: Written
    tokens: Written
    accelerator: str
    count: Written
    precision: str
    engine: str
    framework: str
    version: str
    seq: Written
    global_batch: Written
    micro_batch: Written
    tp: Written
    pp: Written
    vp: Written
    cp: Written
    dp: Written
    ep: Written
    zero: Written
    optimizer: str
    recompute: str
    mfu: Written
    goodput: Written
    calibration: str
    rate: Written
    term: str
    provider_kind: str
    owned: bool
    country: str
    pue: Written
    against: str
    as_of: str
    currency: str
    fx: str | list[str]
    set: str | list[str] | Mapping[str, Written]
    solve: str
    target: str
    book: str | list[str]
    ledger: str
    scenario: str
    seed: int
    draws: int
