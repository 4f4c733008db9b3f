"""One font with all Chinese characters for figures, workbooks on screen and pages: Noto Sans SC (OFL), shipped by zhplot."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from matplotlib import font_manager

FAMILY = "Noto Sans SC"
FAMILIES = [FAMILY, "DejaVu Sans"]


def font_folder() -> Path:
    """Folder of the font file inside the installed package (the package itself is not imported: it changes matplotlib's settings)."""
    found = find_spec("zhplot")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("zhplot")
    return Path(found.submodule_search_locations[0]) / "fonts"


@cache
def add_font() -> str:
    """Make the font known to matplotlib, once a process; returns its family name."""
    for path in sorted(font_folder().glob("*.[ot]tf")):
        font_manager.fontManager.addfont(path)
    return FAMILY


def settings() -> dict[str, object]:
    """matplotlib settings for figures with Chinese text, to be used in ``matplotlib.rc_context``."""
    add_font()
    return {"font.family": FAMILIES, "axes.unicode_minus": False}


def write_fontconfig(folder: Path) -> Path:
    """Write ``fonts.conf`` that adds the font to the system's own; give its path in ``FONTCONFIG_FILE`` to Chromium or LibreOffice.

    Parameters
    ----------
    folder : where the file and fontconfig's cache go
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"  <dir>{escape(str(font_folder()))}</dir>\n"
        f"  <cachedir>{escape(str(folder.resolve() / 'cache'))}</cachedir>\n"
        "</fontconfig>\n",
        encoding="utf-8",
    )
    return path
