"""Where session logs are looked for."""

from pathlib import Path

import pytest

from farthing.importers.logs_found import found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in (
        ".claude/projects",
        ".config/claude/projects",
        ".codex/sessions",
        ".codex/archived_sessions",
    ):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def named(folders, home):
    return [str(folder.relative_to(home)) for folder in folders]


def test_usual_folders(home):
    assert named(found(home, {}), home) == [
        ".claude/projects",
        ".config/claude/projects",
        ".codex/sessions",
        ".codex/archived_sessions",
    ]


def test_a_machine_without_agents_has_none(tmp_path):
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".codex").write_text("a file")
    assert found(tmp_path, {}) == []


def test_settings_stand_in_place_of_the_usual_folders(home):
    for name in ("one/projects", "two/projects", "work/sessions"):
        (home / name).mkdir(parents=True)
    listed = f"{home}/one, ~/two/projects ,{home}/gone,"
    environ = {"CLAUDE_CONFIG_DIR": listed, "CODEX_HOME": f"{home}/work"}
    assert named(found(home, environ), home) == ["one/projects", "two/projects", "work/sessions"]


def test_empty_settings_are_none(home):
    assert found(home, {"CLAUDE_CONFIG_DIR": " , ", "CODEX_HOME": ""}) == found(home, {})


def test_configuration_may_lie_elsewhere(home):
    (home / "etc/claude/projects").mkdir(parents=True)
    places = named(found(home, {"XDG_CONFIG_HOME": str(home / "etc")}), home)
    assert places[:2] == [".claude/projects", "etc/claude/projects"]


def test_a_folder_that_is_linked_to_is_named_once(home):
    (home / "linked").symlink_to(home / ".claude")
    environ = {"CLAUDE_CONFIG_DIR": f"{home}/.claude,{home}/linked"}
    assert named(found(home, environ), home)[:2] == [".claude/projects", ".codex/sessions"]
