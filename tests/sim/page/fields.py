"""The fields of a reply, one at a time, and what a liar puts in their place."""

import re
from collections.abc import Iterator

from tests.sim.page.evil_page import Json, Lie, lie_about

Path = tuple[str | int, ...]
CHANGED = "CHANGÉ"


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value of a reply that is no object or list; of lists the first item speaks for all."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        if value:
            yield from leaves(value[0], (*path, 0))
    else:
        yield path, value


def changed(value: Json) -> Json:
    """Another value of the same kind, as good-looking as a liar can make it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if not isinstance(value, str):
        return CHANGED
    if re.fullmatch(r"[0-9a-f]{32,}", value):
        return ("0" if value[0] != "0" else "1") + value[1:]
    if re.fullmatch(r"[A-Za-z0-9+/]{40,}={0,2}", value):
        middle = len(value) // 2
        return value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    return CHANGED


def put(value: Json, path: Path, new: Json) -> Json:
    head, *rest = path
    inner = put(value[head], tuple(rest), new) if rest else new
    if isinstance(value, dict):
        return value | {head: inner}
    return [inner if place == head else one for place, one in enumerate(value)]


def lie_on(method: str, where: str | re.Pattern[str], path: Path) -> Lie:
    """Change one field of a route's replies."""

    def tell(said: Json) -> Json:
        found = said
        for step in path:
            found = found[step]
        return put(said, path, changed(found))

    return lie_about(where, tell, method)
