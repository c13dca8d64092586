"""`POST /api/VERB` answers what the command line answers, and reaches no further than its token."""

import gzip
import importlib
import json
from dataclasses import replace

import pytest

from farthing.app.verbs import verbs
from farthing.doors.cli.main import VERBS as COMMANDS
from farthing.doors.cli.main import main

# Why a command is no question over HTTP.
NO_QUESTIONS = {
    "up": "is the server",
    "token": "decides who may in",
    "demo": "prints a tour for people",
}
TIME = {"accelerator": "a100-sxm-80gb", "count": 280, "duration": "2 weeks", "rate": "$2.50/h"}
TOKENS = {"model": ["gpt-5"], "input": 1000, "output": "500", "requests": "10k/day", "as_of": "2026-11-20"}
EVENT = {"event_id": "1", "at": "2026-11-20T10:00:00Z", "provider": "openai", "model": "gpt-5"}


def test_every_command_is_a_question_or_says_why_not():
    assert set(COMMANDS) == set(verbs()) | set(NO_QUESTIONS)


@pytest.mark.parametrize("name", verbs())
def test_every_verb_has_a_module_that_answers_and_says_what_it_is_for(name):
    found = verbs()[name]
    assert importlib.import_module(found.home)
    assert 10 < len(found.title) < 120
    assert found.fields


def test_options_that_name_files_are_known_as_such():
    """A word whose help speaks of files or places is among those that take the scope admin."""
    telling = ("file", "folder", "where the ledger", "URL", "a bill:", "cost report")
    seen = {
        (one.name, field.name)
        for one in verbs().values()
        for field in one.fields
        if any(word in field.help for word in telling) and field.name not in one.path_options
    }
    assert seen <= {("import", "format"), ("reconcile", "format")}  # the name of a format, no file


@pytest.mark.parametrize(
    ("verb", "options"), [("train", TIME), ("tokens", TOKENS), ("graph", {"verb": "train"})]
)
def test_the_answer_is_what_the_command_line_prints_as_json(server, capsys, verb, options):
    answer = server.post(f"/api/{verb}", scope="read", json=options)
    words = [word for name, value in options.items() for word in option(verb, name, value)]
    assert main([verb, *words, "--json"]) == 0
    assert answer.status_code == 200
    assert answer.headers["farthing-exit-code"] == "0"
    assert answer.text == capsys.readouterr().out


def option(verb, name, value):
    if verb == "graph":
        return [value]
    values = value if isinstance(value, list) else [value]
    return [word for one in values for word in (f"--{name.replace('_', '-')}", str(one))]


def test_why_asks_anew(server):
    answer = server.post("/api/why", scope="read", json={"name": "gpu_hours", **TIME})
    assert answer.json()["name"] == "gpu_hours"
    answer = server.post("/api/why", scope="read", json=TIME)
    assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, "name")


def test_the_ledger_has_all_that_was_acknowledged(server):
    events = {"events": [EVENT | {"input_tokens": 3}, EVENT | {"event_id": "2", "input_tokens": 4}, 5]}
    kept = server.post("/api/events", scope="write", json=events).json()
    assert (kept["stored"], len(kept["set_aside"])) == (2, 1)
    found = server.post("/api/spend", scope="read", json={"by": "model"}).json()
    assert found["results"]["input_tokens"]["exact"] == "7"
    shown = server.post("/api/ledger", scope="read", json={}).json()
    assert shown[0]["rows"] == 2


def test_a_ledger_that_is_slow_is_said(server, monkeypatch):
    server.post("/api/events", scope="write", json={"events": [EVENT | {"input_tokens": 3}]})
    server.receiver.settle(20)
    late = replace(server.receiver.state(), waiting_events=7)
    monkeypatch.setattr(server.receiver, "settle", lambda _s: False)
    monkeypatch.setattr(server.receiver, "state", lambda: late)
    answer = server.post("/api/spend", scope="read", json={})
    assert (answer.status_code, answer.headers["farthing-waiting-events"]) == (200, "7")
    assert "farthing-waiting-events" not in server.post("/api/catalog", scope="read", json={}).headers


