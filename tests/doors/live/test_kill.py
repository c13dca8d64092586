"""`farthing up` is killed under load: what it acknowledged is in the ledger once, whatever the moment."""

import json
import os
import random
import signal
import threading
import time
import urllib.error
from collections import Counter
from http.client import HTTPException

from farthing.ledger.engine import engine
from farthing.ledger.store import open_ledger

RUNS = 20 if os.environ.get("FARTHING_LONG") else 4
SENDERS = 3


def body(ids):
    now_s = time.time()
    return json.dumps(
        {"events": [{"event_id": one, "at": now_s, "model": "gpt-5", "input_tokens": 7} for one in ids]}
    ).encode()


class Sender(threading.Thread):
    """Sends events in batches, again until they are acknowledged, and remembers which were."""

    def __init__(self, up, number, ending):
        super().__init__()
        self.up, self.number, self.ending = up, number, ending
        self.acknowledged, self.batches = [], 0

    def run(self):
        while not self.ending.is_set():
            ids = [f"{self.number}-{self.batches}-{place}" for place in range(50)]
            self.batches += 1
            while not self.ending.is_set():
                try:
                    self.up.post("/api/events", body(ids), timeout=10)
                except (OSError, HTTPException, urllib.error.URLError):
                    time.sleep(0.05)  # it was killed: send the same again to the next one
                else:
                    self.acknowledged += ids
                    break


def test_killed_again_and_again(up):
    rng, ending = random.Random(), threading.Event()
    senders = [Sender(up, number, ending) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    try:
        for _ in range(RUNS):
            time.sleep(rng.uniform(0.2, 2.5))
            up.stop(signal.SIGKILL)
            up.start()
        time.sleep(1)
    finally:
        ending.set()
        for sender in senders:
            sender.join()
    assert up.stop() == 0
    files = open_ledger(up.ledger).events.files()
    found = engine("").ask("SELECT event_id, input_tokens FROM events", {"events": files}).columns
    times = Counter(found["event_id"])
    acknowledged = {one for sender in senders for one in sender.acknowledged}
    assert len(acknowledged) >= SENDERS * 50
    assert acknowledged <= times.keys()
    assert set(times.values()) == {1}
    sent = {
        f"{sender.number}-{batch}-{place}"
        for sender in senders
        for batch in range(sender.batches)
        for place in range(50)
    }
    assert times.keys() <= sent
    assert set(found["input_tokens"]) == {7}
