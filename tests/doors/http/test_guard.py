"""Who may ask what, for which host, how often and how much at once; and what every answer says besides."""

import asyncio
import json
import re

import pytest

from farthing.app import access_tokens
from farthing.doors.http.counters import Counters
from farthing.doors.http.guard import allowed_hosts
from farthing.doors.http.rates import Rates
from farthing.units.problem import Problem

JSON = {"content-type": "application/json"}
WRITING = ("/v1/traces", "/v1/metrics", "/v1/logs", "/api/events")
OPEN = ("/health", "/healthz", "/livez", "/ready", "/readyz", "/metrics", "/api", "/openapi.json")


@pytest.mark.parametrize("path", [*WRITING, "/api/spend", "/api/nothing"])
@pytest.mark.parametrize(
    "header",
    [
        None, "", "Bearer", "Bearer ", "Bearer fth_unknown", "Bearer unknown", "Basic Zm9vOmJhcg==", "fth_x",
        "Bearer " + "x" * 9999,
    ],
)  # fmt: skip
def test_without_a_token_that_is_known_nothing_is_done(server, path, header):
    headers = JSON | ({"authorization": header} if header is not None else {})
    answer = server.post(path, content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="farthing"')
    assert answer.headers["connection"] == "close"  # the body was not read
    assert (
        server.door.counters.text(server.receiver.state(), 0).count("farthing_http_body_bytes_total 0") == 1
    )


def test_two_authorizations_are_none(server, tokens):
    headers = [("authorization", f"Bearer {tokens['admin']}"), ("authorization", "Bearer x")]
    assert server.post("/api/events", headers=[*headers, *JSON.items()][:1], content=b"{}").status_code == 415
    answer = server.run(two_headers(server, headers))
    assert answer == 401


async def two_headers(server, headers):
    """httpx would join them."""
    sent = []
    scope = {
        "type": "http", "method": "POST", "path": "/api/events", "raw_path": b"/api/events",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *((a.encode(), b.encode()) for a, b in headers)],
    }  # fmt: skip

    async def send(message):
        sent.append(message)

    await server.app(scope, None, send)
    return sent[0]["status"]


def test_each_scope_is_good_for_its_own(server):
    for path, good in [*((path, "write") for path in WRITING), ("/api/catalog", "read")]:
        for scope in access_tokens.SCOPES:
            answer = server.post(
                path, scope=scope, content=b'{"events": []}' if "events" in path else b"{}", headers=JSON
            )
            expected = 200 if scope in (good, "admin") else 403
            assert (path, scope, answer.status_code) == (path, scope, expected)


@pytest.mark.parametrize("path", OPEN)
def test_what_is_about_nobody_needs_no_token(server, path):
    assert server.get(path).status_code == 200
    answer = server.post(path, content=b"{}")
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)


def test_every_answer_is_careful(server):
    for answer in (
        server.get("/health"),
        server.get("/no/such"),
        server.post("/api/spend"),
        server.get("/metrics"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = server.run(server.ask("OPTIONS", "/api/spend", headers={"origin": "https://evil.example"}))
    assert asked.status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200), ("LOCALHOST:8088", 200), ("127.0.0.1:9", 200), ("[::1]:8088", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("127.0.0.1.nip.io", 421), ("", 421),
    ],
)  # fmt: skip
def test_a_page_elsewhere_cannot_come_in_by_its_own_name(server, host, status):
    assert server.get("/metrics", headers={"host": host}).status_code == status


def test_names_of_a_server_that_others_reach():
    assert allowed_hosts("0.0.0.0", ()) == frozenset()
    assert allowed_hosts("0.0.0.0", ("Farthing.Example.com:443",)) == {"farthing.example.com"}
    assert "farthing.example.com" in allowed_hosts("127.0.0.1", ("farthing.example.com",))
    assert {"[::1]", "localhost"} <= allowed_hosts("::1", ())


def test_a_token_that_asks_too_often_is_told_when_to_come_back(serve):
    server = serve(rate_per_s=2.0)
    answers = [server.post("/api/catalog", scope="read", json={}) for _ in range(4)]
    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[-1].headers["retry-after"] == "1"
    assert server.post("/api/catalog", scope="admin", json={}).status_code == 200


def test_a_bucket_fills_evenly():
    moment = [0.0]
    rates = Rates(10.0, lambda: moment[0])
    assert [rates.take("a") for _ in range(10)] == [0.0] * 10
    assert rates.take("a") == pytest.approx(0.1)
    assert rates.take("b") == 0.0
    moment[0] = 0.25  # two and a half more
    assert [rates.take("a") > 0 for _ in range(3)] == [False, False, True]
    moment[0] = 100.0  # never more than a second's worth
    assert sum(rates.take("a") == 0 for _ in range(50)) == 10


