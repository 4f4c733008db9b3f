"""The sites as a table for the terminal. Reads only the head of each site file and imports nothing slow: a list must come at once."""

from __future__ import annotations

from typing import Any

import yaml

from cslib.core.paths import params_dir
from cslib.core.width import aligned
from cslib.core.words import language, say


def site_lines() -> list[str]:
    """Sites with their names, queues and kind of data, one a line under a row of titles; empty if there are none.

    A site file that can't be read is listed as such: ``cslib run`` says what is wrong with it.
    """
    rows = []
    for path in sorted((params_dir() / "sites").glob("*/site.yml")):
        try:
            found = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            found = None
        rows.append([path.parent.name, *_facts(found)])
    titles = [say("batch.site.key"), say("batch.site.name"), say("batch.site.queues"), say("batch.site.data")]
    return aligned(titles, rows) if rows else []


def _facts(found: Any) -> list[str]:
    """Name, queues and kind of data of a site file as read."""
    if not isinstance(found, dict):
        return [say("batch.site.unreadable"), "-", "-"]
    data = say("batch.site.synthetic") if found.get("synthetic") is True else say("batch.site.own")
    queues = found.get("queues")
    names = [_name(queue, str(key)) for key, queue in queues.items()] if isinstance(queues, dict) else []
    return [_name(found, "-"), say("batch.site.comma").join(names) or "-", data]


def _name(found: Any, otherwise: str) -> str:
    named = found.get("name") if isinstance(found, dict) else None
    return str(named.get(language(), otherwise)) if isinstance(named, dict) else otherwise
