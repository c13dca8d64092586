"""Alerts: each once, signed, never lost, told to a real web server on this machine."""

import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from ledgers_made import ledger
from receivers import DRIP, GONE, receiver

from farthing.app import budget_sending, webhook
from farthing.app.asking import ask
from farthing.app.budget import budget, look
from farthing.app.budget_outbox import Outbox
from farthing.app.budget_sending import Sender
from farthing.app.budget_watch import check
from farthing.doors.cli.main import main

DAY = "2026-11-15"
EVENING = datetime(2026, 11, 16, tzinfo=UTC)
SECRET = "a key of the tests"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    lines = [
        f"e{day},2026-11-{day:02}T09:00:00Z,maker,small,1000000,0,search,acme,ok" for day in range(1, 16)
    ]
    return ledger(tmp_path_factory.mktemp("alerts"), tuple(lines))  # $3 a day: $45 by the 15th


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("BUDGET_SECRET", SECRET)


@pytest.fixture
def hook():
    with receiver() as one:
        yield one


def written(
    folder, hook, said="amount: 50, soft: [50%, 80%]", name="search", alert="secret_env: BUDGET_SECRET"
):
    path = folder / "budgets.yaml"
    path.write_text(f'budgets:\n  - {{name: {name}, {said}, alerts: [{{webhook: "{hook.url}", {alert}}}]}}\n')
    return str(path)


def told(path, place, **options):
    return budget(file=path, ledger=place, as_of=DAY, alert=True, **options)


def codes(found):
    return [problem.code for problem in found.problems if problem.code.startswith("alert")]


def sender_of(path, place, tmp_path, **how):
    looked = look(ask("budget", {"file": path, "ledger": place, "as_of": DAY}))
    pauses = []
    sender = Sender(Outbox(tmp_path / "state"), pause=pauses.append, **how)
    return looked, sender, pauses


def test_nothing_is_sent_without_being_asked_and_it_is_said_what_would_be(tmp_path, place, hook):
    found = budget(file=written(tmp_path, hook), ledger=place, as_of=DAY)
    assert codes(found) == ["alert-due", "alert-due"]
    assert hook.came == []
    assert not (tmp_path / "state" / "budget-alerts.sqlite").exists()


def test_each_threshold_is_told_once_in_a_period(tmp_path, place, hook):
    path = written(tmp_path, hook)
    assert codes(told(path, place)) == ["alert-sent", "alert-sent"]
    assert codes(told(path, place)) == []
    assert codes(budget(file=path, ledger=place, as_of=DAY)) == []
    shares = sorted(json.loads(body)["threshold"]["share"] for _, body in hook.came)
    assert shares == [0.5, 0.8]
    assert len(set(hook.ids)) == 2


