"""The words of the record: for every action what its entry says, in a file per part of Muster.

`{ref}` is what the entry is about; every other name is a field of its data.
"""

from governance.ledger.phrases import law, people, record, releases, responsibility, systems

PARTS = (people, systems, law, responsibility, releases, record)
SENTENCES = {action: said for part in PARTS for action, said in part.SENTENCES.items()}
