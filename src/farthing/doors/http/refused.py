"""A request that is turned down, and the problems that say why."""

from collections.abc import Iterable, Mapping

from farthing.units.problem import Problem


class RefusedError(Exception):
    """Nothing was done. `status` is the answer's code, `headers` what the answer says besides."""

    def __init__(
        self, status: int, problems: Iterable[Problem], headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        super().__init__("; ".join(map(str, self.problems)))


def refused(
    status: int,
    code: str,
    what: str,
    fix: str = "",
    *,
    why: str = "",
    where: str = "",
    headers: Mapping[str, str] | None = None,
) -> RefusedError:
    """One problem alone."""
    return RefusedError(status, [Problem(code, "error", where, what, why, fix)], headers)


def busy(what: str, retry_after_s: int, status: int = 429) -> RefusedError:
    """Too much at once: nothing is lost when the client sends it again."""
    wait = str(max(1, retry_after_s))
    return refused(status, "busy", what, f"send it again in {wait} s", headers={"retry-after": wait})