def test_questions_about_budgets_have_the_owners_files(server, tmp_path):
    path = tmp_path / "budgets.yaml"
    path.write_text("budgets: [{name: all, amount: $100, period: month}]\n")
    server.post("/api/events", scope="write", json={"events": [EVENT | {"input_tokens": 3}]})
    asked = {"as_of": "2026-11-21"}
    assert server.post("/api/budget", scope="read", json=asked).status_code == 400
    assert server.post("/api/budget", scope="read", json=asked | {"file": str(path)}).status_code == 403
    server.door.defaults = {"budget": {"file": [str(path)]}}
    answer = server.post("/api/budget", scope="read", json=asked)
    assert (answer.status_code, answer.json()["results"]["limit_usd"]["p50"]) == (200, 100.0)


def test_a_missing_price_is_a_code_under_strict(server):
    events = {"events": [EVENT | {"model": "in-house-7b", "provider": "us", "input_tokens": 3}]}
    server.post("/api/events", scope="write", json=events)
    for strict, code in ((False, "0"), (True, "5")):
        answer = server.post("/api/spend", scope="read", json={"strict": strict})
        assert (answer.status_code, answer.headers["farthing-exit-code"]) == (200, code)


def test_codes_that_only_some_verbs_have(server, tmp_path):
    events = {"events": [EVENT | {"input_tokens": 1_000_000}]}
    server.post("/api/events", scope="write", json=events)
    bill = tmp_path / "bill.csv"  # gpt-5 lists $1.25 for a million tokens read
    bill.write_text("at,provider,billed_cost,currency\n2026-11-20T10:00:00Z,openai,2.00,USD\n")
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"at": 1}\n')
    asked = {"invoice": [str(bill)], "format": "charges", "as_of": "2026-11-21"}
    for verb, options, code in (
        ("reconcile", {**asked, "tolerance": "1%"}, "3"),
        ("reconcile", {**asked, "tolerance": "99%"}, "0"),
        ("import", {"files": [str(broken)], "format": "events"}, "2"),
        ("anomalies", {"fail": True}, "0"),
    ):
        answer = server.post(f"/api/{verb}", scope="admin", json=options)
        assert (verb, answer.status_code, answer.headers.get("farthing-exit-code")) == (verb, 200, code)


def test_what_cannot_be_done_is_its_own_code(server):
    asked = {"model": "llama-3.1-405b", "tokens": "15T", "accelerator": "h100-sxm", "count": 8}
    answer = server.post("/api/train", scope="read", json=asked)
    assert (answer.status_code, answer.headers["farthing-exit-code"]) == (422, "6")
    assert answer.json()["problems"][0]["code"] == "infeasible"


@pytest.mark.parametrize(
    ("verb", "options", "where"),
    [
        ("train", {"config": "/etc/hostname"}, "config"),
        ("train", {"scenario": "x.yaml"}, "scenario"),
        ("spend", {"ledger": "/somewhere"}, "ledger"),
        ("spend", {"against": "x.yaml"}, "against"),
        ("tokens", {"text": "/etc/passwd"}, "text"),
        ("tokens", {"book": ["/etc/passwd"]}, "book"),
        ("validate", {"kind": "runs", "predictions": "out.csv"}, "predictions"),
        ("why", {"name": "x", "config": "/etc/hostname"}, "config"),
        ("import", {}, "import"),
        ("export", {"out": "x.csv"}, "out"),
        ("reprice", {"apply": True}, "apply"),
        ("calibrate", {"kind": "training"}, "calibrate"),
    ],
)
def test_a_reader_reaches_no_files_and_changes_nothing(server, verb, options, where):
    answer = server.post(f"/api/{verb}", scope="read", json=options)
    assert answer.status_code == 403
    assert where in [problem["where"] for problem in answer.json()["problems"]]


