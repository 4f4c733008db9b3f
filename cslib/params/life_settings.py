"""What weighs in the fairness of rosters over the months."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cslib.params.source import Strict

# Rules of a site's own that may be stretched for an absence, and how far where the site says nothing: [h], nights in a row.
Stretched = Literal["rest_between_shifts", "rest_after_nights", "consecutive_nights", "cover_duration", "min_gap_h"]
STRETCH: dict[Stretched, float] = {
    "rest_between_shifts": 8.0, "rest_after_nights": 11.0, "consecutive_nights": 5.0, "cover_duration": 6.0, "min_gap_h": 0.5,
}  # fmt: skip


class FairnessSettings(Strict):
    """Points of the fairness ledger, as teams keep them on paper, and what fairness may cost.

    night_points, weekend_points, holiday_points, late_points: a duty of the kind; late: it ends at ``late_from_h`` or later and is no
    night. cover_points: an hour as a stand-in. refused_points: a wish that was refused. month_yuan: what evening out
    may cost in one month; 0: only exchanges that cost nothing are made; none: rosters stay as the engine leaves them. yuan_per_point: what
    evening out one squared point may cost.
    """

    night_points: float = Field(default=2.0, ge=0, le=100)
    weekend_points: float = Field(default=1.0, ge=0, le=100)
    holiday_points: float = Field(default=3.0, ge=0, le=100)
    late_points: float = Field(default=0.5, ge=0, le=100)
    late_from_h: float = Field(default=22.0, ge=0, le=24)
    cover_points: float = Field(default=0.25, ge=0, le=100)
    refused_points: float = Field(default=1.0, ge=0, le=100)
    yuan_per_point: float = Field(default=5.0, ge=0, le=1000)
    month_yuan: float | None = Field(default=None, ge=0, le=1_000_000)


class PlaybookSettings(Strict):
    """Absences as the playbook samples them: each duty is missed with ``absence_share``, independently of the others, in ``draws`` months."""

    absence_share: float = Field(default=0.03, ge=0, le=0.5)
    draws: int = Field(default=200, ge=10, le=100_000)


class BalanceSettings(Strict):
    """Time off in lieu 调休 and annual leave 年假.

    lieu_months: months after the one in which rest-day overtime was worked until hours not taken are paid out (Labour Law art. 44 (2): pay, if no
    time off is given); 0: at the end of the same month, as the payslip does. annual_days: days of annual leave from so many years of work on
    (Order 514 art. 3). plan_share: people on planned annual leave on one day, as a share of the people of the site.
    """

    lieu_months: int = Field(default=0, ge=0, le=12)
    annual_days: dict[int, float] = Field(default={1: 5.0, 10: 10.0, 20: 15.0})
    plan_share: float = Field(default=0.1, gt=0, le=1)
