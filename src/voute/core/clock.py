"""Time is handed in: pure layers never read a clock, so that every rule about time can be tested."""

from collections.abc import Callable

from voute.core.values import UnixTime

Clock = Callable[[], UnixTime]
"""Gives the present instant in whole Unix seconds; the composition root hands in the real one, tests a fixed one."""
