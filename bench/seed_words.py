"""The words that the systems of the measured organisation are called and described by."""


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


AREAS = words(
    "Claims Underwriting Motor Household Travel Health Life Pension Marine Cargo Credit Fraud "
    "Sales Pricing Renewal Broker Portal Billing Payments Collections Reserving Reinsurance Tax "
    "Treasury Actuarial Audit Legal Contract Procurement Supplier Recruiting Payroll Training "
    "Workplace Facilities Fleet Security Identity Network Service Support Telephone Mailroom "
    "Document Archive Complaint Survey Campaign Loyalty Website Mobile Voice Image Drone Weather "
    "Catastrophe Flood Medical Dental Hospital Repair"
)
TASKS = words(
    "triage routing matching ranking screening forecasting summarising translation extraction "
    "transcription detection scoring segmentation drafting anonymising comparison search review "
    "validation planning reconciliation tagging deduplication simulation monitoring"
)
KINDS = words(
    "scorer assistant classifier model engine copilot predictor reader agent advisor sorter "
    "finder checker estimator writer recogniser router planner monitor summariser"
)
PLACES = words("Nordics Iberia Benelux DACH Baltics Italy France Poland Ireland Austria Group")
PURPOSE = (
    "{task} of {area} cases by a {kind}, so that people in {place} see urgent ones first; "
    "it proposes, and a person decides. Based on {other} records of the last {years} years."
)
STAGES = ("idea", "pilot", "limited", "production", "production", "production", "retired")
