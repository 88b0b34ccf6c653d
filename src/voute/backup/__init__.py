"""Backups of a city, sealed to its operator: saved, checked, restored, pruned (docs/spec/backup.md)."""
