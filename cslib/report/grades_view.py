"""What leaves the grade page for humans to decide on: application forms and a sheet with an empty decision column, in the protected folder."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from cslib import people
from cslib.core import tables, words
from cslib.core.words import say, speaking
from cslib.intake.study import Study
from cslib.report.run import protected_folder
from cslib.report.store import write_whole

MARK, MARK_HEADING = "SYNTHETIC", "合成数据 / synthetic"
TO_FILL = ("decision", "decided_on", "decided_by")


@dataclass(frozen=True)
class Forms:
    """Where the forms and the sheet of a month are, how many moves they propose, whether the people are invented, grades not in the pay scheme."""

    forms: tuple[Path, ...]
    sheet: Path
    count: int
    synthetic: bool = False
    unpaid: tuple[str, ...] = ()


def protected_forms(course: people.Course, study: Study, month: str) -> Forms:
    """Write the 晋升/降级申请表 of a month in Chinese and English, and the sheet of proposals that comes back with decisions.

    The sheet is CSV with Chinese and English headers; filled in, it goes into ``site.yml`` under ``files: decisions``. That of invented people
    says so in its name and in every row, and is refused when read.

    Raises
    ------
    RunError  if the protected folder lies inside the project or its outputs.

    Source: catalogue S003-H14 (own record, supervisor's check, signed application, finance); PIPL art. 24.
    """
    folder = protected_folder(study.site, study.month)
    pages = []
    for language in words.LANGUAGES:
        with speaking(language):
            page = people.application_forms(course, month)
        pages.append(write_whole(folder / f"forms-{course.ladder.name}-{language}.html", page.encode()))
    found = people.proposals(course, month)
    found = found[found["outcome"].eq("move")]
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\r\n")
    spec = tables.spec("grade_proposals").columns
    invented = course.panel.synthetic
    sheet.writerow([heading(name) for name in spec] + [MARK_HEADING] * invented)
    for row in found.astype(object).where(found.notna(), "").itertuples(index=False):
        sheet.writerow(["" if name in TO_FILL else value for name, value in zip(spec, row, strict=True)] + [MARK] * invented)
    name = f"proposals-{course.ladder.name}{f'-{MARK}' if invented else ''}.csv"
    path = write_whole(folder / name, out.getvalue().encode("utf-8-sig"))
    unpaid = tuple(grade for grade in course.ladder.grades if grade not in study.params.pay.base_yuan)
    return Forms(tuple(pages), path, len(found), invented, unpaid)


def heading(name: str) -> str:
    """A column of the sheet as it is read back: Chinese name and code."""
    return f"{tables.spec('grade_proposals').columns[name].meaning['zh']} / {name}"


def forms_lines(forms: Forms) -> list[str]:
    """Where the forms are and what to do with them, as sentences."""
    lines = [say("notebook.grades.forms", count=forms.count, files=", ".join(path.name for path in forms.forms))]
    if forms.synthetic:
        return [*lines, say("notebook.grades.synthetic_sheet", file=forms.sheet.name)]
    lines.append(say("notebook.grades.sheet", file=forms.sheet.name))
    return lines + ([say("notebook.grades.other_grades", grades=", ".join(forms.unpaid))] if forms.unpaid else [])
