"""Staff list, leave, wishes, approved overtime and the roster of the month before, as planners keep them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cslib.batch.synthetic.files import write_csv, write_xlsx
from cslib.batch.synthetic.people import display_name
from cslib.batch.synthetic.planted import AWAY, Row
from cslib.batch.synthetic.recipe import Recipe
from cslib.core.horizon import Horizon
from cslib.core.shifts import OFF, Span, write_breaks
from cslib.core.streams import stream
from cslib.params import Params

_SCHEMES = {"standard": "标准工时制", "comprehensive": "综合计算工时制", "part_time": "非全日制"}
_GRADES = {"junior": "初级", "middle": "中级", "senior": "高级", "lead": "组长"}
_ROLES = {"agent": "客服", "lead": "组长"}
_STAFF_ZH = ["工号", "姓名", "班组", "岗位", "入职日期", "离职日期", "工时制", "全时当量", "职级", "技能", "不排夜班至", "不加班至"]
_STAFF_EN = [
    "employee no", "name", "team", "role", "hire date", "end date", "hours scheme", "fte", "grade", "skills", "no night until", "no overtime until",
]  # fmt: skip
_REST = "休"
Breaks = Mapping[tuple[int, dt.date], Sequence[tuple[Span, int]]]


@dataclass(frozen=True)
class Roll:
    """Planted people with what the files need besides: numbers, teams, leads."""

    rows: Sequence[Row]
    recipe: Recipe
    params: Params
    seed: int

    @property
    def chinese(self) -> bool:
        """Headers and words of the files in Chinese."""
        return self.recipe.people.language == "zh"

    @property
    def horizon(self) -> Horizon:
        """The planted month."""
        return Horizon.month(self.recipe.people.month, self.params.site.interval_min)

    def staff_no(self, row: Row) -> str:
        """Employee number with leading zeros."""
        return f"{self.recipe.people.first_number + row.position - 1:06d}"

    def team(self, row: Row) -> str:
        """Teams take turns down the list."""
        teams = self.recipe.people.teams
        return teams[(row.position - 1) % len(teams)]

    def is_lead(self, row: Row) -> bool:
        """The first person of the leads' group in each team."""
        return row is next((r for r in self.rows if r.who.group == self.recipe.people.lead_group and self.team(r) == self.team(row)), None)


def staff_rows(roll: Roll) -> list[list[Any]]:
    """Header and rows of the staff list."""
    rows: list[list[Any]] = [_STAFF_ZH if roll.chinese else _STAFF_EN]
    for row in roll.rows:
        who, lead = row.who, roll.is_lead(row)
        grade, role = roll.recipe.people.lead_grade if lead else who.grade, "lead" if lead else "agent"
        skills = ";".join(skill if level == 1 else f"{skill}:{level:g}" for skill, level in who.skills.items())
        words = [_ROLES[role], _SCHEMES[who.hours_scheme], _GRADES.get(grade, grade)] if roll.chinese else [role, who.hours_scheme, grade]
        rows.append(
            [
                roll.staff_no(row), display_name(row.position), roll.team(row), words[0], who.hired, who.left, words[1], who.fte_share,
                words[2], skills, who.no_night_until, who.no_overtime_until,
            ]
        )  # fmt: skip
    return rows


def leave_rows(roll: Roll) -> list[list[Any]]:
    """Header and rows of the leave file: a row a day with its hours, or a row a block."""
    by_day = roll.recipe.people.leave.layout == "days"
    header = {True: ["工号", "请假日期", "假别", "小时"], False: ["工号", "开始日期", "结束日期", "假别"]}[by_day]
    if not roll.chinese:
        header = {True: ["employee no", "date", "leave type", "hours"], False: ["employee no", "from", "to", "leave type"]}[by_day]
    rows: list[list[Any]] = []
    for row in roll.rows:
        days = sorted(row.who.leave)
        if by_day:
            rows += [[roll.staff_no(row), day.isoformat(), *row.who.leave[day][:1], f"{row.who.leave[day][1]:g}"] for day in days]
        elif days:
            rows.append([roll.staff_no(row), days[0].isoformat(), days[-1].isoformat(), row.who.leave[days[0]][0]])
    return [header, *rows]


