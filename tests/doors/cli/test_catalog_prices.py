"""`farthing catalog` prices, update, conflicts, lock and check, and --book of the verbs that read it."""

import json

import pytest

from farthing.pricing.book import book

CONTRACT = """\
prices:
  - {provider: openai, model: gpt-4o, meter: input, amount: "2.00", currency: EUR, valid_from: 2026-01-01}
  - {provider: acme, model: acme-1, amounts: {input: "1", output: "2"}, valid_from: 2026-01-01}
"""
MAP = {"new-host/m": {"litellm_provider": "new-host", "input_cost_per_token": 3e-06, "mode": "chat"}}
PACKAGE = [
    {
        "id": "openai",
        "name": "OpenAI",
        "model_match": {"starts_with": "gpt-"},
        "models": [
            {
                "id": "gpt-9",
                "match": {"equals": "gpt-9"},
                "prices": [
                    {"prices": {"input_mtok": 4, "output_mtok": 8}},
                    {
                        "constraint": {"start_date": "2026-11-20"},
                        "prices": {"input_mtok": 2, "output_mtok": 4},
                    },
                ],
            }
        ],
    }
]


@pytest.fixture(autouse=True)
def _own_prices(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    book.cache_clear()
    yield
    book.cache_clear()


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return write


def prices(farthing, *words):
    outcome = farthing("catalog", "prices", *words, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def rate(found, meter="input", way=0, model=0):
    rates = {rate["meter"]: rate for rate in found["models"][model]["ways"][way]["rates"]}
    return rates[meter]


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2024-06-01", "5"), ("2026-11-22", "2.5"), ("2025-11-22", "2.5")]
)
def test_a_model_costs_what_it_cost_on_that_day(farthing, as_of, expected):
    found = prices(farthing, "gpt-4o", "--as-of", as_of)
    assert rate(found)["usd"] == expected
    assert found["as_of"] == as_of
    assert found["book"]["hash"] == book().hash


def test_a_card_says_who_says_so_and_since_when(farthing):
    old = rate(prices(farthing, "openai/gpt-4o", "--as-of", "2024-06-01"))
    assert old["dated"] is True
    assert (old["valid_from"], old["layer"], old["confidence"]) == ("2024-05-13", "catalog", "B")
    assert old["sources"]
    now = rate(prices(farthing, "gpt-4o", "--as-of", "2026-11-22"))
    assert (now["dated"], now["valid_from"], now["layer"]) == (False, "", "genai-prices")
    shown = farthing("catalog", "prices", "gpt-4o", "--as-of", "2026-11-22").out
    assert "undated" in shown
    assert "The newest price in the book is of 2026-" in shown
    assert "days old" in shown


def test_hours_of_the_week_are_ways_of_their_own(farthing):
    found = prices(farthing, "deepseek/deepseek-v4-pro", "--as-of", "2026-11-22")
    windows = {way["window"]: way["rates"][0]["usd"] for way in found["models"][0]["ways"]}
    assert windows["mon-fri 01:00-04:00, 06:00-10:00"] == "1.32"
    assert len(windows) == 2
    assert "0.66" in windows.values()


def test_tiers_lengths_and_regions_are_ways_too(farthing):
    found = prices(farthing, "gemini-2.5-pro", "--as-of", "2026-11-22", "--tier", "batch")
    assert {way["tier"] for way in found["models"][0]["ways"]} == {"batch"}
    assert [way["above_tokens"] for way in found["models"][0]["ways"]][:2] == [0, 200_000]
    wrong = farthing("catalog", "prices", "gpt-4o", "--tier", "bathc")
    assert wrong.code == 2
    assert "batch" in wrong.err


def test_the_history_is_every_change_oldest_first_with_its_source(farthing):
    history = prices(farthing, "mistral-large-latest", "--history")["models"][0]["history"]
    days = [change["valid_from"] for change in history]
    assert days == sorted(days)
    inputs = [change["usd"]["input"] for change in history if change["valid_from"] and change["usd"]]
    assert inputs[:5] == ["8", "4", "3", "2", "0.5"]
    assert all(change["sources"] for change in history)
    shown = farthing("catalog", "prices", "mistral-large-latest", "--history").out
    assert shown.index("2024-02-26") < shown.index("2024-09-17") < shown.index("2025-12-02")


def test_hosts_are_listed_where_nobody_makes_the_name(farthing):
    hosted = prices(farthing, "meta-llama/Llama-3.3-70B-Instruct")
    assert {"novita", "deepinfra"} <= {model["provider"] for model in hosted["models"]}
    assert hosted["hosts"] == []
    made = prices(farthing, "deepseek-v4-pro")
    assert [model["provider"] for model in made["models"]] == ["deepseek"]
    assert "fireworks" in made["hosts"]
    assert "nobody makes it" in farthing("catalog", "prices", "meta-llama/Llama-3.3-70B-Instruct").out


def test_no_price_on_a_day_is_said_and_exits_with_5_under_strict(farthing):
    found = prices(farthing, "gpt-4o", "--as-of", "2023-01-01")
    assert [problem["code"] for problem in found["problems"]] == ["unpriced"]
    assert found["models"][0]["ways"][0]["rates"] == []
    assert farthing("catalog", "prices", "gpt-4o", "--as-of", "2023-01-01", "--strict").code == 5


def test_an_accelerator_is_answered_as_before(farthing):
    assert "neocloud" in farthing("catalog", "prices", "h100-sxm", "--since", "2026-01-01").out
    wrong = farthing("catalog", "prices", "h100-sxm", "--history")
    assert wrong.code == 2
    assert "h100-sxm, which is an accelerator" in wrong.err
    assert farthing("catalog", "prices", "gpt-4o", "--since", "2026-01-01").code == 2


def test_an_unknown_name_has_no_price_and_the_nearest_are_named(farthing):
    outcome = farthing("catalog", "prices", "gtp-4o")
    assert outcome.code == 2
    assert "gpt-4o" in outcome.err
    assert "never a price of 0" in outcome.err


def test_a_contract_lies_over_the_book(farthing, written):
    path = written("mine.yaml", CONTRACT)
    found = prices(farthing, "gpt-4o", "--book", path, "--fx", "EUR=1.25@2026-02-10")
    assert (rate(found)["usd"], rate(found)["layer"]) == ("2.5", "contract")
    assert "at 1.25 USD of 2026-02-10" in rate(found)["note"]
    assert rate(found, "output")["usd"] == "10"
    assert [problem["code"] for problem in found["problems"]] == ["unknown-provider"]
    assert found["book"]["hash"] != book().hash
    assert rate(prices(farthing, "acme-1", "--book", path))["usd"] == "1"


def test_what_is_wrong_in_a_contract_is_told_with_its_lines(farthing, written):
    path = written("mine.yaml", CONTRACT.replace("meter", "metre").replace('input: "1"', 'inptu: "1"'))
    outcome = farthing("catalog", "prices", "gpt-4o", "--book", path)
    assert outcome.code == 2
    assert "mine.yaml:2" in outcome.err
    assert "Did you mean meter" in outcome.err
    assert farthing("catalog", "prices", "gpt-4o", "--book", "nowhere.yaml").code == 2
    absent = farthing("catalog", "prices", "gpt-4o", "--book", written("a.json", {"a": 1}))
    assert "no price list known here" in absent.err


def test_tokens_reads_a_book_and_other_verbs_refuse_it(farthing, written):
    path = written("mine.yaml", CONTRACT)
    asked = ("--model", "acme-1", "--input", "1M", "--output", "1M", "--requests", "1/day", "--json")
    found = json.loads(farthing("tokens", *asked, "--book", path).out)
    assert found["results"]["cost_per_request_usd"]["exact"] == "3"
    assert found["book"] != book().hash
    assert "unknown-provider" in {problem["code"] for problem in found["problems"]}
    refused = farthing("optimum", "--budget", "$1M", "--book", path)
    assert refused.code == 2
    assert "not read by farthing optimum" in refused.err


def test_a_lock_gives_the_same_prices_later(farthing, written, tmp_path):
    out = str(tmp_path / "book.lock")
    outcome = farthing("catalog", "lock", out, "--book", written("mine.yaml", CONTRACT), "--json")
    locked = json.loads(outcome.out)
    found = prices(farthing, "gpt-4o", "--book", out)
    assert found["book"]["hash"] == locked["about"]["hash"]
    assert rate(found)["layer"] == "contract"
    assert "sha256:" in farthing("catalog", "lock", out).out
    assert farthing("catalog", "lock", str(tmp_path / "no" / "folder")).code == 2


def test_newer_prices_are_kept_used_and_taken_away_again(farthing, written):
    before = book().hash
    kept = json.loads(farthing("catalog", "update", "--from", written("new.json", PACKAGE), "--json").out)
    assert (kept["kind"], kept["models"], kept["before"]) == ("genai-prices", 1, before)
    assert kept["after"]["newest"] >= "2026-11-20"
    assert rate(prices(farthing, "gpt-9", "--as-of", "2026-11-19"))["usd"] == "4"
    assert rate(prices(farthing, "gpt-9", "--as-of", "2026-11-22"))["usd"] == "2"
    assert "installed prices are used again" in farthing("catalog", "update", "--reset").out
    assert book().hash == before
    assert farthing("catalog", "prices", "gpt-9").code == 2
    assert "Nothing was kept" in farthing("catalog", "update", "--reset").out


def test_a_second_source_is_kept_and_fills_what_is_missing(farthing, written):
    outcome = farthing("catalog", "update", "--from", written("map.json", MAP))
    assert outcome.code == 0
    assert "1 models of litellm" in outcome.out
    found = rate(prices(farthing, "new-host/m"))
    assert (found["usd"], found["layer"], found["dated"]) == ("3", "second source", False)


@pytest.mark.parametrize("content", [CONTRACT, "[1]", '{"a": 1}', '[{"id": "x"}]'])
def test_what_is_no_price_list_is_not_kept(farthing, written, tmp_path, content):
    outcome = farthing("catalog", "update", "--from", written("file", content))
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert not (tmp_path / "data").exists()


def test_an_update_needs_a_file_and_a_folder_that_can_be_written(farthing, written, monkeypatch):
    assert farthing("catalog", "update").code == 2
    assert farthing("catalog", "update", "--reset", "--from", "x").code == 2
    monkeypatch.setenv("FARTHING_DATA", "/dev/null/nowhere")
    outcome = farthing("catalog", "update", "--from", written("map.json", MAP))
    assert outcome.code == 2
    assert "FARTHING_DATA" in outcome.err


def test_kept_prices_that_were_damaged_are_said_to_be(farthing, written, tmp_path):
    farthing("catalog", "update", "--from", written("map.json", MAP))
    (tmp_path / "data" / "prices" / "litellm").write_text("{", encoding="utf-8")
    book.cache_clear()
    outcome = farthing("catalog", "prices", "gpt-4o")
    assert outcome.code == 2
    assert "update --reset" in outcome.err


def test_conflicts_show_both_values_and_the_rule(farthing, written):
    ours = {"mistral/mistral-large-latest": {"litellm_provider": "mistral", "input_cost_per_token": 5e-07}}
    outcome = farthing(
        "catalog", "conflicts", "--from", written("m.json", ours), "--as-of", "2026-11-22", "--json"
    )
    found = json.loads(outcome.out)
    assert found["sources"] == ["catalog", "genai-prices", "second source"]
    stale = [
        one for one in found["conflicts"] if (one["model"], one["meter"]) == ("mistral-large-latest", "input")
    ]
    assert [(said["source"], said["usd"]) for said in stale[0]["said"]] == [
        ("catalog", 0.5),
        ("genai-prices", 2.0),
        ("second source", 0.5),
    ]
    assert (stale[0]["chosen"], stale[0]["chosen_usd"]) == ("catalog", 0.5)
    assert "a dated price beats an undated one" in stale[0]["why"]
    text = farthing("catalog", "conflicts", "--all", "--as-of", "2026-11-22").out
    assert "mistral/mistral-large-latest" in text
    assert farthing("catalog", "conflicts", "--from", written("c.yaml", CONTRACT)).code == 2


def test_a_stale_book_is_a_warning_and_exit_5_under_strict(farthing, monkeypatch):
    from datetime import date

    from farthing.app import book_age, price_list

    for module in (book_age, price_list):
        monkeypatch.setattr(module, "today", lambda: date(2028, 1, 1))
    outcome = farthing("catalog", "prices", "gpt-4o", "--json")
    assert outcome.code == 0
    assert [problem["code"] for problem in json.loads(outcome.out)["problems"]] == ["stale-book"]
    assert farthing("catalog", "prices", "gpt-4o", "--strict").code == 5


def test_the_check_counts_prices_and_shows_the_age_of_the_book(farthing):
    outcome = farthing("catalog", "check")
    assert outcome.code == 0, outcome.out
    assert "prices" in outcome.out
    assert "days old" in outcome.out
