"""The real litellm package, whose calls come by our callback."""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("litellm_calls.py")


def run(environment):
    environment = environment | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    words = [sys.executable, str(PROGRAM)]
    done = subprocess.run(words, check=False, env=environment, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    return [int(word) for word in done.stdout.split()[-2:]]


def test_each_call_is_an_event_once(up):
    read, written = run(up.environment | {"FARTHING_URL": up.url, "FARTHING_TOKEN": up.token})
    assert up.stop() == 0
    found = up.spent("model", "status")
    assert {key: row["events"] for key, row in found.items()} == {
        ("gpt-4o", "ok"): 3,
        ("claude-sonnet-4-5", "ok"): 1,
        ("gpt-4o", "InternalServerError"): 1,
    }
    ((_, tagged),) = up.spent("team", "user", "tag:outcome", where="team=search").items()
    assert (tagged["user"], tagged["tag:outcome"]) == ("ann", "won")
    assert (tagged["input_tokens"], tagged["output_tokens"]) == (read, written)
    for path in Path(up.folder).rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes(), f"{path.name} has a prompt"


@pytest.fixture
def picky():
    """A receiver that first refuses for want of room, then takes what comes."""
    taken, refusals = [], [503, 429]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = refusals.pop(0) if refusals else 200
            if code == 200:
                taken.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(code)
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()
        thread.join()


def test_what_is_refused_for_want_of_room_is_sent_again(picky, up):
    url, taken = picky
    run(up.environment | {"FARTHING_URL": url, "FARTHING_TOKEN": "a-token"})
    records = [record for _, _, body in taken for record in body["events"]]
    assert {(path, token) for path, token, _ in taken} == {("/api/events", "Bearer a-token")}
    assert len(records) == len({record["request_id"] for record in records}) == 5
    assert "secret" not in json.dumps(records)
