"""Allocation: every dollar goes to somebody and none is lost, by hand and for rules drawn at random.

All synthetic: a token of `plain` costs a dollar; see small_ledger.
"""

from datetime import date
from fractions import Fraction
from random import Random

import pytest
from small_ledger import accounts_of, charge, event

from farthing.track.allocate import NOBODY, allocated
from farthing.track.allocate_costs import Costs
from farthing.track.allocate_file import read_rules
from farthing.track.dimensions import Asked, Window

MARCH = Asked(window=Window(date(2026, 3, 1), date(2026, 4, 1)))
CLUSTER = "cost: {where: [provider=rented]}"


def used(team, tokens, **said):
    return event(team=team, input_tokens=tokens, **said)


def bill(cost, team="", **said):
    return charge(cost=str(cost), team=team, **{"provider": "rented"} | said)


@pytest.fixture(scope="module")
def shares(tmp_path_factory):
    """What rules make of events and bill lines; a ledger is made once for all tests that have the same."""
    ledgers = {}

    def share(pools, events=(), charges=(), head="to: team"):
        text = head + "\npools:\n" + "".join(f"  - {{{pool}}}\n" for pool in pools)
        if (key := repr((events, charges))) not in ledgers:
            ledgers[key] = accounts_of(tmp_path_factory.mktemp("allocate"), events, charges)
        made = allocated(Costs(ledgers[key], MARCH, read_rules(text, "rules.yaml")))
        assert made.total_usd == ledgers[key].account(MARCH).total_usd + made.stated_usd
        return made

    return share


def codes(made):
    return [problem.code for problem in made.problems]


TEAMS = [used("search", 30), used("ads", 10)]


def test_in_proportion_to_direct_spend(shares):
    made = shares([f"name: gpus, {CLUSTER}"], TEAMS, [bill(100)])
    assert made.direct == {"search": 30, "ads": 10}
    assert made.pools == {"gpus": {"search": 75, "ads": 25}}


def test_evenly_also_to_those_who_spent_nothing(shares):
    made = shares(
        [f"name: gpus, {CLUSTER}, share: even"], TEAMS, [bill(100)], head="to: team\ntargets: [ops]"
    )
    assert made.pools["gpus"] == dict.fromkeys(("ads", "ops", "search"), Fraction(100, 3))


@pytest.mark.parametrize("parts", ["search: 60%, ads: 40%", "search: 3, ads: 2"])
def test_by_fixed_parts(shares, parts):
    made = shares([f"name: gpus, {CLUSTER}, share: {{fixed: {{{parts}}}}}"], TEAMS, [bill(100)])
    assert made.pools["gpus"] == {"search": 60, "ads": 40}


@pytest.mark.parametrize(
    ("usage", "search"),
    [
        ("metric: requests", Fraction(2, 3)),
        ("metric: events", Fraction(1, 2)),
        ("metric: output_tokens", Fraction(1, 4)),
        ("metric: gpu_seconds, where: [environment=prod]", 1),
    ],
)
def test_by_usage(shares, usage, search):
    events = [
        used(
            "search", 1, requests=2, output_tokens=1, accelerator="gpu-x", gpu_seconds=10, environment="prod"
        ),
        used("ads", 1, requests=1, output_tokens=3, accelerator="gpu-x", gpu_seconds=90),
        used("", 1, requests=7),
    ]
    made = shares([f"name: gpus, {CLUSTER}, share: {{usage: {{{usage}}}}}"], events, [bill(1)])
    assert made.pools["gpus"] == {"search": search, "ads": 1 - search}


def test_what_names_nobody_is_its_own_or_shared(shares):
    events, charges = [*TEAMS, used("", 8)], [bill(4, provider="other")]
    kept = shares([], events, charges)
    assert (kept.direct[NOBODY], kept.pools) == (8, {"unnamed bills": {"search": 3, "ads": 1}})
    shared = shares([], events, charges, head="to: team\nuntagged: share\nbills: keep")
    assert (shared.direct[NOBODY], shared.pools) == (4, {"unnamed usage": {"search": 6, "ads": 2}})


