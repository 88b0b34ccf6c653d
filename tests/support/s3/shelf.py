"""What an S3 server keeps, in memory: objects, unfinished uploads, and what is to go wrong with the next requests."""

import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import RLock
from typing import Any


@dataclass
class Fault:
    """What goes wrong with requests: which, from which of them on, how often, and how."""

    pattern: str
    kind: str
    """`503`, `507`, `403`, `cut`: not done; `503-kept`, `cut-kept`: done; `torn`: half of the answer; `slow`: late."""
    skip: int = 0
    times: int = 1
    seconds: float = 0

    def hits(self, line: str) -> bool:
        if re.search(self.pattern, line) is None or self.times <= 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Object:
    data: bytes
    changed: float

    @property
    def tag(self) -> str:
        return f'"{hashlib.md5(self.data).hexdigest()}"'  # noqa: S324 - what S3 calls a tag


@dataclass
class Upload:
    key: str
    began: float
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass
class Shelf:
    """One bucket; what a test can ask for are the methods `do_…`."""

    bucket: str
    lock: RLock = field(default_factory=RLock)
    objects: dict[str, Object] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    is_there: bool = True
    secret: str = ""
    cors: list[dict[str, Any]] = field(default_factory=list)
    """Rules by which pages of other origins may read; without one a browser reads nothing."""
    visits: list[dict[str, str]] = field(default_factory=list)
    """What browsers sent from pages: a line, and the headers."""
    moments: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> Object:
        self.objects[key] = Object(data, time.time())
        return self.objects[key]

    def below(self, prefix: str) -> Iterator[str]:
        return (key for key in sorted(self.objects) if key.startswith(prefix))

    def fault(self, line: str) -> Fault | None:
        with self.lock:
            self.requests.append(line)
            return next((one for one in self.faults if one.hits(line)), None)

    def cors_of(self, origin: str, method: str, headers: str = "", *, asked_first: bool = False) -> dict[str, str]:
        """Headers that let a page of an origin read; none where no rule is about it."""
        names = [one.strip().lower() for one in headers.split(",") if one.strip()]
        for rule in self.cors:
            allowed = {one.lower() for one in rule.get("AllowedHeaders", ())}
            if origin in rule["AllowedOrigins"] and method in rule["AllowedMethods"] and allowed.issuperset(names):
                found = {"access-control-allow-origin": origin, "access-control-allow-credentials": "true", "vary": "Origin"}
                if rule.get("ExposeHeaders"):
                    found["access-control-expose-headers"] = ", ".join(rule["ExposeHeaders"])
                if asked_first:
                    found["access-control-allow-methods"] = ", ".join(rule["AllowedMethods"])
                    found["access-control-allow-headers"] = ", ".join(names)
                    found["access-control-max-age"] = str(rule.get("MaxAgeSeconds", 0))
                return found
        return {}

    def control(self, word: str, given: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """Do what a test asks for: one of the methods below."""
        with self.lock:
            return getattr(self, f"do_{word}")(**given)

    def do_fault(self, **given: Any) -> None:  # noqa: ANN401 - the fields of a fault
        self.faults.append(Fault(**given))

    def do_heal(self) -> None:
        self.faults.clear()

    def do_requests(self) -> list[str]:
        found, self.requests = self.requests, []
        return found

    def do_cors(self, rules: list[dict[str, Any]]) -> None:
        self.cors = rules

    def do_rules(self) -> list[dict[str, Any]]:
        return self.cors

    def do_visits(self) -> list[dict[str, str]]:
        found, self.visits = self.visits, []
        return found

    def do_keys(self) -> list[str]:
        return sorted(self.objects)

    def do_read(self, key: str) -> str:
        return self.objects[key].data.hex()

    def do_write(self, key: str, data: str) -> None:
        self.put(key, bytes.fromhex(data))

    def do_uploads(self) -> list[tuple[str, str]]:
        return [(one.key, name) for name, one in self.uploads.items()]

    def do_empty(self) -> None:
        for kept in (self.objects, self.uploads, self.faults, self.requests, self.cors, self.visits):
            kept.clear()
        self.is_there = True

    def do_bucket(self, *, is_there: bool) -> None:
        self.is_there = is_there

    def do_secret(self, secret: str) -> None:
        self.secret = secret

    def do_copy(self, source: str, target: str) -> None:
        """Copy what lies below a folder."""
        for key in list(self.below(f"{source}/")):
            self.objects[f"{target}/{key.removeprefix(f'{source}/')}"] = self.objects[key]

    def do_drop(self, folder: str) -> None:
        for key in list(self.below(f"{folder}/")):
            del self.objects[key]

    def do_below(self, folder: str) -> dict[str, str]:
        """Everything below a folder, by its path there."""
        return {key.removeprefix(f"{folder}/"): self.objects[key].data.hex() for key in self.below(f"{folder}/")}

    def do_remember(self, name: str) -> None:
        self.moments[name] = {key: one.data for key, one in self.objects.items()}

    def do_recall(self, name: str) -> None:
        self.objects = {key: Object(data, time.time()) for key, data in self.moments[name].items()}
        self.uploads.clear()
