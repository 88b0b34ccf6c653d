"""Offline verification: trust roots and receipts, as numbered steps that raise."""
