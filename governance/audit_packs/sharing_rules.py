"""How long a pack is handed out, and how soon a question about one is to be answered."""

from datetime import date, timedelta

# Days from the seal, by what a pack is for. Ours, not the law's: a pack tells of one moment.
HANDED_OUT_DAYS = {"audit": 365, "authority": 365, "customer": 180, "board": 90}
PURPOSES = {
    "audit": "Audit",
    "authority": "Authority",
    "customer": "Customer",
    "board": "Board",
}
HANDED_OUT_OTHERWISE = 365
ANSWER_WITHIN = timedelta(days=7)
VIEWING_LASTS = timedelta(minutes=30)
VIEWING_IS_THE_SAME = timedelta(minutes=1)  # when it is begun again so soon: pressed twice
MOST_LETTERS = 4_000  # of a question, an answer or a reason


def last_day(purpose: str, sealed_on: date) -> date:
    """Return the last day on which a pack is handed out, when nobody chose another."""
    return sealed_on + timedelta(days=HANDED_OUT_DAYS.get(purpose, HANDED_OUT_OTHERWISE))
