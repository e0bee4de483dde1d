"""The published description of the API, as something that answers can be held against."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_NAME = "urn:openapi"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class Description:
    """Says which answers are documented; `operations` are its (path, method) pairs."""

    def __init__(self) -> None:
        text = (resources.files("indicia.entrypoints.api") / "openapi.json").read_text("utf-8")
        self.document: dict[str, Any] = json.loads(text)
        self.operations = [
            (path, method) for path, item in self.document["paths"].items() for method in item if method in _METHODS
        ]
        resource = Resource(self.document, DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_NAME, resource)

    def check(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Fail unless this answer to `method` at `path` is documented: its status, its headers and its body."""
        operation = self._operation_of("GET" if method == "HEAD" else method, path)
        if operation is None:
            # The page's own files are no part of the API.
            if path.startswith("/docs/") and status == 200:
                return
            # What is not described is nothing, or not open to this method.
            assert status in {401, 404, 405}, f"{method} {path} answered {status}"
            if method != "HEAD":
                self.check_schema("Unauthorized" if status == 401 else "Error", body)
            return
        pointer = self._followed(f"{operation}/responses/{status}")
        response = self._at(pointer)
        assert response is not None, f"{method} {path} answered {status}, which is not documented: {body[:500]!r}"
        for name in response["headers"]:
            is_required = self._at(self._followed(f"{pointer}/headers/{name}")).get("required", False)
            assert name in headers or not is_required, f"{method} {path} answered {status} without {name}"
        media_type = headers["content-type"].partition(";")[0]
        assert media_type in response["content"], f"{method} {path} answered {status} as {media_type}"
        if media_type == "application/json" and method != "HEAD":
            self._check_schema(f"{pointer}/content/application~1json/schema", body)

    def check_schema(self, name: str, body: bytes) -> None:
        """Fail unless `body` is JSON of the schema called `name`."""
        self._check_schema(f"#/components/schemas/{name}", body)

    def is_valid(self, name: str, body: bytes) -> bool:
        """Tell whether `body` is JSON of the schema called `name`."""
        return self._validator(f"#/components/schemas/{name}").is_valid(json.loads(body))

    def _check_schema(self, pointer: str, body: bytes) -> None:
        self._validator(pointer).validate(json.loads(body))

    def _validator(self, pointer: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": _NAME + pointer}, registry=self._registry)

    def _operation_of(self, method: str, path: str) -> str | None:
        """Answer the pointer to the operation; of templates that match, the one with the fewest variables."""
        if path.partition("?")[0].endswith("/hclick"):
            # Whatever looks like a honeypot is answered as one.
            path = "/message/hclick"
        matching = [
            template
            for template, wanted in self.operations
            if wanted == method.lower() and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path.partition("?")[0])
        ]
        if not matching:
            return None
        template = min(matching, key=lambda template: template.count("{"))
        return f"#/paths/{template.replace('/', '~1')}/{method.lower()}"

    def _followed(self, pointer: str) -> str:
        target = self._at(pointer)
        return str(target["$ref"]) if isinstance(target, dict) and "$ref" in target else pointer

    def _at(self, pointer: str) -> Any:
        target: Any = self.document
        for part in pointer.removeprefix("#/").split("/"):
            target = target.get(part.replace("~1", "/"))
            if target is None:
                return None
        return target
