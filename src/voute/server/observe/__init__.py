"""Seeing a city run: measurements for Prometheus, traces, and one screen for people (docs/operate/monitoring.md)."""
