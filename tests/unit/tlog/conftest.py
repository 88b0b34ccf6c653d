"""Fixtures of the log's tests."""

import pytest

from tests.support.log_world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def created(world: World) -> World:
    world.sequencer().create()
    world.witness().enrol(world.signer.origin)
    return world
