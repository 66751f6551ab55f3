"""The import contract names every stage, and nothing else."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ENTRY_POINTS = {
    "__init__.py",
    "settings.py",
    "schedule.py",
    "environment.py",
    "fixed.py",
    "urls.py",
    "celery.py",
    "beat.py",
    "broker.py",
    "broker_redis.py",
    "wsgi.py",
}
PACKAGES = ("governance", "inventory", "raci")


def contract() -> set[str]:
    """Return the modules in the list of layers."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (stages,) = (c for c in settings["tool"]["importlinter"]["contracts"] if c["id"] == "stages")
    return {name.strip() for layer in stages["layers"] for name in layer.split("|")}


def folders() -> set[str]:
    """Return every folder of a package with Python in it."""
    found = set()
    for package in PACKAGES:
        for folder in sorted((ROOT / package).iterdir()):
            if folder.is_dir() and any(folder.glob("*.py")):
                found.add(".".join(folder.relative_to(ROOT).parts))
    return found


def test_the_contract_lists_the_stages_that_there_are():
    assert contract() - {"governance.urls"} == folders()


def test_every_stage_is_installed(settings):
    without_tables = {name for name in folders() if not (path(name) / "apps.py").exists()}

    assert folders() - without_tables <= set(settings.INSTALLED_APPS)
    assert not [name for name in without_tables if (path(name) / "models.py").exists()]


def path(module: str) -> Path:
    return ROOT / module.replace(".", "/")


def test_top_packages_hold_no_code_of_their_own():
    for package in PACKAGES:
        loose = {file.name for file in (ROOT / package).glob("*.py")}

        assert loose <= ENTRY_POINTS
