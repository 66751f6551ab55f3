"""What the clock asks of a worker: look at rules, read registries, set aliases."""

from celery import shared_task

from governance.pipelines.mlflow_reading import sweep_registries
from governance.pipelines.watching import forget_points, watch_rules


@shared_task(acks_late=True)
def sweep_rules() -> None:
    """Look whether what runs breaks a rule; a second run beside it opens nothing twice."""
    watch_rules()


@shared_task(acks_late=True)
def sweep_mlflow() -> None:
    """Set aliases that are due, and read registries; a second run beside it reads others."""
    sweep_registries()


@shared_task(ignore_result=True)
def forget_metrics() -> None:
    """Forget measurements that no rule reaches any more."""
    forget_points()