def test_an_admin_names_files_of_the_server(server, tmp_path):
    usage = tmp_path / "usage.csv"
    usage.write_text("event_id,at,provider,model,input_tokens\n1,2026-11-20T10:00:00Z,openai,gpt-5,9\n")
    assert server.post("/api/import", scope="admin", json={"files": [str(usage)]}).json()["results"]["stored"]
    out = tmp_path / "out.csv"
    asked = {"out": str(out), "table": "spend", "by": ["model"]}
    assert server.post("/api/export", scope="admin", json=asked).status_code == 200
    assert "gpt-5" in out.read_text()
    for verb, name in (("import", "files"), ("export", "out")):
        answer = server.post(f"/api/{verb}", scope="admin", json={name: "-"})
        assert (answer.status_code, answer.json()["problems"][0]["where"]) == (400, name)


@pytest.mark.parametrize(
    ("verb", "body", "status", "said"),
    [
        ("spned", "{}", 404, "Did you mean spend?"),
        ("train", "[]", 400, "no JSON object"),
        ("train", "{", 400, "no JSON"),
        ("train", '{"accelertor": "h100"}', 400, "Did you mean accelerator?"),
        ("train", '{"count": [1], "rate": {}, "owned": 3.5}', 400, "count"),
        ("train", '{"count": true}', 400, "true or false"),
        ("train", '{"count": 1e999}', 400, ""),
        ("train", '{"fx": 3, "seed": {}}', 400, "seed"),
        ("train", '{"strict": "yes"}', 400, "strict"),
        ("tokens", '{"draws": 65537}', 400, "draws"),
        ("tokens", '{"model": [[]]}', 400, "model"),
        ("spend", '{"by": "tag:x"}', 400, "nothing was imported yet"),
        ("graph", '{"verb": "spend"}', 400, "verb"),
        ("catalog", '{"show": "h100-sxm", "search": "h"}', 400, "different things"),
        ("validate", "{}", 400, "kind"),
        ("train", '{"model": "' + "x" * 2_000_000 + '"}', 413, "larger"),
    ],
)
def test_what_cannot_be_understood_is_said(server, verb, body, status, said):
    answer = server.post(
        f"/api/{verb}", scope="read", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == status
    assert said in answer.text
    assert all(
        set(one) == {"code", "severity", "where", "what", "why", "fix"} for one in answer.json()["problems"]
    )


def test_a_question_that_unpacks_to_too_much(server):
    body = gzip.compress(b'{"model": "' + b"x" * 5_000_000 + b'"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert server.post("/api/tokens", scope="read", content=body, headers=headers).status_code == 413
    small = gzip.compress(b'{"verb": "train"}')
    assert server.post("/api/graph", scope="read", content=small, headers=headers).status_code == 200


def test_an_empty_body_says_nothing(server):
    answer = server.post("/api/catalog", scope="read", headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert "accelerators" in answer.text


def test_questions_do_not_queue_without_end(serve, monkeypatch):
    import asyncio
    import threading

    server = serve(verbs=1, verbs_waiting=1, verb_s=5.0)
    going, running = threading.Event(), []

    class Slow:
        name = "slow"
        reads_ledger, fields, path_options, changing_options, changes = False, (), (), (), False

        def answer(self, _given):
            running.append(1)
            going.wait(10)
            return ()

    monkeypatch.setattr("farthing.doors.http.questions.verb", lambda _name: Slow())

    async def three():
        asked = [
            asyncio.create_task(server.ask("POST", "/api/train", scope="read", json={})) for _ in range(3)
        ]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        going.set()
        return [one.result() for one in done], await asyncio.gather(*asked)

    first, every = server.run(three())
    assert [answer.status_code for answer in first] == [503]
    assert first[0].headers["retry-after"]
    assert sorted(answer.status_code for answer in every) == [200, 200, 503]
    assert len(running) == 2
    assert server.door.asking == 0


def test_verbs_are_listed_and_described(server):
    listed = server.get("/api").json()["verbs"]
    assert {one["name"] for one in listed} == set(verbs())
    described = server.get("/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert {f"/api/{name}" for name in verbs()} <= set(described["paths"])
    train = described["paths"]["/api/train"]["post"]
    schema = train["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["precision"]["enum"][0] == "fp32"
    assert schema["properties"]["count"]["description"] == "how many accelerators"
    assert train["security"] == [{"read": []}]
    json.dumps(described)
