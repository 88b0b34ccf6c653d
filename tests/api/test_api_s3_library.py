"""A city on S3 where the library for it is not installed: a server that says so."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.city import demo_settings
from tests.support.s3.simulator import simulator
from tests.support.s3.stores import on_s3
from voute.server.settings import write_settings


def test_api_s3_without_its_library_is_a_setting_that_cannot_be(tmp_path: Path) -> None:
    program = "import sys; sys.modules['obstore'] = None\n"
    program += "from voute.server.composition import open_stores; from voute.server.settings import SettingError, load_settings\n"
    program += "try: open_stores(load_settings())\nexcept SettingError as error: print(error.facts['setting'], error.detail)"
    environ = {key: value for key, value in os.environ.items() if not key.startswith("VOUTE_")}
    with simulator(tmp_path) as s3:
        environ |= write_settings(on_s3(demo_settings(tmp_path), s3, "city/d"))
    said = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True).stdout
    assert said == "blobs the library for S3 is missing: install the wheel with its part [s3]\n"
