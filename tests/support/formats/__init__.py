"""Every format that the product parses, each with valid seeds and a way to change them; `table.py` has them all."""
