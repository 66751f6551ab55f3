"""What the demo's people wrote for documents, and what they signed."""

from typing import Any

from governance.accounts.models import User
from governance.common.canonical import digest
from governance.documents import actions
from governance.documents.queries import draft_of
from governance.documents.rules import Kind, Place
from inventory.systems.models import AISystem


def tell(system: AISystem, row: dict[str, Any], *, writer: User, signer: User) -> None:
    """Write the entries of a row of the story, then sign its documents."""
    for kind, texts in row.get("entries", {}).items():
        for item, text in texts.items():
            actions.write_entry(system, Place(Kind(kind), str(item)), text=text, actor=writer)
    for kind, reason in row.get("documents", {}).items():
        read = digest(draft_of(system, Kind(kind)).content())
        actions.sign_document(system, kind=Kind(kind), reason=reason, actor=signer, digest=read)
