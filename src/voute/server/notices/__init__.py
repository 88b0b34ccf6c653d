"""Notices: their words, the way to the mail server and what comes back, the way to push services."""
