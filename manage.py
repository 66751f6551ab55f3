#!/usr/bin/env python3
"""Django's command line for Muster."""

import os
import sys

READ_FILES_ONLY = {"check_rulepack", "classify"}  # need neither database nor secret


def reads_files_only(arguments: list[str]) -> bool:
    """Return whether a command is at home on a machine where no Muster is set up."""
    command = arguments[1] if len(arguments) > 1 else ""
    if {"-h", "--help", "help"} & set(arguments):
        return True
    return command in READ_FILES_ONLY or (
        command == "preview_rulepack" and any(one.startswith("--cases") for one in arguments)
    )


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    if reads_files_only(sys.argv):
        os.environ.setdefault("MUSTER_MODE", "local")
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
