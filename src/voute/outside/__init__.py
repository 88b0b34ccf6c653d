"""The way out: how every program of ours that asks somebody over HTTP gets there."""
