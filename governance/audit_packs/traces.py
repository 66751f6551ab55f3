"""Traces in a pack: whole where systems are few, else what decided, each with its digest."""

import hashlib
from collections.abc import Mapping
from typing import Any

from governance.audit_packs.sections import Batch, Facts
from governance.classification.deciding import as_published, deciding_only, trace_bytes
from governance.classification.models import Assessment

CHUNK = 20  # traces read at a time


def traces(batch: Batch) -> dict[int, Facts]:
    """Return the trace of each signed classification with the SHA-256 of its canonical JSON.

    The digest is that of the file which the page and REST give. Of many systems only what
    decided is kept: 2,000 whole traces would make 120 MB.
    """
    rows = Assessment.objects.current().filter(system__in=batch.ids)
    kept = rows.values_list("system_id", "trace").order_by("system_id")
    return {
        pk: trace_told(trace, batch.whole) for pk, trace in kept.iterator(chunk_size=CHUNK) if trace
    }


def trace_told(trace: Mapping[str, Any], whole: bool) -> Facts:
    """Return what a pack holds of a trace."""
    shown = as_published(trace if whole else deciding_only(trace))
    sha256 = hashlib.sha256(trace_bytes(trace)).hexdigest()
    return {"trace": shown, "trace_sha256": sha256, "trace_is_whole": whole}
