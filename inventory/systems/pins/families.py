"""To which family a model belongs: its id without the date, number or hash of the snapshot.

Two snapshots of one family are one model further trained; two families are two models. Where
an id has no stamp that we know, the whole id is the family: the stricter reading.
"""

import re

HASH = r"@(sha256:[0-9a-f]{64}|[0-9a-f]{40})$"
LATEST = r"-latest$"
RECORDED = r";resolvedId=recorded$"
# Provider, as the table of model ids calls it → what is taken off the id, one after the other.
# Each is a stamp that the table knows as one; "" holds for every provider.
STAMPS: dict[str, tuple[str, ...]] = {
    "": (HASH, RECORDED, LATEST, r"@(main|master|default|latest)$"),
    "openai": (
        r"(?<=.)-\d{4}-\d{2}-\d{2}$",
        r"-(0[1-9]|1[0-2])([0-2]\d|3[01])(?=(-preview)?$)",
    ),
    "azure_openai": (r";version=[^;]*", r";versionUpgradeOption=[^;]*", r"-\d{4}-\d{2}-\d{2}$"),
    "anthropic": (r"-\d{8}$", r"(?<=-\d)-0$"),
    "gemini_api": (r"-preview-\d{2}-\d{4}$", r"-\d{3}$"),
    "vertex_ai": (r"@(\d{3}|\d{8})$", r"-\d{3}$"),
    "aws_bedrock": (
        r"^arn:[^/]*:foundation-model/",
        r"^(us|eu|apac|jp|au|global|us-gov)\.(?=[a-z0-9]+\.)",
        r":\d+$",
        r"-v\d+$",
        r"-\d{8}$",
    ),
    "mistral": (r"-2[3-9](0[1-9]|1[0-2])$",),
    "cohere": (r"-(0[1-9]|1[0-2])-20\d{2}$", r"-v\d+\.\d+$"),
    "gateway": (r"-\d{4}-\d{2}-\d{2}$", r"-\d{8}$"),
}
FINE_TUNED = re.compile(r"ft:([^:]+):([^:]*):.*")  # base, organisation, then suffix and run


def family_of(key: str, model_id: str) -> str:
    """Return the family of a model of a provider of the table: gpt-4o of gpt-4o-2024-08-06."""
    name = model_id.strip().casefold()
    if tuned := FINE_TUNED.fullmatch(name):
        return f"ft:{family_of(key, tuned[1])}:{tuned[2]}"
    for pattern in (*STAMPS[""], *STAMPS.get(key, ())):
        name = re.sub(pattern, "", name, flags=re.IGNORECASE)
    return name
