"""Every public parser stands in the table of formats, so that the tests of parsers reach it."""

import ast
import re
from collections.abc import Iterator

from tests.support.formats.table import FORMATS
from tests.support.project import ROOT, source_modules

ROOMS = frozenset({"format", "tlog", "seal", "verify"})
NAME = re.compile(r"(?:parse|decode|from|read)(?:_[a-z0-9_]+)?")

# Names that look like a parser's, and what they are.
NO_PARSERS = {
    "tlog.reader.read_tile": "fetches and compares hashes; its bytes are cut, not parsed",
    "tlog.reader.read_bundle": "fetches; parses with tlog.tiles.decode_bundle",
    "tlog.reader.read_edge": "fetches and compares hashes",
    "tlog.sequencer.read_published": "fetches; parses with tlog.checkpoint.SignedCheckpoint.parse",
    "tlog.checkpoint.parse_hash": "a line of base64: runs within checkpoint and tlog-proof",
    "format.long_json.read_long": "an object with long lists: runs within registry",
    "format.pack.parse_footer": "runs within pack",
    "format.manifest.read_instalments": "one field: runs within manifest and vault-index",
    "format.vault_index.read_entry": "one document: runs within vault-index and index-segment",
}


def _functions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and NAME.fullmatch(node.name):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and NAME.fullmatch(inner.name) and _is_classmethod(inner):
                    yield f"{node.name}.{inner.name}"


def _is_classmethod(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Name) and one.id in {"classmethod", "staticmethod"} for one in node.decorator_list)


def _public_parsers() -> set[str]:
    return {
        f"{module.room}.{module.path.stem}.{name}"
        for module in source_modules()
        if module.room in ROOMS
        for name in _functions(module.tree)
    }


def test_structure_every_parser_stands_in_the_table_of_formats() -> None:
    covered = {name for one in FORMATS.values() for name in one.covers}
    assert _public_parsers() - covered - NO_PARSERS.keys() == set()


def test_structure_table_of_formats_names_parsers_that_exist() -> None:
    covered = {name for one in FORMATS.values() for name in one.covers if not name.startswith("core.")}
    named_otherwise = {"format.age_text.check_recipient", "format.age_text.check_secret", "format.canonical.loads"}
    public = _public_parsers() | named_otherwise | {"format.arms.clean"}
    assert covered - public == set()
    assert NO_PARSERS.keys() - public == set()


def _page_parsers() -> set[str]:
    declared = re.compile(r"^export function ((?:parse|decode|from|read)[A-Z][A-Za-z0-9]*)[<(]", re.MULTILINE)
    sources = (path.read_text("utf-8") for path in sorted((ROOT / "web" / "core").rglob("*.ts")))
    return {name for text in sources for name in declared.findall(text)}


# These run within another of the table.
INNER = {
    "parseHeaderPrefix": "parseHeader(",
    "parseHybridStanza": "parseSealedHeader(",
    "parseSealedPrefix": "parseSealedHeader(",
    "decodeBech32": "parseIdentity(",
    "parsePayload": "parseManifest(",
    "parseCheckpointText": "parseCheckpoint(",
    "parseHash": "parseProof(",
    "fromBase64url": "fromRawBase64(",
}


def test_structure_every_parser_of_the_pages_stands_in_the_table_of_formats() -> None:
    table = (ROOT / "web" / "tests" / "core" / "support" / "formats.ts").read_text("utf-8")
    missing = {name for name in _page_parsers() if not re.search(rf"\b{name}\(", table)}
    assert missing == INNER.keys()
    assert [name for name, by in INNER.items() if by not in table] == []
