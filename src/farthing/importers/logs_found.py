"""Where coding agents keep the logs of their sessions on this machine."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_CODEX_FOLDERS: Final = ("sessions", "archived_sessions")


def found(home: Path, environ: Mapping[str, str]) -> list[Path]:
    """The folders of session logs of Claude Code and Codex that there are, each once.

    `CLAUDE_CONFIG_DIR` and `CODEX_HOME`, each of which may list several folders with commas between
    them, stand in place of the usual ones in the user's home. A folder that is linked to is named once.
    """
    folders: dict[Path, Path] = {}
    for folder in (*_claude_code(home, environ), *_codex(home, environ)):
        if _is_folder(folder):
            folders.setdefault(folder.resolve(), folder)
    return list(folders.values())


def _claude_code(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    usual = (home / ".claude", config / "claude")
    for folder in _listed(environ.get("CLAUDE_CONFIG_DIR", ""), home) or usual:
        yield folder if folder.name == "projects" else folder / "projects"


def _codex(home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    for folder in _listed(environ.get("CODEX_HOME", ""), home) or (home / ".codex",):
        if folder.name in _CODEX_FOLDERS:
            yield folder
        else:
            yield from (folder / name for name in _CODEX_FOLDERS)


def _listed(setting: str, home: Path) -> tuple[Path, ...]:
    """The folders that a setting lists; `~` is the user's home."""
    names = (name.strip() for name in setting.split(","))
    return tuple(
        home / name.removeprefix("~/") if name.startswith("~/") else Path(name) for name in names if name
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # one that may not be looked into holds no logs of this user
        return False
