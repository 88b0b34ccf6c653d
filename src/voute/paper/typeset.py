"""A narrow face over Typst: a template of ours and plain data in, PDF/UA-1 bytes out.

Nothing of the machine shows in the result: only the shipped fonts are known, the time of creation is given by the caller, and
the same data gives the same bytes. Every warning of Typst is an error here, because an unknown font or a lost character is only
a warning to it; with the PDF/UA-1 profile a character that no font has is an error by itself.

Source: ISO 14289-1 (PDF/UA-1), as Typst writes and checks it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, TypeAlias

import typst

from voute.core.errors import VouteError

Data: TypeAlias = "str | int | bool | Sequence[Data] | Mapping[str, Data] | None"
"""What a template may be given: no floats (money is text already formatted), so nothing is rounded on the page."""

_HERE: Final = Path(str(files("voute.paper")))
TEMPLATES: Final = _HERE / "templates"
FONTS: Final = _HERE / "fonts"
ACCESSIBLE_PDF: Final = "ua-1"


class TypesettingError(VouteError):
    """The template and the data do not make a page that may be handed out."""

    code = "typesetting"


class Typesetter:
    """One template kept warm: the first page costs its compilation, the next ones about a millisecond each.

    Not to be shared between threads; each worker makes its own.
    """

    def __init__(self, template: str, *, fonts: Path = FONTS, templates: Path = TEMPLATES) -> None:
        """Take `template` (file name inside `templates`); raise `TypesettingError` if it is not there."""
        source = templates / template
        if not source.is_file():
            raise TypesettingError("no such template", template=template)
        shelf = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
        self._template = template
        self._compiler = typst.Compiler(source, root=templates, font_paths=shelf, ignore_system_fonts=True)

    def pdf(self, data: Mapping[str, Data], *, created: datetime) -> bytes:
        """Set `data` and return a tagged PDF/UA-1 file; `created` (with a zone) is its only time.

        Raises `TypesettingError` on any error or warning: unknown font, missing character, picture without alternative text.
        """
        return self._run(data, "pdf", created)[0]

    def pictures(self, data: Mapping[str, Data], *, created: datetime, dots_per_inch: int) -> tuple[bytes, ...]:
        """Set `data` and return one PNG a page, as a scanner would see it; raises as `pdf` does."""
        return self._run(data, "png", created, float(dots_per_inch))

    def _run(
        self, data: Mapping[str, Data], kind: Literal["pdf", "png"], created: datetime, ppi: float | None = None
    ) -> tuple[bytes, ...]:
        if created.tzinfo is None:
            raise TypesettingError("the time of creation needs a zone", template=self._template)
        try:
            made, warnings = self._compiler.compile_with_warnings(
                format=kind,
                ppi=ppi,
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=[ACCESSIBLE_PDF] if kind == "pdf" else [],
                timestamp=created,
            )
        except typst.TypstError as error:
            raise TypesettingError(error.message, template=self._template) from error
        if warnings:
            raise TypesettingError("; ".join(one.message for one in warnings), template=self._template)
        if isinstance(made, bytes):
            return (made,)
        return tuple(made or ())
