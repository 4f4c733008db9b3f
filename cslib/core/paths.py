"""Where things are. The only module that knows the layout of a checkout and of the reader's home folder."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def project_root() -> Path:
    """Folder that holds ``params/`` and ``notebooks/``: ``CSLIB_ROOT`` if set, else the checkout this package lies in."""
    named = os.environ.get("CSLIB_ROOT")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[2]


def params_dir() -> Path:
    """Folder of the numbers that a manager or a law may change."""
    return project_root() / "params"


def site_dir(site: str) -> Path:
    """Folder of one site; existence is checked by the loader, which can name the sites there are."""
    return params_dir() / "sites" / site


def outputs_dir() -> Path:
    """Folder of finished runs (``CSLIB_OUTPUTS`` overrides); may be deleted at any time."""
    named = os.environ.get("CSLIB_OUTPUTS")
    return Path(named).resolve() if named else project_root() / "outputs"


def key_file() -> Path:
    """File with the pseudonym key, outside the repository (``CSLIB_KEY_FILE`` overrides). Privacy requirement P03."""
    named = os.environ.get("CSLIB_KEY_FILE")
    return Path(named) if named else Path(platformdirs.user_config_dir("cslib")) / "pseudonym.key"


def protected_dir() -> Path:
    """Folder for outputs with names, outside ``outputs/`` (``CSLIB_PROTECTED`` overrides). Privacy requirements P04, P09."""
    named = os.environ.get("CSLIB_PROTECTED")
    return Path(named) if named else Path(platformdirs.user_data_dir("cslib")) / "protected"


def issues_dir(site: str, month: str) -> Path:
    """Folder of a month's published rosters, one folder a version; with the protected outputs, because amendments carry reasons."""
    return protected_dir() / site / month / "published"


def shown(path: Path | str) -> str:
    """The path as a reader sees it: relative to the project where it lies inside, else as it is."""
    path = Path(path)
    try:
        return path.resolve().relative_to(project_root()).as_posix()
    except ValueError:
        return path.as_posix()
