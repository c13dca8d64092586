"""`farthing up` as a process: it binds, keeps what it acknowledged, and ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest

from farthing.app.spend import spend

EVENT = {"at": "2026-11-20T10:00:00Z", "provider": "openai", "model": "gpt-5", "input_tokens": 7}


def connect(address):
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def answer_of(connection):
    """Everything until the server closes the connection."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_what_was_acknowledged_is_in_the_ledger_after_a_clean_end(up, tokens, tmp_path, stop):
    with up() as (process, address):
        headers = {"authorization": f"Bearer {tokens['write']}"}
        events = [EVENT | {"event_id": str(number)} for number in range(100)]
        answer = httpx.post(f"{address}/api/events", json={"events": events}, headers=headers)
        assert answer.json() == {"stored": 100, "duplicate": 0, "set_aside": []}
        process.send_signal(stop)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""
    assert spend(ledger=str(tmp_path / "ledger")).results["input_tokens"].p50 == 700


def test_a_request_that_runs_is_finished_before_the_end(up, tokens):
    body = json.dumps({"events": [EVENT | {"event_id": "1"}]}).encode()
    with up() as (process, address), connect(address) as connection:
        head = (
            f"POST /api/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {tokens['write']}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.3)  # the request is being read
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(body[10:])
        said = answer_of(connection)
        assert b"200 OK" in said
        assert b'"stored":1' in said
        assert process.wait(20) == 0


def test_nothing_of_a_body_is_read_before_the_token(up, tokens):
    """The client announces a terabyte, sends none of it and gets its answer; the connection is closed."""
    with up() as (_, address):
        for path in ("/v1/traces", "/api/events", "/api/spend"):
            for header, code in (
                ("", 401),
                ("authorization: Bearer fth_no\r\n", 401),
                (wrong(path, tokens), 403),
            ):
                with connect(address) as connection:
                    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\n{header}expect: 100-continue\r\n"
                    connection.sendall(f"{head}content-length: {10**12}\r\n\r\n".encode())
                    said = answer_of(connection).decode()
                assert said.startswith(f"HTTP/1.1 {code} ")
                assert "100 Continue" not in said
                assert "connection: close" in said
                assert "www-authenticate: Bearer" in said
                assert "server:" not in said


def wrong(path, tokens):
    """A token that is not good for the path."""
    return f"authorization: Bearer {tokens['read' if path != '/api/spend' else 'write']}\r\n"


def test_a_body_beyond_the_bound_is_not_read_on(up, tokens):
    with up("--max-body", "1MB") as (_, address), connect(address) as connection:
        head = (
            f"POST /v1/traces HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {tokens['write']}\r\n"
            "content-type: application/x-protobuf\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        connection.sendall(head.encode())
        sent, said = 0, []
        reading = threading.Thread(target=lambda: said.append(answer_of(connection)))
        reading.start()
        while not said and sent < 500_000_000:
            try:
                connection.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")
            except OSError:
                break  # the server has hung up
            sent += 65_536
        reading.join(20)
    assert said[0].startswith(b"HTTP/1.1 413 ")  # answered while the client still sends
    assert sent < 500_000_000


def test_heads_without_end_are_cut_off(up):
    with up() as (_, address), connect(address) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nhost: localhost\r\n")
        connection.sendall(b"".join(b"x-%d: %s\r\n" % (number, b"y" * 100) for number in range(2_000)))
        assert answer_of(connection).startswith(b"HTTP/1.1 431 ")


def test_a_connection_that_is_kept_takes_large_bodies_and_heads_in_parts(up, tokens):
    body = json.dumps({"events": [], "padding": "x" * 300_000}).encode()
    head = (
        f"POST /api/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {tokens['write']}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    with up() as (_, address), connect(address) as connection:
        for _ in range(3):
            for part in (head[:20], head[20:], body[:100_000], body[100_000:]):
                connection.sendall(part)
                time.sleep(0.05)
            said = b""
            while not said.endswith(b"}\n") and (part := connection.recv(65_536)):
                said += part
            assert said.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close" not in said


def test_two_requests_at_once_on_a_connection_are_answered_in_turn(up):
    one = b"GET /%s HTTP/1.1\r\nhost: localhost\r\n\r\n"
    with up() as (_, address), connect(address) as connection:
        connection.sendall(one % b"health" + one % b"no")
        said = b""
        while said.count(b"HTTP/1.1") < 2:
            said += connection.recv(65_536)
        assert said.index(b"200 OK") < said.index(b"404 Not Found")


def test_a_port_that_is_taken_is_a_problem(up, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with up("--port", port) as (process, address):
            assert process.wait(20) == 2
            assert address == ""
            assert "another program listens there already" in process.stderr.read()
        with up("--host", "no-such-host.invalid") as (process, _):
            assert process.wait(20) == 2
            assert "no address of this machine" in process.stderr.read()
    assert not (tmp_path / "ledger").exists()


def test_without_its_packages_it_says_how_to_install_them(tmp_path):
    code = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from farthing.doors.cli.main import main; sys.exit(main(['up', '--port', '0']))"
    )
    environment = {**os.environ, "FARTHING_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 2
    assert "pip install 'farthing[web]'" in done.stderr


def test_a_host_that_others_reach_is_warned_of(up):
    with up("--host", "0.0.0.0", "--allow-host", "farthing.example.com") as (process, address):
        assert "TLS" in process.stdout.readline()
        port = address.rsplit(":", 1)[1]
        for host, code in (("farthing.example.com", 200), ("evil.example.com", 421)):
            assert httpx.get(f"http://127.0.0.1:{port}/health", headers={"host": host}).status_code == code