def test_each_cost_is_in_the_first_pool_that_it_fits(shares):
    charges = [bill(5, service="compute"), bill(3, service="disk", team="ads"), bill(2, provider="other")]
    pools = [
        "name: disks, cost: {where: [provider=rented, service=disk]}, share: even",
        f"name: rest, {CLUSTER}, share: even",
    ]
    made = shares(pools, TEAMS, charges)
    assert [sum(made.pools[name].values()) for name in ("disks", "rest", "unnamed bills")] == [3, 5, 2]
    assert made.direct["ads"] == 10  # its disk is shared as the rule says


def test_weights_that_are_all_zero_lose_nothing(shares):
    """What OpenCost's idle sharing once did: with all weights zero the cost was gone (opencost #883)."""
    events = [used("search", 0), used("ads", 0)]
    for share in ("proportional", "{usage: {metric: output_tokens}}"):
        pool = f"name: gpus, {CLUSTER}, share: {share}"
        made = shares([pool], events, [bill(10)])
        assert made.pools["gpus"] == {"search": 5, "ads": 5}
        assert codes(made) == ["shared-evenly"]


def test_with_nobody_to_share_among_it_stays_unnamed(shares):
    made = shares([f"name: gpus, {CLUSTER}"], [used("", 2)], [bill(10)])
    assert made.pools["gpus"] == {NOBODY: 10}
    assert codes(made) == ["shared-by-nobody"]


def test_credits_are_shared_too_and_weigh_nothing(shares):
    charges = [bill(-9), bill(-50, team="ads", provider="other")]
    made = shares([f"name: gpus, {CLUSTER}"], TEAMS, charges)
    assert made.direct["ads"] == -40
    assert made.pools["gpus"] == {"search": -9, "ads": 0}


def test_amounts_that_the_ledger_does_not_have(shares):
    pools = [
        'name: people, cost: {amount: "1,200"}, share: even',
        "name: office, cost: {amount: €100}, share: even",
        "name: cluster, cost: {gpu: {count: 2, rent_usd_per_gpu_hour: 0.50}}, share: even",
    ]
    made = shares(pools, TEAMS)
    assert [sum(made.pools[name].values()) for name in ("people", "office", "cluster")] == [
        1200,
        110,  # small_ledger's rate
        2 * 31 * 24 * Fraction(1, 2),
    ]


def on_gpus(team, hours):
    return used(team, 0, model="", accelerator="gpu-x", gpu_seconds=hours * 3600, provider="free")


@pytest.mark.parametrize(
    ("idle", "expected", "alone"),
    [
        ("separate", {}, 75),
        ("even", {"search": Fraction(75, 2), "ads": Fraction(75, 2)}, 0),
        ("proportional", {"search": 15, "ads": 60}, 0),
    ],
)
def test_idle_is_what_was_reserved_and_not_used(shares, idle, expected, alone):
    """744 GPU-hours of March, 186 used: three quarters of $100 were idle."""
    events = [on_gpus("search", 186 / 5), on_gpus("ads", 186 * 4 / 5)]
    share = "share: {usage: {metric: gpu_seconds}}"
    pool = f"name: gpus, {CLUSTER}, {share}, idle: {idle}, reserved_gpus: 1, used: [accelerator=gpu-x]"
    made = shares([pool], events, [bill(100)])
    assert (made.idle, made.idle_alone_usd) == (expected, alone)
    assert made.pools["gpus"] == {"search": 5, "ads": 20}


def test_lines_that_bills_call_unused_are_idle(shares):
    charges = [bill(70, commitment_status="Used"), bill(30, commitment_status="Unused")]
    made = shares([f"name: gpus, {CLUSTER}, idle: separate"], TEAMS, charges)
    assert (made.idle_alone_usd, sum(made.pools["gpus"].values())) == (30, 70)


def test_more_use_than_was_reserved_is_said(shares):
    pool = f"name: gpus, {CLUSTER}, idle: separate, reserved_gpus: 1"
    made = shares([pool], [on_gpus("search", 745)], [bill(100)])
    assert (made.idle_usd, codes(made)[0]) == (0, "over-reserved")


def test_work_that_is_paid_by_the_hour_and_priced_besides_is_said(shares):
    event_ = used("search", 0, model="", accelerator="gpu-x", gpu_seconds=3600)  # $36 by the book
    pool = "name: cluster, cost: {gpu: {count: 1, rent_usd_per_gpu_hour: 1}}, share: even"
    made = shares([pool], [event_])
    assert made.direct == {"search": 36}
    assert codes(made) == ["counted-twice"]


