"""Cases of `vectors/encoding`: canonical JSON, values, lists of bytes, derivations."""

from collections.abc import Iterator

from tools.make_vectors.case import Case, Values
from tools.make_vectors.seeds import seed

FOLDER = "encoding"
_JSON_GOOD = {
    "empty-object": b"{}",
    "empty-list": b"[]",
    "null": b"null",
    "literals": b"[true,false,null]",
    "sorted-keys": b'{"a":1,"a_b":2,"b":3,"b1":4}',
    "integer-largest": b"9007199254740991",
    "integer-smallest": b"-9007199254740991",
    "zero": b"0",
    "string-empty": b'""',
    "string-escapes-short": b'"\\b\\t\\n\\f\\r\\"\\\\"',
    "string-escapes-control": b'"\\u0000\\u001f\\u000b"',
    "string-delete-as-is": b'"\x7f"',
    "string-slash-as-is": b'"/"',
    "string-line-separator-as-is": b'"\xe2\x80\xa8\xe2\x80\xa9"',
    "string-beyond-bmp": b'"\xf0\x9f\x98\x80"',
    "string-not-nfc-is-json": b'"e\xcc\x81"',
    "depth-16": b"[" * 16 + b"]" * 16,
}
_JSON_BAD = {
    "empty": b"",
    "byte-order-mark": b"\xef\xbb\xbf{}",
    "space-inside": b'{"a": 1}',
    "space-before": b" {}",
    "newline-after": b"{}\n",
    "second-value": b"{}{}",
    "cut-short": b'{"a":1',
    "trailing-comma": b"[1,]",
    "comment": b"[1/*x*/]",
    "single-quotes": b"['a']",
    "keys-not-sorted": b'{"b":1,"a":2}',
    "key-twice": b'{"a":1,"a":1}',
    "key-twice-other-value": b'{"a":1,"a":2}',
    "key-upper-case": b'{"A":1}',
    "key-hyphen": b'{"a-b":1}',
    "key-digit-first": b'{"1a":1}',
    "key-empty": b'{"":1}',
    "key-proto": b'{"__proto__":1}',
    "key-not-ascii": b'{"\xc3\xa9":1}',
    "key-escaped": b'{"\\u0061":1}',
    "float": b"1.0",
    "float-half": b"0.5",
    "exponent": b"1e3",
    "minus-zero": b"-0",
    "plus-sign": b"+1",
    "leading-zero": b"01",
    "nan": b"NaN",
    "infinity": b"Infinity",
    "minus-infinity": b"-Infinity",
    "integer-too-large": b"9007199254740992",
    "integer-too-small": b"-9007199254740992",
    "integer-huge": b"1" * 5000,
    "escape-upper-case-hex": b'"\\u001F"',
    "escape-not-needed": b'"\\u0041"',
    "escape-slash": b'"\\/"',
    "escape-long-newline": b'"\\u000a"',
    "escape-pair": b'"\\ud83d\\ude00"',
    "escape-lone-surrogate": b'"\\ud800"',
    "escape-unknown": b'"\\x41"',
    "control-raw": b'"\n"',
    "nul-raw": b'"\x00"',
    "utf8-invalid": b'"\xff"',
    "utf8-overlong": b'"\xc0\xaf"',
    "utf8-surrogate": b'"\xed\xa0\x80"',
    "utf8-cut": b'"\xc3"',
    "depth-17": b"[" * 17 + b"]" * 17,
    "depth-5000": b"[" * 5000,
}
_TEXT = {
    "young-combining-mark": ("a\u1acf", 500, "format"),
    "young-composed-pair": ("\U00016d67\U00016d67", 500, "format"),
    "young-letter": ("\U0001e4d0", 500, "format"),
    "plain": ("Compte de taxes 2026", 500, "ok"),
    "accents": ("Évaluation foncière — Île-d'Œuvre", 500, "ok"),
    "at-limit": ("x" * 64, 64, "ok"),
    "beyond-bmp-counts-one": ("\U0001f600" * 4, 4, "ok"),
    "empty": ("", 500, "format"),
    "over-limit": ("x" * 65, 64, "format"),
    "beyond-bmp-over-limit": ("\U0001f600" * 5, 4, "format"),
    "not-nfc": ("E\u0301valuation", 500, "format"),
    "nul": ("a\x00b", 500, "format"),
    "newline": ("a\nb", 500, "format"),
    "tab": ("a\tb", 500, "format"),
    "delete": ("a\x7fb", 500, "format"),
    "c1-control": ("a\x85b", 500, "format"),
    "bidi-override": ("a\u202eb", 500, "format"),
    "bidi-isolate": ("a\u2067b", 500, "format"),
    "lone-surrogate": ("a\ud800b", 500, "format"),
}
_TIME = {
    "plain": ("2026-03-01T12:34:56Z", "ok"),
    "first": ("2000-01-01T00:00:00Z", "ok"),
    "last": ("9999-12-31T23:59:59Z", "ok"),
    "leap-day": ("2028-02-29T00:00:00Z", "ok"),
    "leap-second": ("2016-12-31T23:59:60Z", "format"),
    "no-leap-day": ("2027-02-29T00:00:00Z", "format"),
    "month-13": ("2026-13-01T00:00:00Z", "format"),
    "hour-24": ("2026-01-01T24:00:00Z", "format"),
    "before-2000": ("1999-12-31T23:59:59Z", "format"),
    "offset": ("2026-03-01T12:34:56+00:00", "format"),
    "fraction": ("2026-03-01T12:34:56.0Z", "format"),
    "lower-case": ("2026-03-01t12:34:56z", "format"),
    "space": ("2026-03-01 12:34:56Z", "format"),
    "newline-after": ("2026-03-01T12:34:56Z\n", "format"),
    "other-digits": ("\u0662026-03-01T12:34:56Z", "format"),
    "year-five-digits": ("12026-03-01T12:34:56Z", "format"),
}
_DATE = {
    "plain": ("2026-03-01", "ok"),
    "leap-day": ("2028-02-29", "ok"),
    "century-no-leap-day": ("2100-02-29", "format"),
    "april-31": ("2026-04-31", "format"),
    "month-0": ("2026-00-01", "format"),
    "year-0": ("0000-01-01", "format"),
    "short": ("2026-3-1", "format"),
    "slashes": ("2026/03/01", "format"),
    "empty": ("", "format"),
    "time": ("2026-03-01T00:00:00Z", "format"),
}
_SLUG = {
    "plain": ("finances", "ok"),
    "digits": ("taxe-2026", "ok"),
    "at-limit": ("a" * 40, "ok"),
    "hyphen-last": ("a-", "ok"),
    "over-limit": ("a" * 41, "format"),
    "empty": ("", "format"),
    "digit-first": ("1a", "format"),
    "hyphen-first": ("-a", "format"),
    "upper-case": ("Finances", "format"),
    "accent": ("qu\u00e9bec", "format"),
    "underscore": ("a_b", "format"),
    "newline-after": ("a\n", "format"),
}
_HEX = {
    "id": ("00112233445566778899aabbccddeeff", 16, "ok"),
    "upper-case": ("00112233445566778899AABBCCDDEEFF", 16, "format"),
    "short": ("00", 16, "format"),
    "long": ("00" * 17, 16, "format"),
    "odd": ("0" * 31, 16, "format"),
    "not-hex": ("g" * 32, 16, "format"),
    "prefix": ("0x" + "0" * 30, 16, "format"),
    "spaces": ("00 " * 10 + "00", 16, "format"),
    "empty": ("", 16, "format"),
}
_BASE64 = {
    "empty": ("", "ok"),
    "one": ("AA==", "ok"),
    "two": ("AAE=", "ok"),
    "alphabet": ("+/+/", "ok"),
    "no-padding": ("AA", "format"),
    "too-much-padding": ("AAAA====", "format"),
    "trailing-bits": ("AB==", "format"),
    "url-alphabet": ("-_-_", "format"),
    "newline": ("AAAA\n", "format"),
    "newline-inside": ("AA\nAA", "format"),
    "space": ("AA AA", "format"),
    "padding-inside": ("AA==AAAA", "format"),
    "not-ascii": ("AA\u00e9=", "format"),
    "one-symbol": ("A", "format"),
}
_MONEY = {
    "plain": ({"cents": 123456, "currency": "CAD"}, "ok"),
    "zero": ({"cents": 0, "currency": "CAD"}, "ok"),
    "largest": ({"cents": 9007199254740991, "currency": "CAD"}, "ok"),
    "negative": ({"cents": -1, "currency": "CAD"}, "format"),
    "currency-lower-case": ({"cents": 1, "currency": "cad"}, "format"),
    "currency-long": ({"cents": 1, "currency": "CADX"}, "format"),
    "no-currency": ({"cents": 1}, "format"),
    "unknown-key": ({"cents": 1, "currency": "CAD", "note": "x"}, "format"),
    "cents-text": ({"cents": "1", "currency": "CAD"}, "format"),
    "cents-true": ({"cents": True, "currency": "CAD"}, "format"),
    "null": (None, "format"),
    "list": ([1, "CAD"], "format"),
}
_NAMES = {
    "plain": ({"en": "Finance", "fr": "Finances"}, "ok"),
    "no-french": ({"en": "Finance"}, "format"),
    "name-of-every-object": ({"constructor": "x", "en": "Finance", "fr": "Finances"}, "format"),
    "third-language": ({"de": "Finanzen", "en": "Finance", "fr": "Finances"}, "format"),
    "empty-text": ({"en": "", "fr": "Finances"}, "format"),
    "null-text": ({"en": None, "fr": "Finances"}, "format"),
    "text-alone": ("Finances", "format"),
    "control": ({"en": "a\nb", "fr": "Finances"}, "format"),
    "override": ({"en": "a\u202eb", "fr": "Finances"}, "format"),
}