def overtime_rows(roll: Roll) -> list[list[Any]]:
    """Header and rows of the overtime approved beforehand."""
    header = ["工号", "月份", "批准小时"] if roll.chinese else ["employee no", "month", "approved hours"]
    return [header, *([roll.staff_no(row), roll.horizon.label, f"{row.who.overtime_h:g}"] for row in roll.rows if row.who.overtime_h)]


def wish_rows(roll: Roll) -> list[list[Any]]:
    """Header and rows of the wishes: most as the planted roster has it, the others against it."""
    header = ["工号", "日期", "意愿", "权重"] if roll.chinese else ["employee no", "date", "wish", "weight"]
    plan, rows = roll.recipe.people.wishes, []
    if plan is None:
        return [header]
    for row in roll.rows:
        rng = stream(roll.seed, roll.params.name, "wishes", row.who.group, row.who.number)
        days = [day for day in roll.horizon.dates if row.who.employed(day) and row.cells[day] != AWAY]
        codes = roll.recipe.people.groups[row.who.group].shifts
        asked = {day: OFF for day in plan.popular if rng.random() < plan.popular_share and day in days}
        for _ in range(int(rng.poisson(plan.per_person))):
            off, met = rng.random() < plan.off_share, rng.random() < plan.met_share
            fitting = [day for day in days if bool(row.shift(day)) != (off == met) and day not in asked]
            if fitting:
                day = fitting[int(rng.integers(len(fitting)))]
                asked[day] = OFF if off else row.shift(day) or str(rng.choice(codes))
        rows += [[roll.staff_no(row), day.isoformat(), _spelled(roll, asked[day]), 2 if rng.random() < 0.15 else 1] for day in sorted(asked)]
    return [header, *rows]


def last_roster_rows(roll: Roll, breaks: Breaks) -> list[list[Any]]:
    """The days before the month: a grid (a row a person, a column a day), or, where there are posts, a row a duty."""
    before = [day for day in roll.rows[0].cells if day < roll.horizon.start]
    names = roll.params.site.queues
    if any(row.post(day) for row in roll.rows for day in before):
        lines = [["工号", "日期", "班次", "岗位", "休息时段"]]
        for day in before:
            for row in roll.rows:
                if row.shift(day):
                    pauses = write_breaks(span for span, _ in breaks[(row.position, day)])
                    lines.append([roll.staff_no(row), day.isoformat(), _spelled(roll, row.shift(day)), names[row.post(day)].name.zh, pauses])
        return lines
    grid = [["工号", "姓名"] if roll.chinese else ["employee no", "name"]]
    grid[0] += [day.isoformat() for day in before]
    for row in roll.rows:
        if row.who.hired <= before[-1]:
            marks = [_spelled(roll, row.shift(day) or OFF) for day in before]
            grid.append([roll.staff_no(row), display_name(row.position), *marks])
    return grid


def write_sheet(path: Path, title: str, rows: Sequence[Sequence[Any]], encoding: str) -> Path:
    """The rows as the file's ending asks for: workbook with a merged title row, or CSV."""
    if path.suffix == ".xlsx":
        return write_xlsx(path, title, title, rows, widths=[10, 26, 10, 10, 12, 12, 16, 10, 10, 20, 12, 12][: len(rows[0])])
    return write_csv(path, rows, encoding=encoding)


def _spelled(roll: Roll, code: str) -> str:
    """A shift as the file writes it: its Chinese mark, or its code."""
    if not roll.chinese:
        return code
    marks = {shift.code: (shift.mark or {})["zh"] for shift in roll.params.shifts}
    return _REST if code == OFF else marks[code]
