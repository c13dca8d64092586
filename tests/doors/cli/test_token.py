"""`farthing token` and the options of `farthing up`."""

import json

import pytest


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path / "data"))


def test_a_token_is_printed_alone_so_that_it_can_be_piped(farthing):
    made = farthing("token", "create", "--scope", "write", "--name", "ci", "--expires", "90d")
    assert made.code == 0
    assert made.out.startswith("fth_")
    assert made.out.count("\n") == 1
    assert "not shown again" in made.err
    listed = farthing("token", "list")
    assert "ci" in listed.out
    assert made.out.strip() not in listed.out
    assert farthing("token", "revoke", "ci").out.startswith("Revoked ")
    assert farthing("token", "revoke", "ci").code == 2
    assert "There are no tokens" in farthing("token", "list").out


def test_as_json(farthing):
    made = json.loads(farthing("token", "create", "--scope", "admin", "--json").out)
    assert made["token"].startswith("fth_")
    (listed,) = json.loads(farthing("token", "list", "--json").out)
    assert listed == {name: value for name, value in made.items() if name != "token"}
    assert json.loads(farthing("token", "revoke", made["id"], "--json").out) == [listed]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "create"), "--scope"),
        (("token", "create", "--scope", "reed"), "Did you mean read?"),
        (("token", "create", "--scope", "read", "--expires", "never"), "--expires"),
        (("up", "--max-body", "2GB"), "up to 1 GiB"),
        (("up", "--max-body", "0"), "up to 1 GiB"),
        (("up", "--rate", "fast"), "1000/s"),
        (("up", "--rate", "0/s"), "1000/s"),
        (("up", "--port", "65536"), "--port"),
        (("up", "--ledger", "ftp://x/y", "--port", "0"), "no place for a ledger"),
    ],
)
def test_what_cannot_be(farthing, words, said):
    outcome = farthing(*words)
    assert outcome.code == 2
    assert said in outcome.err
