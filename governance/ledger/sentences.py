"""What an entry says in plain words, to stand behind the name of who did it. Django-free.

`{ref}` is what the entry is about; every other name is a field of its data. An action that is
not in the table reads as its own words: "vendor.renamed" becomes "renamed the vendor Acme".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
MOST_NAMES = 4  # of changed fields in one sentence
SENTENCES = {
    "organisation.founded": "founded {name}",
    "unit.added": "added the unit {name}",
    "unit.renamed": "renamed a unit",
    "unit.moved": "moved the unit {name}",
    "person.added": "added {name}",
    "person.invited": "made a first sign-in link for a person",
    "person.changed": "changed a person",
    "person.deactivated": "closed a person's account",
    "person.reactivated": "opened a person's account again",
    "person.confirmed": "confirmed who they are by {method}",
    "person.confirm_refused": "was not who they said they are: wrong {method}",
    "person.pseudonymised": "took the name and the address off a closed account",
    "personal.erased": "erased {values} personal values: {ground}",
    "role.granted": "gave the role {role}",
    "role.end_changed": "set another end for the role {role}",
    "role.revoked": "took the role {role} away",
    "hours.saved": "saved the working hours {name}",
    "hours.dropped": "dropped the working hours {name}",
    "token.issued": "issued an API token",
    "token.revoked": "revoked an API token",
    "view.saved": "saved a view of the list",
    "view.forgotten": "removed a view of the list",
    "vendor.registered": "registered the vendor {name}",
    "vendor.changed": "changed the vendor {ref}",
    "agreement.registered": "recorded the agreement {ref}",
    "agreement.changed": "changed the agreement {ref}",
    "agreement.attached": "attached the document of {ref}",
    "agreement.signed": "recorded the signature of {ref}",
    "agreement.ended": "ended the agreement {ref}",
    "system.registered": "registered {name} as {ref}",
    "system.changed": "changed {ref}",
    "system.retired": "retired {ref}",
    "system.shared": "shared {ref} with one person",
    "system.unshared": "stopped sharing {ref} with one person",
    "system.agreement_linked": "linked an agreement to {ref}",
    "system.agreement_unlinked": "unlinked an agreement from {ref}",
    "version.added": "added the version {ref}",
    "version.changed": "changed the version {ref}",
    "version.frozen": "froze the version {ref}",
    "pin_pattern.added": "said that model ids like {pattern} are {state}",
    "pin_pattern.withdrawn": "withdrew what was said about model ids like {pattern}",
    "import.finished": "finished {ref}: {created} created, {changed} changed",
    "import.cancelled": "stopped {ref} after {rows} rows",
    "evidence.added": "added the evidence {ref} about {system}: {title}",
    "evidence.withdrawn": "withdrew the evidence {ref} about {system}",
    "suite.added": "added the evaluation suite {key} to {system}",
    "suite.revised": "made revision {revision} of the evaluation suite {key} of {system}",
    "evaluation.added": "added the evaluation run {ref} of {version}: {passed} of {total} passed",
    "evaluation.withdrawn": "withdrew the evaluation run {ref} of {version}",
    "calendar.made": "made a secret address for the own calendar",
    "calendar.revoked": "revoked the secret address of the own calendar",
    "duties.followed": "took the duties of {ref} over from its classification {assessment}",
    "duty.started": "began to work on {article} for {system}",
    "duty.waits": "let {article} for {system} wait for {waits_for}",
    "duty.met": "said that {article} is met for {system}, to be checked by {next_check_on}",
    "duty.proposed": "said that {article} does not apply to {system}",
    "duty.set_aside": "agreed that {article} does not apply to {system}",
    "duty.kept": "disagreed: {article} does apply to {system}",
    "duty.reopened": "opened {article} for {system} again",
    "duty.planned": "planned the next check of {article} for {system}",
    "duty.detached": "took the evidence {evidence} away from {article} for {system}",
    "duty.lapsed": "left {article} for {system} without evidence that counts: it is not met",
    "duty.shown": "put the evidence {evidence} behind {article} for {system}",
    "facts.changed": "answered questions about {ref}",
    "facts.explained": "said what makes an answer about {ref} so",
    "question.asked": "asked a person about {ref}, to be answered by {due_on}",
    "question.answered": "answered what somebody was not sure of about {ref}",
    "question.withdrawn": "took back a question about {ref}",
    "assessment.signed": "signed the classification of {ref}",
    "signing_key.made": "made the key {kid} that signs decisions for pipelines",
    "signing_key.rotated": "let another key sign decisions for pipelines: {kid}",
    "observation.reported": "reported that {model_id} answers for {system} in {environment}",
    "rollback_rule.set": "set a rollback rule for {system}: {rule}",
    "rollback_rule.ended": "ended a rollback rule of {system}: {rule}",
    "mlflow_source.added": "added the MLflow registry {name}",
    "mlflow_source.asked": "asked for the MLflow registry {name} to be read now",
    "mlflow_source.ended": "ended the reading of the MLflow registry {name}",
    "mlflow_link.made": "linked the registered model {model} to {system}",
    "mlflow_link.ended": "ended the link of the registered model {model} to {system}",
    "mlflow.taken_over": "took over version {number} of {model} from {registry}",
    "mlflow.alias_set": "let the alias {alias} of {model} follow {release}: {result}",
    "breach.opened": "found a rollback rule of {system} broken by {release}: {rule}",
    "breach.decided": "decided about a broken rollback rule of {system}: {decision}",
    "preview.requested": "asked what a change of the law would do: {name}",
    "preview.finished": "finished {ref} of a change of the law: {touched} of {systems} touched",
    "preview.failed": "could not run {ref} of a change of the law",
    "control.set_aside": "set the control {control} aside for {system}, until {until}",
    "control.applies_again": "let the control {control} apply again to {system}",
    "mapping.reviewed": "looked through the mapping of controls {version}",
    "document.entry_written": "wrote the item {item} of a document of {ref}",
    "document.entry_removed": "took back the item {item} of a document of {ref}",
    "document.signed": "signed a document of {ref}: {title}",
    "matrix.made": "made a responsibility matrix",
    "matrix.saved": "saved a responsibility matrix",
    "matrix.submitted": "sent a responsibility matrix for review",
    "matrix.sent_back": "sent a responsibility matrix back from review",
    "matrix.inherited": "brought rows of a responsibility matrix up to the default above",
    "matrix.reassigned": "handed over what a person had in a responsibility matrix",
    "matrix.copied": "copied rows into a responsibility matrix",
    "matrix.overridden": "kept rows of a responsibility matrix apart from the default above",
    "matrix.activated": "put a responsibility matrix into force",
    "matrix.confirmed": "confirmed that a responsibility matrix still holds",
    "matrix.attested": "confirmed what they answer for in a responsibility matrix",
    "declaration.made": "put a conflict or a compensating control on record",
    "declaration.ended": "ended a conflict or a compensating control on record",
    "matrix.column_added": "added a column to a responsibility matrix",
    "matrix.rows_changed": "chose the rows of a responsibility matrix",
    "role_holder.named": "named who holds the role {role}",
    "role_holder.ended": "set an end for who holds the role {role}",
    "deputy.named": "named a deputy for the role {role}",
    "authority.changed": "gave or took the authority {authority}",
    "ops_function.set_up": "set up an AI Ops function",
    "ops_function.changed": "changed an AI Ops function",
    "oncall.made": "made the on-call schedule {name} for the role {role}",
    "oncall.changed": "changed the on-call schedule {name}",
    "oncall.closed": "closed the on-call schedule {name}",
    "oncall.layer_put": "put the layer {layer} into the on-call schedule {name}",
    "oncall.layer_dropped": "ended the layer {layer} of the on-call schedule {name}",
    "oncall.overridden": "put a person on call in {name} from {since} until {until}",
    "oncall.override_withdrawn": "took back an override of {name}",
    "oncall.imported": "imported {count} overrides into {name} from a calendar",
    "oncall.swap_asked": "asked for a swap in {name} from {since} until {until}",
    "oncall.swap_accepted": "accepted a swap in {name} from {since} until {until}",
    "oncall.swap_refused": "declined a swap in {name}",
    "oncall.swap_withdrawn": "took back a swap in {name}",
    "oncall.confirmed": "confirmed to have the pager of {name}",
    "oncall.calendar_made": "made a secret address for a calendar of shifts",
    "oncall.calendar_revoked": "revoked the secret address of a calendar of shifts",
    "absence.entered": "entered an absence",
    "absence.cancelled": "ended an absence early",
    "delegation.proposed": "asked somebody to act for a person",
    "delegation.accepted": "accepted to act for a person",
    "delegation.refused": "refused to act for a person",
    "delegation.withdrawn": "took a delegation back",
    "waiver.granted": "waived the pinned model id of {ref} until {ends_on}",
    "incident.registered": "registered the serious incident {ref} of {system}",
    "incident.corrected": "corrected the incident {ref}",
    "incident.step_done": "recorded a step about the incident {ref}: {step}",
    "incident.doubted": "assessed the incident {ref} as not serious",
    "incident.kept_serious": "kept the incident {ref} as serious",
    "incident.not_serious": "agreed that the incident {ref} is not serious",
    "incident.closed": "closed the incident {ref}",
    "items.opened": "opened items that fall due ({count})",
    "items.changed": "took over what changed about items that fall due ({count})",
    "items.resolved": "resolved items ({count}): {reason}",
    "items.stepped": "told people of items that fell due ({count})",
    "item.stuck": "could not tell anybody of {ref}: {why}",
    "item.acknowledged": "acknowledged {ref} until {until}: {title}",
    "item.snoozed": "let {ref} be silent until {until}: {title}",
    "item.reassigned": "handed {ref} to somebody else: {title}",
    "item.resolved": "resolved {ref}: {title}",
    "item.reopened": "opened {ref} again: {title}",
    "link.made": "made a link by which {ref} can be acknowledged until {until}",
    "policy.saved": "saved the escalation policy {name}",
    "policy.retired": "retired the escalation policy {name}",
    "sweeps.silent": "noticed that nobody has looked for what falls due since {since}",
    "sweeps.back": "looks for what falls due again, after {minutes} minutes of silence",
    "review.reassigned": "gave {system} {version} ({ref}) to who approves updates now",
    "review.submitted": "proposed {system} {version} for approval as {ref}",
    "review.approved": "approved {system} {version} ({ref})",
    "review.rejected": "sent {system} {version} back ({ref})",
    "review.refused": "was refused a decision about {system} {version} ({ref})",
    "review.withdrawn": "withdrew {system} {version} from approval ({ref})",
    "release.drafted": "drafted the release {ref} of {system} {version} for {environment}",
    "release.submit": "proposed {system} {version} for {environment} as {ref}",
    "release.start_eval": "began to wait for the evidence of {ref}",
    "release.eval_done": "found the evidence of {ref} complete",
    "release.eval_failed": "sent {ref} back: a criterion that must hold failed",
    "release.approve": "agreed to {system} {version} ({ref})",
    "release.reject": "sent {system} {version} back ({ref})",
    "release.withdraw": "withdrew {system} {version} ({ref})",
    "release.evidence_changed": "let the votes on {ref} count no more: the evidence changed",
    "release.schedule": "scheduled {system} {version} ({ref})",
    "release.activate": "let {system} {version} run in {environment} ({ref})",
    "release.start_canary": "started {system} {version} as a canary ({ref})",
    "release.promote": "made the canary {system} {version} the active one ({ref})",
    "release.suspend": "suspended {system} {version} ({ref})",
    "release.resume": "let {system} {version} run again ({ref})",
    "release.rollback": "rolled {system} {version} back ({ref})",
    "release.restored": "made {system} {version} active again ({ref})",
    "release.emergency_activate": "let {system} {version} run in an emergency ({ref})",
    "release.retro_approve": "agreed afterwards to {system} {version} ({ref})",
    "release.retro_reject": "refused the emergency of {system} {version} ({ref})",
    "release.emergency_expire": "ended the emergency of {system} {version} ({ref})",
    "release.expire": "ended the approval of {system} {version} ({ref})",
    "release.recertify": "agreed that {system} {version} goes on ({ref})",
    "release.supersede": "replaced {system} {version} ({ref})",
    "release.retire": "retired {system} {version} ({ref})",
    "release.reopened": "reopened {ref} as {as}",
    "release.reassigned": "gave {system} {version} ({ref}) to who approves updates now",
    "release.refused": "was refused: {wanted} {system} {version} ({ref})",
    "release.class_set": "set another class of change for {ref}",
    "release.target_set": "named another release to go back to from {ref}",
    "release.seconded": "agreed that {ref} may go live as an emergency",
    "release.condition_set": "set a condition for {ref}: {text}",
    "release.condition_met": "said that a condition of {ref} is met: {text}",
    "release.canary_reported": "reported {tasks} tasks of the canary {ref}",
    "release.remarked": "wrote about {ref}",
    "release.votes_void": "let the votes on {ref} count no more: the evidence changed",
    "release.viewed": "read {ref}",
    "proof.added": "added evidence for {system} {version}: {kind}",
    "proof.withdrawn": "took evidence for {system} {version} away: {kind}",
    "finding.opened": "found about {system}: {words}",
    "finding.accepted": "accepted a finding about {system}",
    "finding.closed": "closed a finding about {system}",
    "materiality.said": "said what {system} weighs: exposure {exposure}, purpose {purpose}",
    "freeze.set": "froze releases in {unit}: {reason}",
    "freeze.lifted": "lifted the freeze in {unit}: {reason}",
    "pack.requested": "asked for the evidence pack {ref}",
    "pack.sealed": "sealed the evidence pack {ref}",
    "pack.stamped": "put the time stamp of {authority} beside the evidence pack {pack}",
    "pack.failed": "could not build the evidence pack {ref}",
    "pack.downloaded": "downloaded the evidence pack {ref}",
    "pack.shared": "gave the evidence pack {ref} to somebody until {until}",
    "pack.unshared": "took the evidence pack {ref} back from somebody",
    "pack.expiry_set": "set another last day for the evidence pack {ref}",
    "pack.withdrawn": "withdrew the evidence pack {ref}",
    "pack.viewed_as": "looked at the packs as an auditor sees them",
    "pack.question_asked": "asked {question} about the evidence pack {ref}",
    "pack.question_answered": "answered {question} about the evidence pack {ref}",
    "pack.question_overdue": "told that {question} about the pack {ref} waits too long",
    "address.asked": "sent a link that verifies the address of {person}",
    "address.verified": "verified the own address by a link",
    "address.vouched": "vouched for the address of {person}: {reason}",
    "notices.chosen": "chose how to be told",
    "notices.delivered": "delivered {sent} notices; {failed} are tried again, {dead} given up",
    "endpoint.added": "added the webhook endpoint {name}",
    "endpoint.changed": "changed the webhook endpoint {name}",
    "endpoint.rotated": "gave the webhook endpoint {name} another secret",
    "endpoint.disabled": "disabled the webhook endpoint {name}: {reason}",
    "endpoint.enabled": "enabled the webhook endpoint {name} again",
    "endpoint.pinged": "sent a test event to the webhook endpoint {name}",
    "endpoint.replayed": "sent {count} events to the webhook endpoint {name} again",
    "ledger.checked": "checked the record",
    "ledger.key_made": "made the key that signs the record's head",
    "ledger.key_changed": "let another key sign the record's head",
    "ledger.recovered": "signed that the record goes on as it is: {reason}",
    "checkpoints.late": "noticed that nothing has left this machine since {since}",
    "checkpoints.back": "put the record outside again, after {minutes} minutes",
}
SHOWN_LETTERS = 120


@dataclass(frozen=True)
class Change:
    """One field's old and new value, in words."""

    field: str
    was: str
    now: str


