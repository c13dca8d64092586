"""What one request cost on a day, exactly: by hand from the price lists of that day."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from farthing.pricing.book import book
from farthing.pricing.own import moment_us
from farthing.pricing.price import price_one
from farthing.pricing.table import NO_METER, Line

FOLDER = Path(__file__).parent / "pricing"
WORLDS = [
    pytest.param(world, id=world["name"])
    for path in sorted(FOLDER.glob("*.yaml"))
    for world in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
]
KEYS = {"name", "model", "provider", "tier", "region", "at", "count", "usd", "by", "unpriced"}


def priced(world):
    assert world.keys() <= KEYS
    known = book().find(world["model"], world.get("provider", ""))
    line = Line(known, world.get("tier", "standard"), world.get("region", ""), world["model"])
    counts = {meter: int(count) for meter, count in world["count"].items()}
    return price_one(line, moment_us(world["at"]), counts)


@pytest.mark.parametrize("world", WORLDS)
def test_the_price_of_the_day(world):
    found = priced(world)
    if "usd" in world:
        assert found.complete
        assert found.usd() == found.total == Fraction(world["usd"])
    else:
        assert not found.complete
        lacking = None in found.by_meter().values()
        assert (found.card().reason or (NO_METER if lacking else "")) == world["unpriced"]
