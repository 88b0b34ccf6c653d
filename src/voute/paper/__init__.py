"""PDFs that people hold: the sample tax bill, the claim letter, the demonstration city.

Imports `core`, `format` and `messages` only. From outside: typst (setting), segno (QR), pikepdf and Pillow (the awkward
files of the demonstration city).
"""