def _json() -> Iterator[Case]:
    for name, raw in _JSON_GOOD.items():
        yield Case(FOLDER, f"json-ok-{name}", "canonical-json", "ok", {"bytes": raw.hex()}, {"bytes": raw.hex()})
    for name, raw in _JSON_BAD.items():
        yield Case(FOLDER, f"json-bad-{name}", "canonical-json", "format", {"bytes": raw.hex()})
    tree = {"b": [1, {"z": None, "y": '\u00e9\u2028"\\\n'}], "a": True}
    written = b'{"a":true,"b":[1,{"y":"\xc3\xa9\xe2\x80\xa8\\"\\\\\\n","z":null}]}'
    yield Case(FOLDER, "json-write-tree", "canonical-json-write", "ok", {"value": tree}, {"bytes": written.hex()})
    yield Case(FOLDER, "json-write-surrogate", "canonical-json-write", "format", {"value": "\ud800"})
    yield Case(FOLDER, "json-write-key", "canonical-json-write", "format", {"value": {"A": 1}})
    yield Case(FOLDER, "json-write-large", "canonical-json-write", "format", {"value": [2**53]})


def _values() -> Iterator[Case]:
    for name, (text, maximum, verdict) in _TEXT.items():
        yield Case(FOLDER, f"text-{name}", "text", verdict, {"value": text, "maximum": maximum})
    for name, (text, size, verdict) in _HEX.items():
        yield Case(FOLDER, f"hex-{name}", "hex", verdict, {"value": text, "size": size})
    for kind, table in (("time", _TIME), ("date", _DATE), ("slug", _SLUG), ("base64", _BASE64)):
        for name, (text, verdict) in table.items():
            yield Case(FOLDER, f"{kind}-{name}", kind, verdict, {"value": text})
    for name, (money, verdict) in _MONEY.items():
        yield Case(FOLDER, f"money-{name}", "money", verdict, {"value": money})
    for name, (names, verdict) in _NAMES.items():
        yield Case(FOLDER, f"names-{name}", "names", verdict, {"value": names})


