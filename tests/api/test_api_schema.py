"""Whatever is sent, replies are as the OpenAPI document says, and never an error of ours."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.asgi import Loop
from tests.support.city import FINANCES, ORIGIN, Clock, check, copy_template, open_demo_city
from tests.support.holder import Resident
from tests.support.issuer import Department
from voute.core.ids import Slug
from voute.format.dsse import parse
from voute.format.trust_root import parse_trust_root
from voute.server.http.openapi import openapi_document

EXAMPLES = 12
CHECKS: Any = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_dict(openapi_document())


@pytest.fixture(scope="module")
def visitor(founded: Path, memory_folder: Path, loop: Loop) -> Iterator[httpx.Client]:
    """A client that is signed in as holder and as issuer at once, in a city with a document and a draft."""
    folder = memory_folder / "schema"
    folder.mkdir()
    config = replace(copy_template(founded, folder), limit_factor=1_000_000)
    root = parse_trust_root(parse(config.trust_root_file.read_bytes()).payload)
    demo = open_demo_city(config, root, Clock(), loop)
    with demo.client() as client:
        issuer = Department(Slug("finances"), FINANCES)
        issuer.sign_in(client)
        code, keys, _ = issuer.code("roll-1")
        issuer.deliver(client, [issuer.bill_for_code(keys, "bill-1")])
        demo.settle()
        Resident(client, demo.root).claim(code)
        demo.settle()
        check(issuer.open(client, os.urandom(16), run="draft"), 201)
        client.headers.update(issuer.headers)
        yield client
    demo.close()


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_api_schema_holds_for_whatever_is_sent(case: schemathesis.Case[Any], visitor: httpx.Client) -> None:
    wanted = case.as_transport_kwargs(base_url=ORIGIN)
    headers = {name: value for name, value in wanted["headers"].items() if name.lower() not in {"cookie", "authorization"}}
    headers["user-agent"] = "schemathesis"
    data = wanted.get("data")
    if wanted["method"] == "DELETE" and case.path == "/api/session":
        headers["origin"] = "https://elsewhere.test"  # the session is needed for the cases that follow
    reply = visitor.request(
        wanted["method"],
        wanted["url"],
        headers=[(name.encode("latin-1", "ignore"), str(value).encode("latin-1", "ignore")) for name, value in headers.items()],
        params=wanted.get("params"),
        json=wanted.get("json"),
        content=data if isinstance(data, bytes) else None,
    )
    reply.elapsed = timedelta()
    case.validate_response(reply, checks=CHECKS)
