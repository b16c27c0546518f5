"""The OpenAPI document as a page to read: without a script, so that the page's policy holds."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

Json = dict[str, Any]
STYLE = """
body { font: 15px/1.5 Inter, system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
:root { color-scheme: light dark } h2 { margin-top: 3rem } h3 { font-family: ui-monospace, monospace }
details { margin: .3rem 0 } summary { cursor: pointer } table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid #8884; padding: .3rem .6rem; vertical-align: top } td:first-child { width: 12rem }
pre { overflow-x: auto; background: #8881; padding: .6rem; border-radius: .4rem } small { opacity: .7 }
"""  # noqa: E501 - a style sheet
NULL = {"type": "null"}
ALWAYS = "Refused with a problem document:"


def document_page(document: Json) -> str:
    """Return the document as one page: every call by tag, with what it takes and answers."""
    title = escape(document["info"]["title"])
    parts = "".join(_tags(document))
    text = escape(document["info"]["description"]).replace("\n\n", "</p><p>")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{title} API</h1><p>{text}</p>"
        f'<p>To be read by programs: <a href="openapi.json">openapi.json</a></p>{parts}</html>'
    )


def _tags(document: Json) -> Iterator[str]:
    calls = [
        (operation["tags"][0], method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in dict.fromkeys(call[0] for call in calls):
        yield f"<h2>{escape(tag.capitalize())}</h2>"
        for _, method, path, operation in (call for call in calls if call[0] == tag):
            yield f"<h3>{method} {escape(path)}</h3><p>{escape(operation['description'])}</p>"
            yield _given(operation, document)
            yield from _answers(operation, document)


def _given(operation: Json, document: Json) -> str:
    rows = [
        (each["name"], each.get("description") or _kind(each["schema"]))
        for each in operation.get("parameters", [])
    ]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        rows.append((kind, f"<pre>{_shape(content['schema'], document)}</pre>"))
    cells = "".join(
        f"<tr><td>{escape(name)}</td><td>{text if '<pre>' in text else escape(text)}</td></tr>"
        for name, text in rows
    )
    return f"<table>{cells}</table>" if cells else ""


def _answers(operation: Json, document: Json) -> Iterator[str]:
    refusals = [status for status in operation["responses"] if int(status) >= 400]  # noqa: PLR2004
    for status, answer in operation["responses"].items():
        if status in refusals:
            continue
        for kind, content in answer.get("content", {"": {}}).items():
            shape = _shape(content.get("schema", {}), document)
            yield f"<details><summary>{status} <small>{escape(kind)}</small></summary>"
            yield f"<pre>{shape}</pre></details>"
    yield f"<small>{ALWAYS} {', '.join(refusals)}</small>"


def _shape(schema: Json, document: Json) -> str:
    return escape(json.dumps(_resolved(schema, document), indent=2, ensure_ascii=False))


def _resolved(schema: Any, document: Json) -> Any:  # noqa: ANN401 - any part of a schema
    """Return what a value looks like: names, with ? what may be left out, and kinds of values."""
    if "$ref" in schema:
        return _resolved(document["components"]["schemas"][schema["$ref"].split("/")[-1]], document)
    for words in ("anyOf", "oneOf"):
        if words in schema:
            shapes = [_resolved(each, document) for each in schema[words] if each != NULL]
            return shapes[0] if len(shapes) == 1 else {"one of": shapes}
    if "properties" in schema:
        required = schema.get("required", [])
        return {
            name if name in required else f"{name}?": _resolved(each, document)
            for name, each in schema["properties"].items()
        }
    if schema.get("type") == "array":
        return [_resolved(schema.get("items", {}), document)]
    return _kind(schema)


def _kind(schema: Json) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("format") or schema.get("type") or "anything")
    examples = schema.get("examples")
    return f"{kind}, such as {examples[0]}" if examples else kind
