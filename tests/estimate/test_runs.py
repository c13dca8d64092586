"""Whole runs: what rows say, what practice learns, and the runs everybody knows inside their intervals."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.estimate.conftest import shared_folder

from farthing.app.train import train
from farthing.catalog.load import catalog
from farthing.estimate import published_practice
from farthing.estimate.lost_time import foreseen_goodput, usual_goodput
from farthing.estimate.practice import covariance, known_practice, practice, traits_of_runs
from farthing.estimate.run_row import developer_of, read_mfu, run_of
from farthing.estimate.runs import practice_ratio, predict
from farthing.estimate.tuned_step import best_step, tuned_tokens_per_s
from farthing.estimate.validate_runs import predictions
from farthing.units.problem import InputError

ROW = {
    "id": "x",
    "model": "Some model",
    "total_params": "7e9",
    "active_params": "7e9",
    "tokens": "2e12",
    "accelerator": "A100-SXM-80GB",
    "n_accelerators": "256",
    "precision": "BF16",
    "year": "2023",
    "kind": "pretrain",
}


def hours(**changes):
    (line,) = predictions([{**ROW, **changes}])
    assert (line.status, line.reason) == ("ok", ""), line.reason
    return line


def reason(**changes):
    (line,) = predictions([{**ROW, **changes}])
    assert line.status == "refused"
    return line.reason


@pytest.fixture(scope="module")
def published():
    return [published_practice.as_row(run) for run in catalog().published_runs.values()]


class TestRows:
    @pytest.mark.parametrize(
        ("text", "share"),
        [
            ("0.462", 0.462),
            ("46.2%", 0.462),
            ("38-43%", 0.405),
            ("0.38-0.43", 0.405),
            ("41", 0.41),
            ("", None),
        ],
    )
    def test_utilization_is_read_as_people_write_it(self, text, share):
        assert read_mfu(text) == share

    @pytest.mark.parametrize("text", ["high", "0", "140", "0.4 of 300 TFLOP/s"])
    def test_utilization_that_is_no_share_is_refused(self, text):
        with pytest.raises(InputError):
            read_mfu(text)

    def test_the_size_of_the_row_wins_over_the_catalog(self):
        mine = run_of({**ROW, "model": "Llama 3.1 8B", "total_params": "3e9", "active_params": "3e9"})
        assert mine.active_params == 3e9
        assert mine.setup.architecture.count("params") == pytest.approx(3e9, rel=0.02)
        known = run_of({**ROW, "model": "Llama 3.1 8B", "total_params": "", "active_params": ""})
        assert known.active_params == pytest.approx(8.03e9, rel=0.001)

    def test_a_mixture_by_its_sizes_alone_splits_over_devices(self):
        run = run_of({**ROW, "total_params": "1.8e12", "active_params": "2.8e11", "n_accelerators": "25000"})
        assert run.setup.architecture.shape["expert_count"] % 16 == 0
        assert run.flop_per_token == 6 * 2.8e11

    def test_a_stated_total_without_active_is_dense_unless_the_model_is_known(self):
        assert run_of({**ROW, "active_params": ""}).active_params == 7e9
        mixtral = run_of({**ROW, "model": "Mixtral 8x7B", "total_params": "46.7e9", "active_params": ""})
        assert mixtral.active_params == pytest.approx(12.9e9, rel=0.02)
        told = run_of({**ROW, "model": "Mixtral 8x7B", "total_params": "9e9", "active_params": ""})
        assert told.active_params == 9e9
        assert any("taken as active" in note for note in told.notes)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"tokens": "nan"}, "tokens is 'nan'"),
            ({"tokens": "-1"}, "tokens is '-1'"),
            ({"total_params": "", "active_params": ""}, "the size of 'Some model' is not said"),
            ({"accelerator": "Abacus"}, "No accelerator is called 'Abacus'"),
            ({"kind": "TTS (non-LLM)"}, "TTS (non-LLM): 6·N·D speaks of language models"),
            ({"precision": "thirteen bits"}, "no number format is called 'thirteen bits'"),
            ({"reported_mfu": "good"}, "reported_mfu is 'good'"),
            ({"total_params": "1000", "active_params": ""}, "1000 parameters are no language model"),
        ],
    )
    def test_what_cannot_be_told_is_refused_with_the_reason(self, changes, expected):
        assert reason(**changes) == expected

    def test_tokens_of_a_known_pretraining_come_from_the_catalog(self):
        row = {**ROW, "model": "Llama 3.1 8B", "total_params": "", "active_params": "", "tokens": ""}
        run = run_of(row)
        assert run.tokens == 15e12
        assert "tokens not stated" in run.notes[0]
        assert run.tokens_log_sd == 0

    @pytest.mark.parametrize(
        ("kind", "fewest", "most"),
        [("pretrain", 20 * 7e9, 2000 * 7e9), ("continued pretrain", 1e9, 2e11), ("fine-tune", 5e6, 1e9)],
    )
    def test_tokens_that_nobody_says_are_assumed_and_widen_the_interval(self, kind, fewest, most):
        (line,) = predictions([{**ROW, "tokens": "", "kind": kind}])
        stated = [hours(tokens=str(tokens)).mid for tokens in (fewest, most)]
        assert (line.status, line.reason[:18]) == ("ok", "tokens not stated:")
        assert stated[0] < line.mid < stated[1]
        assert line.high / line.low > stated[1] / stated[0] / 5

    def test_a_format_that_the_part_lacks_is_replaced_and_said(self):
        (line,) = predictions([{**ROW, "precision": "FP8"}])
        assert line.status == "ok"
        assert "has no fp8 units: bf16 taken" in line.reason

    def test_developers_are_known_by_the_catalog_or_by_the_first_word(self):
        assert developer_of("Llama 3.1 405B") == developer_of("OPT-175B") == "meta"
        assert developer_of("Luminous-base") == "luminous"
        assert developer_of("3.5") == ""

    def test_every_row_gets_a_line_and_nothing_measured_is_read(self, published):
        measured = ("gpu_hours", "wall_clock_days", "reported_cost_usd", "implied_mfu_6nd", "notes", "source")
        blank = [{**row, **dict.fromkeys(measured, "")} for row in published]
        assert [line.id for line in predictions(published)] == [row["id"] for row in published]
        assert predictions(blank) == predictions(published)


class TestPrediction:
    @given(st.floats(1e9, 3e11), st.floats(1e10, 1e13), st.sampled_from(["a100", "h100", "tpu-v4", "mi300x"]))
    @settings(max_examples=12)
    def test_twice_the_tokens_never_takes_fewer_hours(self, params, tokens, part):
        row = {**ROW, "total_params": str(params), "active_params": str(params), "accelerator": part}
        once, twice = predict([run_of({**row, "tokens": str(tokens * n)}) for n in (1, 2)]).mid
        assert twice > once

    def test_an_interval_holds_its_middle_and_widens_away_from_the_published_runs(self):
        near, far = hours(), hours(accelerator="Trainium2", n_accelerators="")
        assert near.low < near.mid < near.high
        assert far.high / far.low > 1.2 * near.high / near.low

    def test_a_stated_utilization_decides_and_narrows(self):
        given_, guessed = hours(reported_mfu="0.5"), hours()
        assert given_.high / given_.low < guessed.high / guessed.low
        ideal = 6 * 7e9 * 2e12 / (0.5 * 312e12 * 3600)
        assert given_.mid == pytest.approx(ideal / 0.768, rel=0.05)
        assert hours(reported_mfu="0.25").mid == pytest.approx(2 * given_.mid)

    def test_rows_are_predicted_alone_as_together(self, published):
        together = {line.id: line.cells() for line in predictions(published)}
        (alone,) = predictions([published[3]])
        assert alone.cells() == together[alone.id]

    def test_a_published_run_is_predicted_without_itself(self, published):
        row = next(row for row in published if row["id"] == "R044")  # twice as slow as any other
        own, renamed = predictions([row, {**row, "id": "another"}])
        assert own.mid < renamed.mid

    def test_the_model_of_an_unfittable_run_still_gets_an_answer(self):
        old = {"accelerator": "K80", "total_params": "5e11", "active_params": "5e11", "n_accelerators": "8"}
        (line,) = predictions([{**ROW, **old}])
        assert line.reason.endswith("has no bf16 units: fp32 taken")
        assert line.high / line.low > 3
        run = run_of({**ROW, "accelerator": "T4", "total_params": "9e14", "active_params": "9e14"})
        assert best_step(run) is None
        (unfit,) = tuned_tokens_per_s([run])
        assert unfit == pytest.approx(0.4 * 65e12 / (6 * 9e14), rel=0.01)


class TestPractice:
    def test_errors_left_out_reach_the_bars(self, published):
        """A run, its interval, and the goodput of runs whose steps are known, each without itself."""
        known = {row["id"]: float(row["gpu_hours"]) for row in published if published_row_counts(row)}
        plain = predictions([{**row, "reported_mfu": ""} for row in published if row["id"] in known])
        error = np.array([abs(line.mid / known[line.id] - 1) for line in plain])
        inside = np.mean([line.low <= known[line.id] <= line.high for line in plain])
        assert len(plain) >= 40
        assert np.median(error) <= 0.27
        assert 0.68 <= inside <= 0.92
        stated = [row for row in published if row["id"] in known and row["reported_mfu"]]
        step = [abs(line.mid / known[line.id] - 1) for line in predictions(stated)]
        assert np.median(step) <= 0.13

    def test_intervals_beat_flat_utilization_with_its_residuals(self, published):
        rows = [row for row in published if published_row_counts(row)]
        lines = predictions([{**row, "reported_mfu": ""} for row in rows])
        measured = np.log([float(row["gpu_hours"]) for row in rows])
        low, high = np.log([line.low for line in lines]), np.log([line.high for line in lines])
        flop = np.array([6 * float(row["active_params"]) * float(row["tokens"]) for row in rows])
        peak = np.array([run_of(row).setup.accelerator.fact.peak_flop_per_s["bf16"] for row in rows])
        flat = measured - np.log(flop / peak)
        ends = [np.quantile(np.delete(flat, place), [0.1, 0.9]) for place in range(len(flat))]
        flat_low, flat_high = np.array(ends).T
        assert interval_score(measured, low, high) < 0.9 * interval_score(flat, flat_low, flat_high)

    def test_far_from_all_runs_practice_is_what_all_share(self):
        known = known_practice()
        run = run_of({**ROW, "accelerator": "Gaudi2", "year": ""})
        mean, sd = known.predict(traits_of_runs([run], tuned_tokens_per_s([run])))
        assert mean[0] == pytest.approx(known.center, abs=0.3)
        assert sd[0] > known.scale["interval_noise_sd"]

    def test_covariance_is_symmetric_and_its_own_is_largest(self):
        traits = known_practice().traits
        own = covariance(traits, traits, known_practice().scale)
        assert np.allclose(own, own.T)
        assert np.all(np.linalg.eigvalsh(own) > -1e-9)

    def test_one_odd_run_moves_practice_little(self):
        known = known_practice()
        log_ratio = known.log_ratio.copy()
        log_ratio[0] -= 5
        odd = practice(known.traits, log_ratio, known.scale)
        others = known.traits.take(np.arange(20, 40))
        assert np.abs(odd.predict(others)[0] - known.predict(others)[0]).max() < 0.15

    def test_the_kept_speeds_are_those_of_the_step_model(self):
        """After a new fit of the step model, run tools/fit_runs.py too."""
        runs, kept, _ = published_practice.published_runs()
        assert len(runs) >= 40
        assert tuned_tokens_per_s(runs) == pytest.approx(kept, rel=0.1)

    def test_only_first_party_and_confirmed_runs_teach(self):
        taught = {run.id for run, _ in published_practice.measured_runs()}
        runs = catalog().published_runs
        assert all(name.startswith("R") and runs[name].quality in ("A", "B") for name in taught)

    def test_lost_time_is_counted_once(self):
        run = run_of(ROW)
        low, high = (practice_ratio(run, goodput) for goodput in (0.7, 0.9))
        assert low.p50 * 0.7 == pytest.approx(high.p50 * 0.9)

    @given(st.floats(8, 1e5))
    def test_more_accelerators_never_lose_less(self, count):
        assert usual_goodput(2 * count) <= usual_goodput(count) < foreseen_goodput(count) < 1


class TestTrain:
    @pytest.mark.parametrize(
        ("asked", "gpu_hours"),
        [
            (
                {"model": "llama-3.1-405b", "tokens": "15.6T", "accelerator": "h100-sxm", "count": 16384},
                30.84e6,
            ),
            ({"model": "llama-3.1-70b", "tokens": "15T", "accelerator": "h100-sxm", "count": 4096}, 7.0e6),
            ({"model": "llama-3.1-8b", "tokens": "15T", "accelerator": "h100-sxm", "count": 1024}, 1.46e6),
            ({"model": "llama-2-70b", "tokens": "2T", "accelerator": "a100-sxm-80gb", "count": 2048}, 1.72e6),
        ],
    )
    def test_what_meta_reported_lies_inside(self, asked, gpu_hours):
        found = train(**asked, as_of="2024-07-01").results["gpu_hours"]
        assert found.p05 < gpu_hours < found.p95
        assert 0.6 < found.p50 / gpu_hours < 1.5

    def test_deepseek_v3_lies_inside_in_hours_and_money(self):
        found = train(
            model="deepseek-v3", tokens="14.8T", accelerator="h800", count=2048, precision="fp8", rate="$2/h",
            as_of="2024-12-01",
        ).results  # fmt: skip
        assert found["gpu_hours"].p05 < 2.664e6 < found["gpu_hours"].p95
        assert found["compute_cost_usd"].p05 < 5.328e6 < found["compute_cost_usd"].p95
        assert found["gpu_hours"].p50 / 2.664e6 < 1.5

    def test_practice_can_be_set_aside(self):
        asked = {
            "model": "llama-3.1-8b",
            "tokens": "1T",
            "accelerator": "h100-sxm",
            "count": 64,
            "as_of": "2025-07-01",
        }
        usual, tuned = train(**asked), train(**asked, set="practice_ratio=1")
        assert tuned.results["mfu"].p50 > usual.results["mfu"].p50
        spread = {item.name: item.value for item in tuned.assumptions}
        assert spread["evidence_ratio"].p95 > spread["evidence_ratio"].p05
        said = {item.name: item.value for item in usual.assumptions}
        assert said["evidence_ratio"].p95 == said["evidence_ratio"].p05
        assert (
            next(iter(d.name for d in usual.drivers if d.name != "rent_usd_per_gpu_hour")) == "practice_ratio"
        )

    def test_a_given_utilization_leaves_practice_out(self):
        found = train(
            model="llama-3.1-405b", tokens="15.6T", accelerator="h100-sxm", count=16384, mfu="0.38..0.43",
            as_of="2024-07-01",
        )  # fmt: skip
        assert "practice_ratio" not in {item.name for item in found.assumptions}
        assert found.results["gpu_hours"].p05 < 1.1 * 30.84e6
        assert found.results["gpu_hours"].p50 == pytest.approx(30.84e6, rel=0.3)

    @given(st.floats(1e10, 1e13), st.sampled_from(["h100-sxm", "a100-sxm-80gb", "b200"]))
    @settings(max_examples=8)
    def test_twice_the_tokens_never_costs_less(self, tokens, part):
        asked = {
            "model": "llama-3.1-8b",
            "accelerator": part,
            "count": 256,
            "as_of": "2026-06-01",
            "draws": 256,
        }
        once, twice = (train(**asked, tokens=tokens * n).results["compute_cost_usd"] for n in (1, 2))
        assert twice.p50 > once.p50


class TestTheSharedTable:
    @pytest.fixture
    def table(self):
        file = shared_folder() / "data/training_runs.csv"
        if not file.is_file():
            pytest.skip("the table of whole runs is not here: set FARTHING_SHARED to its folder")
        with file.open(newline="", encoding="utf-8-sig") as handle:
            return list(csv.DictReader(handle))

    def test_nearly_all_measured_rows_are_answered(self, table):
        counted = [row for row in table if row["quality"] in ("A", "B") and row["gpu_hours"]]
        answered = [line.status == "ok" for line in predictions(counted)]
        assert np.mean(answered) >= 0.95


def published_row_counts(row):
    return (
        row["id"].startswith("R")
        and row["quality"] in ("A", "B")
        and bool(row["gpu_hours"] and row["tokens"])
    )


def interval_score(measured, low, high):
    outside = np.maximum(0, np.maximum(low - measured, measured - high))
    return float(np.mean(high - low + 10 * outside))
