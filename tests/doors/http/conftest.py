"""The HTTP door in this process, reached over ASGI by a real client, and as a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from farthing.app import access_tokens
from farthing.app.live import receiver_of
from farthing.doors.asgi import Settings, door_of
from farthing.doors.http.application import application
from farthing.doors.http.guard import allowed_hosts
from farthing.doors.http.limits import Limits


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path / "state"))


@pytest.fixture
def tokens():
    """A token of each scope."""
    return {scope: access_tokens.create(scope).token for scope in access_tokens.SCOPES}


@pytest.fixture
def receiver(tmp_path):
    made = receiver_of(tmp_path / "ledger", tmp_path / "journal" / "journal.sqlite")
    made.start()
    yield made
    made.close(20)


class Server:
    """A door and a client of it."""

    def __init__(self, receiver, ledger, limits, tokens, hosts):
        self.receiver = receiver
        self.ledger = str(ledger)
        self.tokens = tokens
        self.door = door_of(receiver, Settings(limits=limits), self.ledger)
        self.app = application(self.door, hosts)

    async def ask(self, method, path, *, scope=None, **options):
        headers = dict(options.pop("headers", {}))
        if scope is not None:
            headers["authorization"] = f"Bearer {self.tokens[scope]}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8088") as client:
            return await client.request(method, path, headers=headers, **options)

    def get(self, path, **options):
        return self.run(self.ask("GET", path, **options))

    def post(self, path, **options):
        return self.run(self.ask("POST", path, **options))

    @staticmethod
    def run(coroutine):
        return asyncio.run(coroutine)


@pytest.fixture
def serve(receiver, tokens, tmp_path):
    """Makes a server with limits of its own."""
    made = []

    def make(**limits):
        hosts = allowed_hosts("127.0.0.1", ())
        made.append(Server(receiver, tmp_path / "ledger", replace(Limits(), **limits), tokens, hosts))
        return made[-1]

    yield make
    for server in made:
        server.door.close()


@pytest.fixture
def server(serve):
    return serve()


@contextmanager
def process(folder, *words):
    """`farthing up` as a process of its own, on a free port: the process and its address."""
    environment = {**os.environ, "PYTHONPATH": str(Path("src").absolute()), "PYTHONWARNINGS": "default"}
    words = (
        "up",
        "--port",
        "0",
        "--ledger",
        str(folder / "ledger"),
        "--journal",
        str(folder / "j" / "j.db"),
        *words,
    )
    started = subprocess.Popen(
        [sys.executable, "-m", "farthing.doors.cli.main", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        line = started.stdout.readline()
        yield started, line.split(" at ")[1].split(",")[0] if " at " in line else ""
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGKILL)
        started.communicate()


@pytest.fixture
def up(tmp_path, tokens):
    """Starts a process."""
    del tokens  # are made first
    return lambda *words: process(tmp_path, *words)
