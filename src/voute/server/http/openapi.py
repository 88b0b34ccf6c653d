"""The OpenAPI document of the interface: Litestar's routes, msgspec's schemas, our problem details for every error."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute

from voute.server.http import problems
from voute.server.http.access import Access
from voute.server.http.application import create_routes_only
from voute.server.http.wire import Model

_PROBLEM: Final = {
    "description": "a problem (RFC 9457); `code` says which",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_SECURITY: Final = {
    "holder": {"type": "apiKey", "in": "cookie", "name": "__Host-voute"},
    "issuer": {"type": "http", "scheme": "bearer"},
}
_DESCRIPTION: Final = "docs/spec/api.md says what the calls mean; this document says how they look."


def openapi_document() -> dict[str, Any]:
    """Return the document as plain values."""
    app = create_routes_only(OpenAPIConfig(title="Voûte", version="1", description=_DESCRIPTION))
    document: dict[str, Any] = json.loads(json.dumps(app.openapi_schema.to_schema()))
    document.pop("servers", None)
    handlers = _handlers(app)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _finish(operation, handlers[path, method.upper()])
    document["components"] = {"schemas": _schemas(document), "securitySchemes": dict(_SECURITY)}
    return document


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    """Replace Litestar's schemas by msgspec's own, which say what the decoder really refuses."""
    models = _all_models(Model)
    _, components = msgspec.json.schema_components(models, ref_template="#/components/schemas/{name}")
    used = json.dumps(document["paths"]) + json.dumps(components)
    return {
        name: schema
        for name, schema in sorted(components.items())
        if name == "Problem" or f'"#/components/schemas/{name}"' in used
    }


def _all_models(kind: type[Model]) -> list[type[Model]]:
    return [model for child in kind.__subclasses__() for model in (child, *_all_models(child))]


def _handlers(app: Litestar) -> dict[tuple[str, str], HTTPRouteHandler]:
    return {
        (route.path_format, method): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
    }


def _finish(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    """Name the operation after its function, say who may call it, what it may answer and which raw body it takes."""
    name = _name(handler)
    access = handler.opt["access"]
    operation["operationId"] = name
    operation["summary"] = name.replace("_", " ")
    operation["security"] = [] if access is Access.PUBLIC else [{str(access): []}]
    if handler.opt.get("raw_body"):
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": _BINARY}}
    answers = operation["responses"]
    for status in [status for status in answers if int(status) >= 400]:  # noqa: PLR2004 - HTTP's own line
        del answers[status]
    for status, like in handler.opt.get("also", {}).items():
        answers[status] = answers[like]
        if int(status) in _NO_CONTENT:
            answers[status] = {name: value for name, value in answers[like].items() if name != "content"}
    for media_type, model in handler.opt.get("instead", {}).items():
        schema = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
        answers["200"] = {**answers["200"], "content": answers["200"]["content"] | {media_type: schema}}
    for content in (answer.get("content", {}).get("application/json", {}) for answer in answers.values()):
        if content.get("schema") == {"type": "string"}:
            content["schema"] = {"type": "object"}  # JSON that is handed through as bytes
    answers["default"] = _PROBLEM
    for answer in answers.values():
        answer.pop("headers", None)


_NO_CONTENT: Final = frozenset({204, 304})


def _name(handler: HTTPRouteHandler) -> str:
    """Return the name of the function behind Litestar's wrappers for threads."""
    function: Any = handler.fn
    while hasattr(function, "func"):
        function = function.func
    return str(function.__name__)


def write_openapi(path: Path) -> None:
    """Write the document, sorted, so that a change shows as a change."""
    path.write_text(json.dumps(openapi_document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    write_openapi(Path(sys.argv[1]))
