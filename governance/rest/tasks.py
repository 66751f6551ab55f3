"""Clock work of the API."""

from celery import shared_task

from governance.rest import actions


@shared_task(acks_late=True)
def forget_answers() -> None:
    """Forget answers kept for repeated requests once they are a day old."""
    actions.forget_answers()