def test_what_is_sent_says_where_the_budget_stands_and_is_signed(tmp_path, place, hook):
    told(written(tmp_path, hook, "amount: 50, soft: 80%"), place)
    ((headers, body),) = hook.came
    said = json.loads(body)
    assert (said["version"], said["type"]) == (1, "budget.threshold")
    assert said["text"].startswith("Budget search: $45 of $50 (90%)")
    assert (said["budget"]["spent_usd"], said["budget"]["limit_usd"]) == ("45", "50")
    assert said["threshold"] == {"of": "actual", "share": 0.8, "kind": "soft"}
    assert headers["Idempotency-Key"] == said["id"]
    second, digest = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["Farthing-Signature"]).groups()
    expected = hmac.new(SECRET.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
    assert digest == expected


@pytest.mark.parametrize("first", [[500, 503], [429, 429], [GONE, GONE], [500, GONE]])
def test_a_receiver_that_fails_twice_is_asked_a_third_time(tmp_path, place, hook, first):
    hook.answers = list(first)
    looked, sender, pauses = sender_of(written(tmp_path, hook, "amount: 50, soft: 80%"), place, tmp_path)
    found = sender.send(looked.alerts, looked.targets)
    assert (len(found.sent), found.waiting, found.problems) == (1, 0, ())
    assert len(hook.came) == 3
    assert len(set(hook.ids)) == 1
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.75 <= 2 * pauses[1] <= 3


def test_what_never_arrives_is_kept_for_the_next_time(tmp_path, place, hook):
    hook.answers = [500] * 4
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    looked, sender, _ = sender_of(path, place, tmp_path)
    found = sender.send(looked.alerts, looked.targets)
    assert (found.sent, found.waiting) == ((), 1)
    assert "500" in found.problems[0].what
    assert codes(told(path, place)) == ["alert-sent"]
    assert len(set(hook.ids)) == 1


def test_what_was_kept_is_sent_even_when_the_threshold_is_no_longer_reached(tmp_path, place, hook):
    hook.answers = [403]
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    assert codes(told(path, place)) == ["alert-not-sent"]
    later = budget(file=path, ledger=place, as_of="2026-12-01", alert=True)
    assert codes(later) == ["alert-sent"]


def test_a_refusal_is_not_asked_again_at_once(tmp_path, place, hook):
    hook.answers = [404]
    found = told(written(tmp_path, hook, "amount: 50, soft: 80%"), place)
    assert codes(found) == ["alert-not-sent"]
    assert len(hook.came) == 1


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/else", "/elsewhere"])
def test_redirects_are_not_followed(tmp_path, place, hook, where):
    hook.answers = [(307, {"Location": where})]
    found = told(written(tmp_path, hook, "amount: 50, soft: 80%"), place)
    assert len(hook.came) == 1
    assert any("redirects are not followed" in problem.what for problem in found.problems)


def test_a_receiver_that_asks_to_wait_is_left_alone_so_long(tmp_path, place, hook):
    hook.answers = [(503, {"Retry-After": "7"}), (429, {"Retry-After": "3600"})]
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    looked, sender, pauses = sender_of(path, place, tmp_path)
    found = sender.send(looked.alerts, looked.targets)
    assert (pauses, found.sent, found.waiting) == ([7.0], (), 1)
    again = sender.send(looked.alerts, looked.targets)
    assert (again.sent, again.waiting, len(hook.came)) == ((), 1, 2)


def test_retry_after_may_be_a_date(tmp_path, place, hook):
    moment = datetime.now(tz=UTC) + timedelta(seconds=5)
    hook.answers = [(503, {"Retry-After": moment.strftime("%a, %d %b %Y %H:%M:%S GMT")})]
    looked, sender, pauses = sender_of(written(tmp_path, hook, "amount: 50, soft: 80%"), place, tmp_path)
    assert len(sender.send(looked.alerts, looked.targets).sent) == 1
    assert 3 < pauses[0] <= 5


@pytest.mark.parametrize("answer", [DRIP, lambda: threading.Event().wait(2) or 200])
def test_a_slow_receiver_holds_nobody_up(tmp_path, place, hook, answer, monkeypatch):
    monkeypatch.setattr(webhook, "DEADLINE_S", 0.3)
    hook.answers = [answer]
    looked, sender, _ = sender_of(written(tmp_path, hook, "amount: 50, soft: 80%"), place, tmp_path, tries=1)
    found = sender.send(looked.alerts, looked.targets)
    assert (found.sent, found.waiting) == ((), 1)
    assert "was not reached" in found.problems[0].what


def test_nobody_listening_is_said_without_the_path(tmp_path, place, hook, capsys):
    hook.url = "http://127.0.0.1:9/hook/secret-path"
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    looked, sender, _ = sender_of(path, place, tmp_path, tries=2)
    assert sender.send(looked.alerts, looked.targets).waiting == 1
    assert main(["budget", path, "--ledger", place, "--as-of", DAY, "--json"]) == 0
    said = capsys.readouterr().out
    assert "127.0.0.1:9" in said
    assert "secret-path" not in said
    assert SECRET not in said


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path, place, hook):
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    hook.use_tls(certificate, key)
    found = told(written(tmp_path, hook, "amount: 50, soft: 80%"), place)
    assert (codes(found), hook.came) == (["alert-not-sent"], [])
    assert any("CERTIFICATE_VERIFY_FAILED" in problem.what.upper() for problem in found.problems)


def test_without_its_secret_nothing_goes_out(tmp_path, place, hook, monkeypatch):
    monkeypatch.delenv("BUDGET_SECRET")
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    found = told(path, place)
    assert (codes(found), hook.came) == (["alert-not-sent"], [])
    assert any("BUDGET_SECRET" in problem.what for problem in found.problems)
    monkeypatch.setenv("BUDGET_SECRET", SECRET)
    assert codes(told(path, place)) == ["alert-sent"]


