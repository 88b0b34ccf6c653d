"""Ports for servers of tests."""

from voute.cli.held_port import any_ports


def free_port() -> int:
    """A port of the system's choice: two runs on one machine never share one."""
    return next(any_ports())
