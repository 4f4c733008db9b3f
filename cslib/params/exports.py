"""The layout in which a site hands its roster on: ``params/sites/<site>/export.yml``, a mapping from the reader's titles to known fields."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from cslib.core.errors import ParamError
from cslib.core.paths import shown, site_dir
from cslib.params.source import Strict, read, validate

FILE = "export.yml"
PersonField = Literal["staff_no", "display_name", "employee_id"]
ExportField = Literal["staff_no", "display_name", "employee_id", "date", "weekday", "shift", "shift_name", "post", "start", "end", "breaks"]


class ExportLayout(Strict):
    """A list with a row a duty or day (``columns``: title -> field), or a grid with a column a day behind the people's own columns.

    No pay, grade, score or reason of an absence is a field, so that none can be mapped. codes: shift code, OFF or LEAVE -> what the site
    writes; anything not named is written as its code. rest_rows: list days off and absences too.
    """

    form: Literal["list", "grid"]
    columns: dict[str, ExportField] = Field(min_length=1)
    codes: dict[str, str] = Field(default_factory=dict)
    date_format: str = "%Y-%m-%d"
    encoding: Literal["utf-8-sig", "gb18030"] = "utf-8-sig"
    rest_rows: bool = True


def open_layout(site: str, shifts: tuple[str, ...]) -> ExportLayout:
    """Read and check the export layout of a site.

    Raises
    ------
    ParamError  with file and line: no such file, an unknown field, a code of no shift, a grid with a field of a day among its columns.
    """
    path = site_dir(site) / FILE
    if not path.is_file():
        known = ", ".join(sorted(p.name for p in site_dir(site).glob("*.yml"))) if site_dir(site).is_dir() else "-"
        raise ParamError("params.no_file", where=shown(path), allowed=known)
    document = read(path)
    layout = validate(ExportLayout, document)
    allowed = (*shifts, "OFF", "LEAVE")
    for code in layout.codes:
        if code not in allowed:
            raise ParamError("params.export_code", where=document.where(("codes", code)), given=code, allowed=", ".join(allowed))
    wrong = [title for title, field in layout.columns.items() if field not in get_args(PersonField)]
    if layout.form == "grid" and wrong:
        raise ParamError("params.export_grid", where=document.where(("columns", wrong[0])), given=wrong[0], allowed=", ".join(get_args(PersonField)))
    return layout
