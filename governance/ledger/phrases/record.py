"""What entries say about the record itself, and the packs made from it."""

SENTENCES = {
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
    "ledger.checked": "checked the record",
    "ledger.key_made": "made the key that signs the record's head",
    "ledger.key_changed": "let another key sign the record's head",
    "ledger.recovered": "signed that the record goes on as it is: {reason}",
    "checkpoints.late": "noticed that nothing has left this machine since {since}",
    "checkpoints.back": "put the record outside again, after {minutes} minutes",
}