def test_secrets_and_addresses_stay_out_of_the_state_folder(tmp_path, place, hook, monkeypatch):
    monkeypatch.setenv("HOOK_URL", hook.url)
    key = tmp_path / "key"
    key.write_text(SECRET + "\n")
    path = tmp_path / "budgets.yaml"
    said = f'{{webhook_env: HOOK_URL, secret_file: "{key}"}}'
    path.write_text(f"budgets:\n  - {{name: search, amount: 50, soft: 80%, alerts: [{said}]}}\n")
    assert codes(told(str(path), place)) == ["alert-sent"]
    ((headers, body),) = hook.came
    second = re.match(r"t=(\d+)", headers["Farthing-Signature"])[1]
    digest = hmac.new(SECRET.encode(), f"{second}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Farthing-Signature"].endswith(digest)
    kept = tmp_path / "state" / "budget-alerts.sqlite"
    assert kept.stat().st_mode & 0o077 == 0
    assert SECRET.encode() not in kept.read_bytes()
    assert b"secret-path" not in kept.read_bytes()


def test_a_new_period_and_a_new_amount_are_told_again(tmp_path, hook, place):
    path = written(tmp_path, hook, "amount: 50, soft: 50%, period: week")
    budget(file=path, ledger=place, as_of="2026-11-08", alert=True)  # $21 is below half
    assert hook.came == []
    path = written(tmp_path, hook, "amount: 20, soft: 50%, period: week")
    for day in ("2026-11-07", "2026-11-08", "2026-11-14"):
        budget(file=path, ledger=place, as_of=day, alert=True)
    assert len(hook.came) == len(set(hook.ids)) == 3  # 50% and 100% of one week, 50% of the next
    written(tmp_path, hook, "amount: 19, soft: 50%, period: week")
    budget(file=path, ledger=place, as_of="2026-11-14", alert=True)
    assert len(set(hook.ids)) == 4


def run(path, place, state, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "farthing.doors.cli.main", "budget", path, "--ledger", place, "--as-of", DAY,
         "--alert", "--quiet", *more],
        env={**os.environ, "FARTHING_STATE": str(state)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_killed_between_the_sending_and_its_record_it_is_sent_again_with_the_same_id(tmp_path, place, hook):
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    known = threading.Event()
    running = []

    def kill():
        known.wait(30)
        os.kill(running[0].pid, signal.SIGKILL)
        return 200

    hook.answers = [kill]
    running.append(run(path, place, tmp_path / "state"))
    known.set()
    assert running[0].wait(60) == -signal.SIGKILL
    assert len(hook.came) == 1
    assert run(path, place, tmp_path / "state").wait(60) == 0
    assert len(hook.came) == 2
    assert len(set(hook.ids)) == 1
    assert run(path, place, tmp_path / "state").wait(60) == 0
    assert len(hook.came) == 2


def test_processes_at_once_send_each_alert_once(tmp_path, place, hook):
    path = written(tmp_path, hook)
    hook.answers = [lambda: threading.Event().wait(0.3) or 200] * 2
    runs = [run(path, place, tmp_path / "state") for _ in range(3)]
    assert [one.wait(60) for one in runs] == [0, 0, 0]
    assert len(hook.ids) == len(set(hook.ids)) == 2


def test_the_watch_tells_once_and_tries_less_and_less_often(tmp_path, place, hook, monkeypatch):
    path = written(tmp_path, hook, "amount: 50, soft: 80%")
    clock = [EVENING - timedelta(minutes=1)]
    monkeypatch.setattr(budget_sending, "clock", lambda: clock[0])
    hook.answers = [500, 500]
    tried = []
    for _ in range(8):
        clock[0] += timedelta(minutes=1)
        check([path], clock[0] - timedelta(days=1), ledger=place)
        tried.append(len(hook.came))
    assert tried == [1, 2, 2, 3, 3, 3, 3, 3]  # after one minute, then after two
    assert len(set(hook.ids)) == 1


def test_the_watch_waits_for_a_ledger_that_has_nothing_yet(tmp_path, hook):
    found = check([written(tmp_path, hook)], EVENING, ledger=str(tmp_path / "none"))
    assert (found.answer, found.told.sent, hook.came) == (None, (), [])


def test_a_state_folder_that_cannot_be_written_is_said_and_the_answer_given(tmp_path, place, hook):
    (tmp_path / "state").write_text("in the way")
    found = told(written(tmp_path, hook), place)
    assert codes(found) == ["alert-not-sent"]
    assert (found.results["spent_usd"].exact, hook.came) == ("45", [])