class _Fields(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(action: str, ref: str, data: Any) -> str:
    """Return what was done, without the name of who did it: "changed AIS-014: name, owner"."""
    noun, _, verb = action.partition(".")
    fields = data if isinstance(data, Mapping) else {}
    shown = {str(key): words(value) for key, value in fields.items()}
    known = SENTENCES.get(action) or f"{words(verb or 'noted')} the {words(noun)} {{ref}}"
    said = known.format_map(_Fields(shown | {"ref": ref})).strip()
    changed = fields.get("changes")
    if isinstance(changed, Mapping) and changed:
        said += ": " + _names(list(changed))
    return said


def _names(names: list[str]) -> str:
    """Return the first names; the others are counted."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(words(name) for name in names[:MOST_NAMES]) + more


def changes(data: Any) -> list[Change]:
    """Return the changed fields of an entry's data, with both values in words."""
    changed = data.get("changes") if isinstance(data, Mapping) else None
    if not isinstance(changed, Mapping):
        return []
    return [
        Change(words(name), words(both.get("from")), words(both.get("to")))
        for name, both in changed.items()
        if isinstance(both, Mapping)
    ]


def words(value: Any) -> str:
    """Return a value of an entry in words; a value that was erased says so."""
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _thing(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Iterable):
        return _short(", ".join(words(item) for item in value))
    return str(value)


def _text(value: str) -> str:
    if INSTANT.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    return _short(value.replace("_", " ") if value.isidentifier() else value)


def _thing(value: Mapping[str, Any]) -> str:
    if set(value) == {"c"}:
        return "(erased)"
    if set(value) == {"erased"}:
        return f"(erased on {datetime.fromisoformat(value['erased']):%-d %B %Y})"
    if "name" in value:
        return words(value["name"])
    return _short(", ".join(f"{key}: {words(item)}" for key, item in value.items()))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else text[: SHOWN_LETTERS - 1] + "…"
