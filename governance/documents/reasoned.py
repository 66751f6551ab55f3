"""What the classification says for an item: its rules, its answers, its signature.

A default is no answer: what nobody answered is not said here.
"""

from collections.abc import Mapping
from typing import Any

from governance.documents.subject import Classified, Subject
from governance.documents.values import Know, Value, said

INTERNAL_CONTROL = "art43.2"  # Art. 43(2): no notified body takes part
NOTIFIED_BODY = ("art43.1", "art43.3")  # duties by which one may take part


# --- the classification ---------------------------------------------------------------------
def _of_rules(classified: Classified | None, prefix: str) -> tuple[Value, ...]:
    """Return the rules that fired under a prefix, with article and deciding answers."""
    if classified is None:
        return ()
    return tuple(
        Value(_told(rule), classified.source)
        for rule in classified.result["why"]
        if rule["id"].startswith(prefix)
    )


def _told(rule: Mapping[str, Any]) -> str:
    answers = " ".join(f"{given['ask']} {given['answer']}." for given in rule["because"])
    return f"{rule['title']} ({'; '.join(rule['citation'])}). {answers}".strip()


def listed_use(subject: Subject) -> tuple[Value, ...]:
    """Return the points of Annex III that list the system."""
    return _of_rules(subject.classified, "annex3.")


def conditions(subject: Subject) -> tuple[Value, ...]:
    """Return the conditions of Art. 6(3) that are met, with the answers behind them."""
    found = [_of_rules(subject.classified, f"art6.3.{letter}") for letter in "abcd"]
    return tuple(value for values in found for value in values)


def denied(fact: str, told: str) -> Know:
    """Return a filler: `told` where somebody answered no; a default is no answer."""

    def know(subject: Subject) -> tuple[Value, ...]:
        classified = subject.classified
        if classified is None or classified.facts.get(fact) is not False:
            return ()
        return said(told, classified.source)

    return know


def signature(subject: Subject) -> tuple[Value, ...]:
    """Return who signed the classification."""
    known = subject.classified
    if known is None or not known.is_signed:
        return ()
    return said(f"{known.signed_by}, {known.signed_on}", known.source)


def reason(subject: Subject) -> tuple[Value, ...]:
    """Return why the classification was signed."""
    known = subject.classified
    return said(known.reason, f"{known.source}, {known.signed_by}") if known else ()


def facts_digest(subject: Subject) -> tuple[Value, ...]:
    """Return the digest of the facts that were signed."""
    known = subject.classified
    return said(known.facts_digest, known.source) if known and known.is_signed else ()


def rule_pack(subject: Subject) -> tuple[Value, ...]:
    """Return the rule pack of the signature."""
    known = subject.classified
    if known is None or not known.is_signed:
        return ()
    law = known.result["law"]
    return said(f"{law['title']}, as of {law['as_of']}, {known.pack_version}", known.source)


def no_notified_body(subject: Subject) -> tuple[Value, ...]:
    """Return that there is no certificate, where conformity is assessed by internal control."""
    known = subject.classified
    duty = known.duties.get(INTERNAL_CONTROL) if known else None
    if known is None or duty is None or any(name in known.duties for name in NOTIFIED_BODY):
        return ()
    told = f"None: no notified body takes part ({'; '.join(duty['citation'])})"
    return said(told, known.source)


def no_representative(subject: Subject) -> tuple[Value, ...]:
    """Return that none is needed, where somebody answered that we are in the Union."""
    known = subject.classified
    if known is None or known.facts.get("actor.established_in_eu") is not True:
        return ()
    if "provider" not in known.roles:
        return ()
    return said("None: the provider is established in the Union", known.source)


def owes_representative(subject: Subject) -> bool:
    """Return whether the provider must appoint an authorised representative (Art. 22)."""
    return subject.classified is not None and "art22" in subject.classified.duties