def test_no_more_requests_at_once_than_there_may_be(serve):
    server = serve(requests=2)

    async def slow_body(started):
        started.set()
        yield b'{"events": '
        await asyncio.sleep(0.5)
        yield b"[]}"

    async def crowd():
        begun = [asyncio.Event() for _ in range(2)]
        held = [
            asyncio.create_task(
                server.ask("POST", "/api/events", scope="write", content=slow_body(one), headers=JSON)
            )
            for one in begun
        ]
        await asyncio.gather(*(one.wait() for one in begun))
        await asyncio.sleep(0.1)
        refused = await server.ask("POST", "/api/events", scope="write", json={"events": []})
        alive = await server.ask("GET", "/health")
        return refused, alive, await asyncio.gather(*held)

    refused, alive, held = server.run(crowd())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert alive.status_code == 200
    assert [answer.status_code for answer in held] == [200, 200]
    assert server.door.running == 0


def test_a_body_that_comes_too_slowly(serve):
    server = serve(body_s=0.2)

    async def forever():
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    answer = server.post("/api/events", scope="write", content=forever(), headers=JSON)
    assert answer.status_code == 408
    assert server.door.room.held_byte == 0


def test_bodies_in_memory_share_one_bound(serve):
    server = serve(held_byte=1000, body_byte=10_000)
    body = json.dumps({"events": [], "padding": "x" * 2000}).encode()
    answer = server.post("/api/events", scope="write", content=body, headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert server.door.room.held_byte == 0
    assert server.post("/api/events", scope="write", json={"events": []}).status_code == 200


@pytest.mark.parametrize("length", ["x", "-1", "1e3"])
def test_a_length_that_is_none(server, length):
    headers = JSON | {"content-length": length}
    assert server.post("/api/events", scope="write", content=b"{}", headers=headers).status_code == 400


def test_more_events_than_there_may_be(serve):
    server = serve(events=3)
    assert server.post("/api/events", scope="write", json={"events": [{}] * 4}).status_code == 413
    assert server.post("/api/events", scope="write", json={"event": []}).status_code == 400


@pytest.mark.parametrize("event", [None, 5, "x", [], [None, None], [[{}]], {}, {"at": {}}])
def test_what_is_no_event_is_set_aside_with_its_place(server, event):
    good = {"event_id": "1", "at": "2026-11-20T10:00:00Z", "model": "m", "input_tokens": 1}
    answer = server.post("/api/events", scope="write", json={"events": [good, event]})
    assert (answer.status_code, answer.json()["stored"]) == (200, 1)
    assert [aside["where"] for aside in answer.json()["set_aside"]] == ["events[1]"]


def test_ready_says_when_nothing_can_be_kept(serve, receiver):
    server = serve()
    assert server.get("/ready").json()["status"] == "ready"
    receiver.trouble = Problem("no-space", "error", "journal", "the disk is full", "", "")
    answer = server.get("/readyz")
    assert answer.status_code == 503
    assert "the disk is full" in answer.json()["why"]
    assert server.get("/health").status_code == 200


def test_a_tokens_file_that_is_damaged_lets_nobody_in(server, tmp_path):
    (tmp_path / "data" / "tokens.json").write_text("{")
    assert server.post("/api/catalog", scope="admin", json={}).status_code == 503


def test_metrics_are_prometheus_and_name_nobody(server):
    server.post("/api/events", scope="write", json={"events": [{"x": 1}, 3]})
    for path in ("/api/secret-team", "/x/y", "/api/spend"):
        server.post(path, content=b"{}")
    text = server.get("/metrics").text
    line = re.compile(r"# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[^{}]*\})? [0-9.e+-]+")
    assert [one for one in text.splitlines() if not line.fullmatch(one)] == []
    assert 'farthing_http_requests_total{route="other",status="401"} 1' in text
    assert 'farthing_http_requests_total{route="/api/spend",status="401"} 1' in text
    assert 'farthing_http_requests_total{route="/api/events",status="200"} 1' in text
    assert 'farthing_received_events_total{outcome="set_aside"} 2' in text
    assert "farthing_commit_seconds_count 1" in text
    assert "secret" not in text


def test_a_histogram_is_cumulative():
    counters = Counters()
    received = type("Received", (), {"stored": 1, "duplicate": 0, "set_aside": ()})
    for took_s in (0.001, 0.005, 0.03, 99.0):
        counters.received(received, took_s)
    state = type("State", (), dict.fromkeys(
        ("waiting_events", "waiting_byte", "oldest_waiting_s", "received_events", "moved_events",
         "duplicate_events", "set_aside_events"), 0) | {"trouble": None})  # fmt: skip
    text = counters.text(state, 0)
    for bound, count in (("0.005", 2), ("0.025", 2), ("0.05", 3), ("10", 3), ("+Inf", 4)):
        assert f'farthing_commit_seconds_bucket{{le="{bound}"}} {count}' in text
