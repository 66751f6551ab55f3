"""What the law and the organisation ask of AI systems; loads the Celery app."""

from governance.celery import app as celery_app

__all__ = ["celery_app"]
