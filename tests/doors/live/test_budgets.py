"""A receiver that is given budgets tells their webhooks."""

import json
from datetime import UTC, datetime

from receivers import receiver


def test_a_budget_that_is_passed_is_told(up, tmp_path):
    billed = {"provider": "maker", "model": "small", "billed_amount": "60", "billed_currency": "USD"}
    event = {"event_id": "a", "at": datetime.now(tz=UTC).isoformat(), "input_tokens": 5} | billed
    assert up.post("/api/events", json.dumps({"events": [event]}).encode())["stored"] == 1
    assert up.stop() == 0
    with receiver() as hook:
        path = tmp_path / "budgets.yaml"
        path.write_text(f'budgets: [{{name: all, amount: 50, alerts: [{{webhook: "{hook.url}"}}]}}]\n')
        up.start("--budget", str(path))
        assert up.stop() == 0
        ((_, body),) = hook.came
    assert json.loads(body)["budget"]["spent_usd"] == "60"


def test_a_budget_file_that_cannot_be_used_is_an_error_at_once(up, tmp_path):
    assert up.stop() == 0
    (tmp_path / "budgets.yaml").write_text("budgets: nothing\n")
    done = up.run("up", "--port", "0", "--budget", str(tmp_path / "budgets.yaml"))
    assert done.returncode == 2
    assert "budgets.yaml" in done.stderr
