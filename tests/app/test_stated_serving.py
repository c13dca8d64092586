"""The seed report's throughput table beside what serving takes."""

from farthing.app.stated_serving import stated_serving
from farthing.present.stated_serving import render


def test_every_row_is_recomputed_beside_what_is_stated():
    rows = stated_serving()
    assert [row.stated_tok_s for row in rows] == [10_000, 16_200, 3_004, 577]
    for row in rows:
        assert row.most.p05 < row.most.p50 < row.most.p95
        assert row.within is None or row.within.p50 <= row.most.p50 * (1 + 1e-9)
        assert row.within_batch is None or row.within_batch <= row.most_batch
        assert row.holds == (1 / 1.25 <= row.factor <= 1.25)
    made = render(rows)
    assert "16,200 in 30 ms" in made
    assert all(row.name in made for row in rows)


def test_the_command_is_the_one_that_was_run(monkeypatch, tmp_path):
    from farthing.doors.cli.main import main

    monkeypatch.setenv("FARTHING_STATE", str(tmp_path))
    words = stated_serving()[1].command.split()
    assert main([*words[1:], "--quiet"]) == 0