def _bytes() -> Iterator[Case]:
    lists = {"none": [], "empty-part": [b""], "two": [b"ab", b"c"], "other-cut": [b"a", b"bc"], "text": ["é".encode()]}
    for name, parts in lists.items():
        written = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        given: Values = {"parts": [part.hex() for part in parts]}
        yield Case(FOLDER, f"lp-{name}", "length-prefixed", "ok", given, {"bytes": written.hex()})
        yield Case(FOLDER, f"hash-{name}", "hash", "ok", {"label": "prf/v1", **given})
        yield Case(FOLDER, f"derive-{name}", "derive", "ok", {"label": "run/v1", "key": seed("key").hex(), **given})
    labels = (
        *("unlock/passkey/v1", "kit/sign-in/v1", "run/v1", "code/v1", "claim/lookup-id/v1", "claim/identity/v1"),
        *("claim/token/v1", "claim/binding/v1", "issuer/dedupe/v1"),
    )
    for label in labels:
        keyed: Values = {"label": label, "key": seed("key").hex(), "parts": [seed("part").hex()]}
        yield Case(FOLDER, f"derive-label-{label.replace('/', '-')}", "derive", "ok", keyed)


def cases() -> Iterator[Case]:
    """Give every case of the folder."""
    yield from _json()
    yield from _values()
    yield from _bytes()
