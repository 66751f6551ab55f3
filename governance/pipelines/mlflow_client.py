"""Talking to a registry of MLflow, by the same rules of addresses as webhooks."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from governance.notices.addresses import RefusedError, resolve
from governance.notices.transport import TooLargeError, fetch
from governance.pipelines.mlflow_bundle import Registered

BASE = "/api/2.0/mlflow/"
MOST_BYTES = 8_000_000
A_PAGE, MOST_PAGES = 200, 50
COMMIT_TAG = "mlflow.source.git.commit"


class RegistryError(Exception):
    """The registry did not answer as it must; the words are for administrators."""


@dataclass(frozen=True)
class Registry:
    """A registry at an address."""

    url: str
    token: str = ""

    def versions(self, model: str) -> list[Registered]:
        """Return all versions of a registered model that are ready, the oldest first."""
        found: list[dict[str, Any]] = []
        query = {"filter": f"name='{model}'", "max_results": str(A_PAGE)}
        for _ in range(MOST_PAGES):
            page = self._ask("GET", "model-versions/search", query)
            found += _list(page, "model_versions")
            if not (token := page.get("next_page_token")):
                break
            query = query | {"page_token": str(token)}
        rows = [one for one in found if one.get("name") == model and _is_ready(one)]
        return sorted((_registered(one) for one in rows), key=lambda one: int(one.number))

    def commit_of(self, run_id: str) -> str:
        """Return the commit that a run says its code was; empty when it says none."""
        if not run_id:
            return ""
        run = self._ask("GET", "runs/get", {"run_id": run_id}).get("run") or {}
        tags = _tags((run.get("data") or {}).get("tags"))
        return tags.get(COMMIT_TAG, "")

    def alias_of(self, model: str, alias: str) -> str:
        """Return the number of the version that an alias points at; empty for none."""
        page = self._ask("GET", "registered-models/get", {"name": model})
        listed = (page.get("registered_model") or {}).get("aliases") or []
        named = {str(one.get("alias")): str(one.get("version")) for one in listed}
        return named.get(alias, "")

    def set_alias(self, model: str, alias: str, number: str) -> None:
        """Let an alias point at a version."""
        body = {"name": model, "alias": alias, "version": number}
        self._ask("POST", "registered-models/alias", body=body)

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        address = self.url.rstrip("/") + BASE + path
        address += f"?{urlencode(query)}" if query else ""
        headers = {"Accept": "application/json", "User-Agent": f"Muster/{settings.VERSION}"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        raw = None
        if body is not None:
            raw = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            answer = fetch(resolve(address), method, headers, body=raw, most=MOST_BYTES)
        except RefusedError as error:
            raise RegistryError("This address cannot be used.") from error
        except TooLargeError as error:
            raise RegistryError("The answer is too large.") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise RegistryError("The registry does not answer.") from error
        return _read(answer.status, answer.body)


def _read(status: int, raw: bytes) -> dict[str, Any]:
    if status != 200:
        raise RegistryError(f"The registry answers {status}.")
    try:
        value = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise RegistryError("The answer is not JSON.") from error
    if not isinstance(value, dict):
        raise RegistryError("The answer is not one of MLflow.")
    return value


def _list(page: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = page.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RegistryError("The answer is not one of MLflow.")
    return found


def _is_ready(one: Mapping[str, Any]) -> bool:
    number = str(one.get("version"))
    return one.get("status", "READY") == "READY" and number.isascii() and number.isdigit()


def _tags(listed: Any) -> dict[str, str]:
    rows = listed if isinstance(listed, list) else []
    return {str(one["key"]): str(one.get("value", "")) for one in rows if "key" in one}


def _registered(one: Mapping[str, Any]) -> Registered:
    return Registered(
        model=str(one["name"]),
        number=str(one["version"]),
        run_id=str(one.get("run_id") or ""),
        source=str(one.get("source") or ""),
        description=str(one.get("description") or ""),
        tags=_tags(one.get("tags")),
    )
