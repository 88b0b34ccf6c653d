"""A city of a test on S3: its settings, and drivers that look at what it keeps."""

import json
import re
from dataclasses import replace
from typing import Any

from tests.support.project import ROOT
from tests.support.s3.ceph import CephServer
from tests.support.s3.simulator import S3Simulator
from voute.server.settings import Settings

SECONDS = 2
"""Patience with a server that tests break: what it must do in that time takes milliseconds."""


def on_s3(settings: Settings, server: S3Simulator | CephServer, folder: str, seconds: int = SECONDS) -> Settings:
    """The same city with packs, log and ledger in a folder of the server's bucket."""
    return replace(
        settings,
        blobs=f"s3://{server.place().bucket}/{folder}",
        s3_endpoint=server.endpoint,
        s3_credentials=server.credentials,
        s3_seconds=seconds,
    )


def documented_rules(origin: str) -> list[dict[str, Any]]:
    """The rules that docs/operate/direct-reads.md has an operator give the bucket, word for word, for this origin."""
    text = (ROOT / "docs" / "operate" / "direct-reads.md").read_text("utf-8")
    (found,) = re.findall(r'^ *(\{"CORSRules":.*\})$', text, re.MULTILINE)
    (rule,) = json.loads(found)["CORSRules"]
    assert rule["AllowedOrigins"] == ["https://coffre.ville.example"]
    return [rule | {"AllowedOrigins": [origin]}]
