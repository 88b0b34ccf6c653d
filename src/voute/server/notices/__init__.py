"""Notices by mail: their words, the way to the mail server, what comes back."""
