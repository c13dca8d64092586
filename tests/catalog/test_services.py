"""Prices of services: what is found by name and by size, and what is doubted."""

from datetime import date

import pytest

from farthing.catalog import check, services
from farthing.catalog.load import catalog
from farthing.units.problem import InputError
from farthing.units.quantity import parse_as

DAY = date(2026, 11, 22)
SERVICE = (
    "tuned: {name: Tuned, provider: acme, weights: lora, above_params: 1e9, up_to_params: 16e9,"
    ' train_usd_per_m_tokens: "0.48", valid_from: 2025-01, source: sheet, date: 2025-01, confidence: A}\n'
)


@pytest.fixture(scope="module")
def real():
    return catalog()


def middle(text):
    value = parse_as(text, "train_usd_per_m_tokens", "test").value
    return getattr(value, "p50", value)


def codes(folder):
    return [problem.code for problem in check.folder_problems(folder.root)]


@pytest.mark.parametrize("provider", ["openai", "together", "fireworks", "google", "aws", "azure", "mistral"])
def test_the_services_people_name_have_a_price(real, provider):
    assert [service for service in real.tuning_services.values() if service.provider == provider]


@pytest.mark.parametrize(
    ("params", "found", "missing"),
    [
        (8e9, {"together-lora-16b", "fireworks-16b", "ori-10b"}, "together-lora-69b"),
        (16e9, {"together-lora-16b", "fireworks-16b"}, "fireworks-80b"),
        (70e9, {"together-lora-100b", "fireworks-80b"}, "ori-10b"),
        (500e9, {"fireworks-beyond-300b"}, "fireworks-300b"),
    ],
)
def test_open_models_are_priced_by_size(real, params, found, missing):
    names = services.tuning_services(real, "", params, DAY)
    assert found <= set(names)
    assert missing not in names


@pytest.mark.parametrize("name", ["gpt-4o-mini", "GPT-4o mini", "OpenAI GPT-4o mini", "openai-gpt-4o-mini"])
def test_closed_models_are_found_by_any_spelling(real, name):
    assert "openai-gpt-4o-mini" in services.tuning_services(real, name, None, DAY)


def test_a_service_is_not_there_before_it_began(real):
    assert services.tuning_services(real, "gpt-4o-mini", None, date(2024, 1, 1)) == {}


def test_a_service_that_ended_is_not_there_afterwards(folder):
    ended = SERVICE.replace("valid_from: 2025-01", "valid_from: 2025-01, valid_to: 2025-06-30")
    folder.write("services/finetuning.yaml", ended)
    facts = check.compile_folder(folder.root)[0]
    assert services.tuning_services(facts, "", 8e9, date(2025, 6, 30))
    assert not services.tuning_services(facts, "", 8e9, date(2025, 7, 1))


def test_a_larger_model_never_costs_less_a_token(real):
    for provider, weights, objective in (
        ("together", "lora", "supervised"),
        ("together", "full", "supervised"),
        ("together", "lora", "preference"),
        ("fireworks", "lora", "supervised"),
    ):
        rows = [
            service
            for service in real.tuning_services.values()
            if (service.provider, service.weights, service.objective) == (provider, weights, objective)
        ]
        prices = [
            middle(row.train_usd_per_m_tokens) for row in sorted(rows, key=lambda row: row.above_params)
        ]
        assert prices == sorted(prices)


def test_what_is_remembered_says_so(real):
    for service in real.tuning_services.values():
        assert service.confidence != "D" or "memory" in service.note


def test_labels_and_teachers_are_found_by_any_name(real):
    assert services.label_kind(real, "Ranking")[0] == "preference"
    assert services.teacher(real, "Claude Sonnet 4.6")[0] == "claude-sonnet"


@pytest.mark.parametrize(
    ("find", "name", "guess"),
    [(services.label_kind, "preferense", "preference"), (services.teacher, "gpt-4.1-mni", "gpt-4.1-mini")],
)
def test_an_unknown_name_has_a_nearest(real, find, name, guess):
    with pytest.raises(InputError) as caught:
        find(real, name)
    assert guess in caught.value.problems[0].fix


def test_an_unlike_name_gets_the_list(real):
    with pytest.raises(InputError) as caught:
        services.label_kind(real, "zzzzzzzz")
    assert "classification" in caught.value.problems[0].fix


def test_closed_models_that_are_tuned_are_listed(real):
    assert {"gpt-4o", "gemini-2.5-flash"} <= set(services.tuned_models(real))


def test_a_sound_service_is_not_doubted(folder):
    assert codes(folder.write("services/finetuning.yaml", SERVICE)) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("above_params: 1e9", "above_params: 16e9", "odd-service"),
        ('"0.48"', '"0.00048"', "odd-service"),
        ('"0.48"', '"480000"', "odd-service"),
        ('"0.48"', '"cheap"', "unreadable-figure"),
        ('"0.48"', '"0.48..0.60"', None),
        ("source: sheet", "source: shet", "unknown-source"),
    ],
)
def test_doubts_about_a_service(folder, before, after, code):
    folder.write("services/finetuning.yaml", SERVICE.replace(before, after))
    assert codes(folder) == ([code] if code else [])


def test_labels_and_teachers_must_be_figures_too(folder):
    folder.write(
        "services/labels.yaml",
        'crowd: {name: Crowd, usd_per_example: "dear", source: sheet, date: 2024-01, confidence: C}\n',
    )
    folder.write(
        "services/teachers.yaml",
        'big: {name: Big, input_usd_per_m_tokens: "1", output_usd_per_m_tokens: "many", source: sheet,'
        " date: 2024-01, confidence: C}\n",
    )
    assert codes(folder) == ["unreadable-figure", "unreadable-figure"]
