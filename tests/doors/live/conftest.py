"""A receiver as users run it: `farthing up` as a process of its own, with a ledger of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from farthing.app.spend import spend

FARTHING = [sys.executable, "-m", "farthing.doors.cli.main"]


class Up:
    """`farthing up` that can be stopped, killed and started again."""

    def __init__(self, folder):
        self.folder = folder
        self.ledger = str(folder / "ledger")
        self.environment = os.environ | {
            "FARTHING_DATA": str(folder / "data"),
            "FARTHING_STATE": str(folder / "state"),
            "FARTHING_LEDGER": self.ledger,
        }
        self.environment.pop("PYTHONWARNINGS", None)
        self.process = None
        self.url, self.port = "", "0"
        self.token = self.farthing("token", "create", "--scope", "write", "--json")["token"]

    def run(self, *words):
        return subprocess.run(
            [*FARTHING, *words], env=self.environment, check=False, capture_output=True, text=True
        )

    def farthing(self, *words):
        made = self.run(*words)
        assert made.returncode == 0, made.stderr
        return json.loads(made.stdout)

    def start(self, *words):
        self.process = subprocess.Popen(
            [*FARTHING, "up", "--port", self.port, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.url = next(word.rstrip(",") for word in line.split() if word.startswith("http://"))
        self.port = self.url.rpartition(":")[2]
        return self

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def post(self, path, body, content_type="application/json", timeout=60):
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", body, headers)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read() or b"{}")

    def spent(self, *by, **options):
        """What the ledger has: the cells of each row of `spend`, by what it is asked for."""
        answer = spend(by=list(by) or ["model"], ledger=self.ledger, **options)
        return {tuple(row[one] for one in by or ("model",)): row for row in answer.rows}

    def wait_for(self, events, *by):
        """The ledger as soon as it has so many events."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if Path(self.ledger).is_dir():
                found = self.spent(*by)
                if sum(row["events"] for row in found.values()) >= events:
                    return found
            time.sleep(0.2)
        raise AssertionError("it did not get there")


@pytest.fixture
def up(tmp_path):
    made = Up(tmp_path).start()
    yield made
    if made.process.poll() is None:
        made.stop()
