"""What the load generator writes, and how it sums up."""

import pytest

from bench.load import Load, request


def test_bench_request_is_one_of_http() -> None:
    assert request("/a", "localhost:1", x_voute="1") == b"GET /a HTTP/1.1\r\nhost: localhost:1\r\nx-voute: 1\r\n\r\n"


def test_bench_load_tells_how_long_most_answers_took() -> None:
    load = Load(2.0, [0.001 * number for number in range(1, 101)])
    assert load.per_second == 50
    assert load.percentile_ms(0.5) == pytest.approx(51)
    assert load.percentile_ms(0.99) == pytest.approx(100)
