"""LiteLLM's callback: each call that LiteLLM makes, SDK or proxy, is sent to a receiver (`farthing up`).

In the SDK: `litellm.callbacks = [farthing.doors.litellm_callback.callback]`; in the proxy's file:
`litellm_settings: {callbacks: farthing.doors.litellm_callback.callback}`. FARTHING_URL says where the
receiver is (default http://127.0.0.1:8088), FARTHING_TOKEN is a token of scope `write`.

What is sent is what LiteLLM itself writes to its table of spend: counts, moments, the model, who called.
Messages and answers are never read. Calls never wait for it: a thread sends what a queue holds, again and
again until it is taken; what a full queue cannot hold is dropped, counted and logged.
"""

import atexit
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib import error, request

from litellm.integrations.custom_logger import CustomLogger

_URL: Final = "http://127.0.0.1:8088"
_MOST_WAITING: Final = 50_000
_AT_ONCE: Final = 500
_GATHERED_S: Final = 1.0
_TIMEOUT_S: Final = 30.0
_LONGEST_PAUSE_S: Final = 60.0
_LAST_TRY_S: Final = 10.0
_REFUSED: Final = (400, 401, 403, 404, 413, 415, 422)
_OF_METADATA: Final = (
    "usage_object",
    "user_api_key_alias",
    "user_api_key_team_alias",
    "user_api_key_project_id",
    "spend_logs_metadata",
)
_LOG: Final = logging.getLogger("farthing.litellm")
Record = dict[str, object]


def record_of(payload: Mapping[str, Any], user: str = "") -> Record:
    """A call as LiteLLM's table of spend has it, from its `standard_logging_object`.

    `user` is the one that the caller named where the proxy knows of none.
    """
    metadata: Mapping[str, Any] = payload.get("metadata") or {}
    cost: Mapping[str, Any] = payload.get("cost_breakdown") or {}
    kept = {key: metadata[key] for key in _OF_METADATA if metadata.get(key)}
    kept["status"] = payload.get("status")
    kept["cost_breakdown"] = {
        key: cost[key] for key in ("total_cost", "service_tier", "vertex_location") if cost.get(key)
    }
    if failed := (payload.get("error_information") or {}).get("error_class"):
        kept["error_information"] = {"error_class": failed}
    if known := (payload.get("model_map_information") or {}).get("model_map_key"):
        kept["model_map_information"] = {"model_map_key": known}
    return {
        "request_id": payload.get("id"),
        "call_type": payload.get("call_type"),
        "spend": payload.get("response_cost") or 0,
        "prompt_tokens": payload.get("prompt_tokens") or 0,
        "completion_tokens": payload.get("completion_tokens") or 0,
        "startTime": _moment(payload.get("startTime")),
        "endTime": _moment(payload.get("endTime")),
        "completionStartTime": _moment(payload.get("completionStartTime")),
        "model": payload.get("model"),
        "custom_llm_provider": payload.get("custom_llm_provider"),
        "api_key": metadata.get("user_api_key_hash") or "",
        "user": metadata.get("user_api_key_user_id") or user,
        "team_id": metadata.get("user_api_key_team_id") or "",
        "organization_id": metadata.get("user_api_key_org_id") or "",
        "end_user": payload.get("end_user") or "",
        "session_id": payload.get("session_id") or "",
        "cache_hit": str(bool(payload.get("cache_hit"))),
        "request_tags": list(payload.get("request_tags") or []),
        "status": payload.get("status"),
        "metadata": kept,
    }


def _moment(unix_s: object) -> str:
    """A moment in UTC, empty where there is none."""
    if not isinstance(unix_s, int | float) or unix_s <= 0:
        return ""
    return datetime.fromtimestamp(unix_s, tz=UTC).isoformat()


class FarthingLogger(CustomLogger):
    """Sends what LiteLLM calls to the receiver at `url`; `dropped` is how many calls could not be sent."""

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        super().__init__()
        self.url = (url or os.environ.get("FARTHING_URL") or _URL).rstrip("/")
        self._token = token or os.environ.get("FARTHING_TOKEN") or ""
        self._waiting: queue.Queue[Record] = queue.Queue(_MOST_WAITING)
        self._started = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self.dropped = 0

    def log_success_event(self, kwargs: Mapping[str, Any], *_: object, **__: object) -> None:
        """LiteLLM calls this after each call that is not asynchronous."""
        self._put(kwargs)

    def log_failure_event(self, kwargs: Mapping[str, Any], *_: object, **__: object) -> None:
        """LiteLLM calls this after each such call that failed."""
        self._put(kwargs)

    async def async_log_success_event(self, kwargs: Mapping[str, Any], *_: object, **__: object) -> None:
        """LiteLLM calls this after each asynchronous call."""
        self._put(kwargs)

    async def async_log_failure_event(self, kwargs: Mapping[str, Any], *_: object, **__: object) -> None:
        """LiteLLM calls this after each such call that failed."""
        self._put(kwargs)

    def flush(self, timeout_s: float = _LAST_TRY_S) -> bool:
        """Wait until all that was put is sent or dropped; whether it was within the time."""
        until = time.monotonic() + timeout_s
        while self._waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.02)
        return not self._waiting.unfinished_tasks

    def _put(self, kwargs: Mapping[str, Any]) -> None:
        payload = kwargs.get("standard_logging_object")
        if not payload:
            return
        try:
            self._waiting.put_nowait(record_of(payload, str(kwargs.get("user") or "")))
        except queue.Full:
            self._drop(1, "the receiver takes nothing and the queue is full")
        self._start()

    def _start(self) -> None:
        """A thread of this process: one that was forked away has none."""
        with self._started:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._send_all, name="farthing-litellm", daemon=True)
                self._thread.start()
                atexit.register(self._end)

    def _end(self) -> None:
        """At the end of the program: try for some seconds to send what waits."""
        self._ending.set()
        if not self.flush(_LAST_TRY_S):
            self._drop(self._waiting.unfinished_tasks, "the program ended")

    def _send_all(self) -> None:
        while True:
            records = self._gathered()
            self._send(records)
            for _ in records:
                self._waiting.task_done()

    def _gathered(self) -> list[Record]:
        """The next calls: all that come within a second of the first."""
        records = [self._waiting.get()]
        until = time.monotonic() + _GATHERED_S
        while len(records) < _AT_ONCE and (left_s := until - time.monotonic()) > 0:
            try:
                records.append(self._waiting.get(timeout=0.01 if self._ending.is_set() else left_s))
            except queue.Empty:
                break
        return records

    def _send(self, records: list[Record]) -> None:
        """Send calls until they are taken or refused for what they are."""
        body = json.dumps({"format": "litellm", "events": records}, default=str).encode()
        pause_s = 0.5
        while True:
            try:
                self._post(body)
            except error.HTTPError as refused:
                if refused.code in _REFUSED:
                    self._drop(len(records), f"the receiver answers {refused.code}: {refused.reason}")
                    return
                after = refused.headers.get("Retry-After", "")
                wait_s = float(after) if after.isdigit() else pause_s
            except OSError:
                wait_s = pause_s
            else:
                return
            self._ending.wait(min(wait_s, _LONGEST_PAUSE_S))
            if self._ending.is_set():
                time.sleep(0.2)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        asked = request.Request(f"{self.url}/api/events", body, headers)
        with request.urlopen(asked, timeout=_TIMEOUT_S) as answer:
            answer.read()

    def _drop(self, calls: int, why: str) -> None:
        self.dropped += calls
        _LOG.warning("%d calls are not in the ledger: %s", calls, why)


callback = FarthingLogger()
