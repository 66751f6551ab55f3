#!/usr/bin/env python3
"""Django's command line for Muster."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.DEBUG  # noqa: B018 reads the settings, which may refuse
    except ImproperlyConfigured as refusal:
        sys.exit(f"muster: {refusal}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
