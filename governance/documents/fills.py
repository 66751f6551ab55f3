"""Which item of which document is filled how, and what to do where nothing is known."""

from governance.documents import known, reasoned
from governance.documents.values import Fill, Mend

IN_REGISTER = Mend.REGISTER
NAME = Fill(known.name)
REFERENCE = Fill(known.reference)
PURPOSE = Fill(known.purpose, "Write the intended purpose into the register.", IN_REGISTER)
PROVIDER = Fill(known.provider, "Say in the register what our role is, and who the vendor is.",
                IN_REGISTER)  # fmt: skip
DEPLOYER = Fill(known.deployer, "Say in the register that our role is deployer.", IN_REGISTER)
STATUS = Fill(known.status)
STATES = Fill(known.member_states, "Name the countries in the register.", IN_REGISTER)
NO_BODY = Fill(
    reasoned.no_notified_body, "If a notified body takes part, write its certificate here."
)
REPRESENTATIVE = Fill(
    reasoned.no_representative,
    "Answer whether we are established in the Union; if not, name the representative.",
    Mend.CLASSIFY,
    reasoned.owes_representative,
)
ADDRESS = Fill(None, "The registry keeps no addresses: write it here.")
SUBMITTER = Fill(None, "If somebody else submits it, write who.")
DECLARATION = Fill(known.filed("annex-v", "Declaration"), "Complete and sign the declaration.",
                   Mend.DECLARATION)  # fmt: skip
SIGNED = "Sign the classification first."
CONDITIONS = Fill(reasoned.conditions, "Answer the questions about Art. 6(3).", Mend.CLASSIFY)
GROUNDS = Fill(reasoned.reason, SIGNED, Mend.SIGN_CLASSIFICATION)
CONTACTS = {
    "1.name": PROVIDER, "1.address": ADDRESS, "1.contact": ADDRESS,
    "2.name": SUBMITTER, "2.address": SUBMITTER, "2.contact": SUBMITTER,
    "3.name": REPRESENTATIVE, "3.address": REPRESENTATIVE, "3.contact": REPRESENTATIVE,
    "4.name": NAME, "4.reference": REFERENCE,
}  # fmt: skip
FILLS: dict[str, dict[str, Fill]] = {
    "not-high-risk": {
        "purpose": PURPOSE,
        "annex3": Fill(reasoned.listed_use, "No point of Annex III fires.", Mend.CLASSIFY),
        "condition": CONDITIONS,
        "profiling": Fill(
            reasoned.denied("profiling.performed", "It was answered that it profiles nobody."),
            "Nobody answered whether it profiles people: answer it.",
            Mend.CLASSIFY,
        ),
        "influence": Fill(
            reasoned.denied(
                "filter.materially_influences_outcome",
                "It was answered that it does not materially influence the decision.",
            ),
            "Nobody answered whether it materially influences the decision: answer it.",
            Mend.CLASSIFY,
        ),
        "signed": Fill(reasoned.signature, SIGNED, Mend.SIGN_CLASSIFICATION),
        "reason": GROUNDS,
        "facts": Fill(reasoned.facts_digest, SIGNED, Mend.SIGN_CLASSIFICATION),
        "pack": Fill(reasoned.rule_pack, SIGNED, Mend.SIGN_CLASSIFICATION),
    },
    "annex-viii-a": CONTACTS | {
        "5.purpose": PURPOSE,
        "6.inputs": Fill(known.inputs, "Name the data in the register.", IN_REGISTER),
        "7": STATUS, "8": NO_BODY, "9": NO_BODY, "10": STATES, "11": DECLARATION,
    },
    "annex-viii-b": CONTACTS | {
        "5": PURPOSE, "6": CONDITIONS, "7": GROUNDS, "8": STATUS, "9": STATES,
    },
    "annex-viii-c": {
        "1.name": DEPLOYER, "1.address": ADDRESS, "1.contact": ADDRESS,
        "2.name": SUBMITTER, "2.address": SUBMITTER, "2.contact": SUBMITTER,
        "3": Fill(None, "Ask the provider for it and write it here."),
        "4": Fill(None, "Complete the fundamental rights impact assessment, then sum it up here."),
        "5": Fill(None, "If there is an assessment under Art. 35 GDPR, sum it up here."),
    },
    "annex-iv": {
        "1.a.purpose": PURPOSE, "1.a.provider": PROVIDER,
        "1.a.versions": Fill(known.lineage, "Add the model version.", Mend.VERSION),
        "1.c.versions": Fill(known.running, "Get a model version approved.", Mend.VERSION),
        "2.a.tools": Fill(known.tools, "No approved version runs a model of others. Write it."),
        "2.c.architecture": Fill(known.architecture, "Name it in the register.", IN_REGISTER),
        "5": Fill(known.shown("art9"), "Put evidence behind the duty of Art 9, or write it."),
        "6": Fill(known.changes, "Say in the notes of each version what changes.", Mend.VERSION),
        "8": DECLARATION,
        "9": Fill(known.shown("art72"), "Put evidence behind the duty of Art 72, or write it."),
    },
    "annex-v": {
        "1.name": NAME, "1.reference": REFERENCE, "2.name": PROVIDER, "2.address": ADDRESS,
        "3": Fill(None, "The provider states it: write the statement here."),
        "4": Fill(None, "The provider states it: write the statement here."),
        "5": Fill(
            known.no_personal_data,
            "Where personal data are processed the provider states it: write it here.",
            needed=known.has_personal_data,
        ),
        "7": NO_BODY,
        "8.behalf": PROVIDER,
    },
    "fria": {
        "a.purpose": PURPOSE,
        "b.period": Fill(known.period, "Say in the register since when it is live.", IN_REGISTER),
        "c": Fill(known.people, "Name the people affected in the register.", IN_REGISTER),
        "f.governance": Fill(
            known.accountable({
                "SAF-01": "human oversight in operation",
                "INC-05": "reporting a serious incident",
                "GOV-03": "this assessment",
            }),
            "Put a responsibility matrix into force.", Mend.RACI,
        ),
    },
}  # fmt: skip
NOTHING_KNOWN = Fill()


def fill_of(kind: str, key: str) -> Fill:
    """Return how an item is filled; by a person where the registry knows nothing of it."""
    return FILLS.get(kind, {}).get(key, NOTHING_KNOWN)
