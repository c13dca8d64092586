"""Tokens: shown once, kept as a hash, recognized by a server that runs on while they change."""

import hashlib
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from farthing.app import access_tokens
from farthing.app.access_tokens import Tokens
from farthing.units.problem import InputError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path))
    return tmp_path


def test_only_the_hash_is_kept_and_only_the_owner_reads_it(folder):
    made = access_tokens.create("write", "collector")
    path = folder / "tokens.json"
    assert made.token.startswith("fth_")
    assert len(made.token) == len("fth_") + 43  # 32 bytes in base64
    assert made.token not in path.read_text()
    assert (
        json.loads(path.read_text())["tokens"][0]["digest"] == hashlib.sha256(made.token.encode()).hexdigest()
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in folder.iterdir() if item.name.startswith(".tokens.json-")] == []


def test_a_running_server_sees_what_changes():
    tokens = Tokens()
    assert tokens.holder("", NOW) is None
    assert not tokens.any_hold(NOW)
    made = access_tokens.create("read")
    assert tokens.holder(made.token, NOW).id == made.id
    assert tokens.any_hold(NOW)
    for wrong in ("", "fth_", made.token[:-1], made.token + "x", made.token.swapcase(), "é\udcff"):
        assert tokens.holder(wrong, NOW) is None
    access_tokens.revoke(made.id)
    assert tokens.holder(made.token, NOW) is None


def test_every_entry_is_compared_whichever_is_right(monkeypatch):
    made = [access_tokens.create("read").token for _ in range(5)]
    compared = []
    real = access_tokens.hmac.compare_digest
    monkeypatch.setattr(
        access_tokens.hmac, "compare_digest", lambda *both: compared.append(both) or real(*both)
    )
    tokens = Tokens()
    for presented in (made[0], made[4], "fth_unknown", ""):
        compared.clear()
        tokens.holder(presented, NOW)
        assert len(compared) == 5


def test_a_token_expires():
    made = access_tokens.create("admin", expires="90d")
    until = datetime.fromisoformat(made.expires)
    assert until - datetime.fromisoformat(made.made) == timedelta(days=90)
    assert Tokens().holder(made.token, until - timedelta(seconds=1)) is not None
    assert Tokens().holder(made.token, until) is None
    assert not Tokens().any_hold(until)
    assert [one.id for one in access_tokens.listed()] == [made.id]


def test_scopes():
    made = {
        scope: access_tokens.listed()[-1] for scope in access_tokens.SCOPES if access_tokens.create(scope)
    }
    allowed = {
        (scope, wanted) for scope in made for wanted in made if access_tokens.allows(made[scope], wanted)
    }
    assert allowed == {(one, one) for one in made} | {("admin", "read"), ("admin", "write")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("reed",), "Did you mean read?"),
        (("read", "x" * 61), "at most 60"),
        (("read", "a\x1b[0m"), "printable"),
        (("read", "", "soon"), "--expires"),
        (("read", "", "0d"), "--expires"),
        (("read", "", "1d..2d"), "--expires"),
    ],
)
def test_what_cannot_be_a_token(folder, words, said):
    with pytest.raises(InputError, match=said):
        access_tokens.create(*words)
    assert not (folder / "tokens.json").exists()


def test_revoking_by_name_takes_all_of_it_and_a_typo_takes_none():
    for name in ("ci", "ci", "laptop"):
        access_tokens.create("write", name)
    with pytest.raises(InputError, match="Did you mean laptop"):
        access_tokens.revoke("lptop")
    with pytest.raises(InputError):
        access_tokens.revoke("")
    assert len(access_tokens.revoke("ci")) == 2
    assert [one.name for one in access_tokens.listed()] == ["laptop"]


def test_many_at_once_lose_none():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: access_tokens.create("write", str(number)), range(40)))
    assert {one.id for one in made} == {one.id for one in access_tokens.listed()}


def test_a_damaged_file_lets_nobody_in_and_is_left_alone(folder):
    path = Path(folder / "tokens.json")
    path.write_text('{"tokens": [{"scope": "admin"}]}')
    for ask in (
        access_tokens.listed,
        lambda: Tokens().holder("x", NOW),
        lambda: access_tokens.create("read"),
    ):
        with pytest.raises(InputError, match=r"tokens\.json"):
            ask()
    assert path.read_text() == '{"tokens": [{"scope": "admin"}]}'


def test_a_folder_that_cannot_be_written(monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", "/dev/null/nowhere")
    with pytest.raises(InputError, match="cannot be written"):
        access_tokens.create("read")