def test_a_pool_may_give_to_a_pool(shares):
    pools = [
        f"name: gpus, {CLUSTER}, share: even",
        'name: power, cost: {amount: 10}, share: {fixed: {"pool:gpus": 50%, "pool:site": 30%, ads: 20%}}',
        'name: site, cost: {amount: 7}, share: {fixed: {"pool:gpus": 1}}',
    ]
    made = shares(pools, TEAMS, [bill(100)])
    assert made.pools["power"] == {"ads": 2}
    assert made.pools["site"] == {}
    assert made.pools["gpus"] == {"search": Fraction(115, 2), "ads": Fraction(115, 2)}


def test_a_part_for_somebody_who_is_not_there_is_said(shares):
    made = shares([f"name: g, {CLUSTER}, share: {{fixed: {{serach: 1, ads: 1}}}}"], TEAMS, [bill(100)])
    assert codes(made) == ["unknown-target"]
    assert "search" in made.problems[0].fix
    assert made.pools["g"] == {"serach": 50, "ads": 50}


SHARES = (
    "proportional", "even", "{usage: {metric: requests}}",
    "{usage: {metric: output_tokens, where: [model=dear]}}",
    "{fixed: {a: 1, b: 2, ghost: 4}}", "{fixed: {a: 33.3%, b: 66.7%}}",
)  # fmt: skip
COSTS = (
    "{where: [provider=rented]}", "{where: [service=disk, team!=a]}", "{where: [model=dear|plain]}",
    "{where: [day=2026-03-02]}", "{amount: 99.99}", "{amount: €7}",
    "{gpu: {count: 3, rent_usd_per_gpu_hour: 0.37}}",
)  # fmt: skip
RULES = ("keep", "share")
IDLES = ("", ", idle: even", ", idle: proportional", ", idle: separate")


def random_usage(random):
    """Events and bill lines, some without a price, without a rate, credits, and some of less than a cent."""
    teams = ["", "a", "b", "c"]
    events = [
        used(random.choice(teams), random.choice((0, 1, 7)), output_tokens=random.randint(0, 3),
             model=random.choice(("plain", "dear", "unknown")), day=f"2026-03-0{random.randint(1, 4)}")
        for _ in range(random.randint(1, 12))
    ]  # fmt: skip
    charges = [
        bill(random.choice(("-3.1", "0", "5", "0.000000000000000007")), random.choice(teams),
             service=random.choice(("disk", "compute")), day=f"2026-03-0{random.randint(1, 4)}",
             currency=random.choice(("USD", "EUR", "XXX")), provider=random.choice(("rented", "other")),
             commitment_status=random.choice(("", "Unused")))
        for _ in range(random.randint(0, 8))
    ]  # fmt: skip
    return events, charges


def random_rules(random):
    to = random.choice(("team", "tag:team", "service"))
    lines = [f"to: {to}", f"untagged: {random.choice(RULES)}"]
    lines += [f"bills: {random.choice(RULES)}", "pools:"]
    for number in range(random.randint(1, 4)):
        cost, share = random.choice(COSTS), random.choice(SHARES)
        idle = "" if "amount" in cost else random.choice(IDLES)
        if number and random.random() < 0.3:
            share = f'{{fixed: {{"pool:p{random.randrange(number)}": 1, a: 2}}}}'
        lines.append(f"  - {{name: p{number}, cost: {cost}, share: {share}{idle}}}")
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(3))
def test_it_adds_up_to_the_bill_whatever_the_rules(tmp_path, seed):
    random = Random(seed)
    accounts = accounts_of(tmp_path, *random_usage(random))
    bill_usd = accounts.account(MARCH).total_usd
    for _ in range(12):
        costs = Costs(accounts, MARCH, read_rules(random_rules(random), "rules.yaml"))
        made = allocated(costs)
        assert made.total_usd == bill_usd + made.stated_usd
        stated = [pool for pool in costs.rules.pools if not isinstance(pool.cost, tuple)]
        assert made.stated_usd == sum(map(costs.held_usd, stated))
