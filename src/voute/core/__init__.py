"""Ids, values, state rules, errors and ports: standard library only, no clock, no input or output."""
