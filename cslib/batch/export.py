"""The roster in force, handed on in the form another system reads; whatever carries names goes to the protected folder alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from cslib import intake, report
from cslib.batch.check import published
from cslib.core.errors import RunError
from cslib.core.paths import protected_dir, shown
from cslib.core.words import say
from cslib.intake import Study
from cslib.params.exports import open_layout
from cslib.report import exports
from cslib.report.store import write_whole


def export_month(site: str, month: str, form: str, *, scenario: str = "base", folder: Path | None = None) -> tuple[str, ...]:
    """Write the roster in force in one of ``exports.FORMATS``.

    Parameters
    ----------
    form : layout (``export.yml`` of the site), dingtalk, ics (a calendar a person), csv or parquet (by pseudonym)
    folder : where to; names leave the protected folder in no case. Default: ``<protected>/<site>/<month>/export``

    Raises
    ------
    RunError  if there is no roster, the form or the place won't do;  ParamError  if the site's layout is missing or wrong.
    """
    if form not in exports.FORMATS:
        raise RunError("batch.export_form", where="--as", given=form, allowed=", ".join(exports.FORMATS))
    study = intake.open_study(site, month=month, scenario=scenario)
    target = report.protected_folder(site, month) / "export" if folder is None else folder
    if form in exports.NAMED and not target.resolve().is_relative_to(protected_dir().resolve()):
        raise RunError("batch.export_names", where=shown(target), allowed=shown(protected_dir()), given=form)
    files = dict(_files(study, form))
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in files.items():
            write_whole(target / name, content).chmod(0o600)
    except OSError as error:
        raise RunError("batch.not_writable", where=shown(target), problem=error.strerror or str(error)) from None
    return (say("batch.export.done", count=len(files), path=target),)


def _files(study: Study, form: str) -> Iterator[tuple[str, bytes]]:
    """File names and contents."""
    roster, _, _ = published(study)
    stem = f"roster-{study.month}"
    if form == "csv":
        yield f"{stem}.csv", b"\xef\xbb\xbf" + exports.plain_table(roster).to_csv(index=False, lineterminator="\n").encode()
    elif form == "parquet":
        if find_spec("pyarrow") is None:
            raise RunError("batch.no_parquet", where="--as")
        stream = io.BytesIO()
        exports.plain_table(roster).to_parquet(stream, index=False)
        yield f"{stem}.parquet", stream.getvalue()
    elif form == "ics":
        issued = intake.issues(study.site, study.month)
        yield from exports.calendars(roster, study, intake.names(study), str(len(issued)))
    elif form == "dingtalk":
        yield f"dingtalk-{study.month}.csv", exports.dingtalk_file(roster, study, intake.names(study))
    else:
        layout = open_layout(study.site, tuple(s.code for s in study.params.shifts))
        yield f"{stem}-{study.site}.csv", exports.layout_file(roster, study, intake.names(study), layout)
