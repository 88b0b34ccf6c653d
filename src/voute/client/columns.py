"""The columns of a delivery list, and the headings under which people have them."""

import unicodedata
from enum import StrEnum


class Column(StrEnum):
    """A column that a delivery list may have; the value is its English heading."""

    REFERENCE = "reference"
    PARTY = "party"
    NAME = "name"
    FILE = "file"
    TITLE = "title"
    TYPE = "type"
    ADDRESS = "address"
    LANGUAGE = "language"
    DUE = "due"
    AMOUNT = "amount"
    INSTALMENTS = "instalments"
    PAYMENT_REFERENCE = "payment reference"
    REPLY_BY = "reply by"
    DOCUMENT_KEY = "document key"
    SLOT = "slot"


REQUIRED = (Column.REFERENCE, Column.FILE, Column.TITLE, Column.TYPE)
"""Columns that every list must have; besides, one of PARTY and NAME."""

_ALIASES: dict[Column, tuple[str, ...]] = {
    Column.REFERENCE: ("reference", "référence", "matricule", "no de matricule", "numéro de matricule", "roll number"),
    Column.PARTY: ("party", "partie", "contribuable", "no de contribuable", "party key", "clé de partie"),
    Column.NAME: ("name", "nom", "propriétaire", "destinataire", "owner", "recipient"),
    Column.FILE: ("file", "fichier", "pdf", "nom de fichier", "file name", "filename"),
    Column.TITLE: ("title", "titre"),
    Column.TYPE: ("type", "type de document", "document type"),
    Column.ADDRESS: ("address", "adresse", "adresse postale", "postal address"),
    Column.LANGUAGE: ("language", "langue", "lang"),
    Column.DUE: ("due", "échéance", "date d'échéance", "due date"),
    Column.AMOUNT: ("amount", "montant", "total"),
    Column.INSTALMENTS: ("instalments", "versements", "installments"),
    Column.PAYMENT_REFERENCE: ("payment reference", "référence de paiement", "no de paiement"),
    Column.REPLY_BY: ("reply by", "répondre avant", "réponse avant", "reply-by"),
    Column.DOCUMENT_KEY: ("document key", "clé de document", "clé", "clé du document", "key"),
    Column.SLOT: ("slot", "rang", "copropriétaire"),
}


def fold(heading: str) -> str:
    """Give the form in which headings are compared: no accents, case, punctuation or doubled spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", heading) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain.casefold()).split())


_BY_FOLDED = {fold(alias): column for column, aliases in _ALIASES.items() for alias in aliases}


def heading_of(name: str, language: str) -> str:
    """Give a column's heading as people of a language write it; any other name as it is."""
    return _ALIASES[Column(name)][1 if language == "fr" else 0] if name in set(Column) else name


def column_of(heading: str) -> Column | None:
    """Name the column behind a heading in French or English, or None when nobody knows it."""
    return _BY_FOLDED.get(fold(heading))
