"""What a site is: queues and posts, services, shifts, settings, files. One model per block of ``params/sites/<site>/site.yml``."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cslib.core.shifts import Break, Pattern, Shift
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.params.events import Borrow, Event
from cslib.params.life_settings import STRETCH, BalanceSettings, FairnessSettings, PlaybookSettings, Stretched
from cslib.params.roster_settings import ExplainSettings, RosterSettings
from cslib.params.source import Meaning, Refusal, Strict
from cslib.params.staffing_settings import Parts, Priority, StaffingSettings, lost_share
from cslib.params.workload import Workload

Share = Annotated[float, Field(ge=0, le=1)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY_S = 86_400.0  # a time to answer, handle or wait is at most a day
LONGEST_BREAK_MIN = 180
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _clock(text: str) -> str:
    try:
        minute_of(text)
    except ValueError:
        raise Refusal("params.need.clock") from None
    return text


def _colour(text: str) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise Refusal("params.need.colour")
    return text


Clock = Annotated[str, AfterValidator(_clock)]
Colour = Annotated[str, AfterValidator(_colour)]


class Window(Strict):
    """A daily stretch of time on given weekdays."""

    days: tuple[Day, ...] = DAYS
    begin: Clock = Field(default="00:00", alias="from")
    end: Clock = Field(default="24:00", alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Window:
        if minute_of(self.end) <= minute_of(self.begin):
            raise Refusal("params.need.window")
        return self

    def holds(self, weekday: int, minute: int) -> bool:
        """True if a minute of a weekday (Mon = 0) lies in the window."""
        return DAYS[weekday] in self.days and minute_of(self.begin) <= minute < minute_of(self.end)


class Heads(Window):
    """A fixed number of people in a window."""

    heads: int = Field(ge=0, le=10_000)


class Service(Strict):
    """Service target of a queue."""

    level_share: float = Field(ge=0.01, le=0.9999)
    target_s: float = Field(ge=0, le=DAY_S)
    max_occupancy_share: float = Field(default=0.88, ge=0.1, le=1)
    max_abandonment_share: Share | None = None


class Queue(Strict):
    """A queue of contacts, or a post to be held.

    model: erlang_c | erlang_a (arriving contacts), deferred (work with a deadline), heads (fixed people by window).
    handle_cv2: squared coefficient of variation of the handle time (1: exponential, 0: always the same, as at a gate).
    priorities: classes of contacts with their own limits, most urgent first; shares sum to 1.
    never_empty: at every open minute someone is there, breaks relieved. may_leave: the post counts as held while its person
    covers another one (rounds, floaters). peak_windows: peak hours as the site declares them (S000-01); without any, a queue has
    its peaks where its requirement is highest, and a post with fixed people has none: its requirement says nothing about when it is busy.
    team: deferred queues of one team are planned together, each with its own deadline. idle_of: queues of arriving contacts whose people do this
    deferred work while nobody calls. tasks: drivers, or their skill groups, whose work (table workload) the queue's people do.
    """

    name: Meaning
    channel: Literal["phone", "chat", "social", "email", "post"]  # S004-02
    model: Literal["erlang_c", "erlang_a", "deferred", "heads"]
    skill: str
    opening: tuple[Window, ...] = (Window(),)
    service: Service | None = None
    aht_s: float | None = Field(default=None, ge=1, le=DAY_S)
    handle_cv2: float = Field(default=1.0, ge=0, le=25)
    patience_s: float | None = Field(default=None, ge=1, le=DAY_S)
    priorities: tuple[Priority, ...] = ()
    concurrency: int = Field(default=1, ge=1, le=6)
    concurrency_slowdown_share: float = Field(default=0.0, ge=0, le=1)
    deadline_h: float | None = Field(default=None, ge=0.25, le=744)
    shrinkage_share: float = Field(default=0.0, ge=0, lt=0.6)
    shrinkage: Parts = Field(default_factory=dict)
    min_heads: int = Field(default=0, ge=0, le=10_000)
    team: str = ""
    idle_of: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    heads: tuple[Heads, ...] = ()
    peak_windows: tuple[Window, ...] = ()
    never_empty: bool = False
    may_leave: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Queue:
        if self.model in {"erlang_c", "erlang_a"} and self.service is None:
            raise Refusal("params.need.service")
        if self.model == "erlang_a" and self.patience_s is None:
            raise Refusal("params.need.patience")
        if self.model == "deferred" and self.deadline_h is None:
            raise Refusal("params.need.deadline")
        if self.model == "heads" and not self.heads:
            raise Refusal("params.need.heads")
        if self.never_empty and self.channel != "post":
            raise Refusal("params.need.post")
        if self.priorities and abs(sum(p.share for p in self.priorities) - 1) > 1e-9:
            raise Refusal("params.need.priority_shares")
        if self.shrinkage and (self.shrinkage_share > 0 or lost_share(self.shrinkage.values()) >= 0.6):
            raise Refusal("params.need.shrinkage")
        return self

    @property
    def roster_shrinkage_share(self) -> float:
        """Share of the rostered time that is not spent at the post: the parts that the roster does not show, each of what the others leave."""
        return lost_share(p for p in self.shrinkage.values() if not p.in_roster) if self.shrinkage else self.shrinkage_share

    @property
    def paid_shrinkage_share(self) -> float:
        """Share of the paid time that is not spent at the post, all parts: what a head count is made with."""
        return lost_share(self.shrinkage.values()) if self.shrinkage else self.shrinkage_share

    @property
    def random_absence_share(self) -> float:
        """Share of the rostered people who are away by chance; without parts, all of ``shrinkage_share``."""
        return lost_share(p for p in self.shrinkage.values() if p.random and not p.in_roster) if self.shrinkage else self.shrinkage_share

    def open_at(self, weekday: int, minute: int) -> bool:
        """True if the queue is open in a minute of a weekday (Mon = 0)."""
        return any(window.holds(weekday, minute) for window in self.opening)

    def declared_peak(self, weekday: int, minute: int) -> bool:
        """True if a minute of a weekday (Mon = 0) lies in a peak window that the site declares."""
        return any(window.holds(weekday, minute) for window in self.peak_windows)


class BreakSpec(Strict):
    """A break of a shift type: length, window of its start after the shift's start, paid or not.

    split: the hours off between the two stretches of a split shift 两头班, unpaid. session: training or coaching of that name, paid.
    """

    length_min: int = Field(gt=0, le=480)
    earliest_min: int = Field(ge=0)
    latest_min: int = Field(ge=0)
    paid: bool = False
    split: bool = False
    session: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> BreakSpec:
        if (self.split and (self.paid or self.session)) or (self.session and not self.paid):
            raise Refusal("params.need.break_kind")
        if self.length_min > LONGEST_BREAK_MIN and not (self.split or self.session):
            raise Refusal("params.need.break_length", most=LONGEST_BREAK_MIN)
        return self


class ShiftSpec(Strict):
    """A shift type of ``shifts.yml``.

    standby: on call 备班, counted at the post it names, no working hours. run_most, run_least: days in a row of this shift. not_before:
    shifts that may not start on the next day. followed_by: what the next day must be, shift codes and OFF.
    """

    name: Meaning
    mark: Meaning
    colour: Colour
    start: Clock
    length_min: int = Field(gt=0, le=MINUTES_PER_DAY)
    breaks: tuple[BreakSpec, ...] = ()
    queues: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    standby: bool = False
    run_most: int = Field(default=0, ge=0, le=31)
    run_least: int = Field(default=0, ge=0, le=31)
    not_before: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _breaks_fit(self) -> ShiftSpec:
        last = 0
        for b in self.breaks:
            if b.latest_min < b.earliest_min or b.latest_min + b.length_min > self.length_min or b.earliest_min < last:
                raise Refusal("params.need.breaks")
            last = b.latest_min + b.length_min
        if 2 * sum(b.length_min for b in self.breaks if not b.session) > self.length_min:
            raise Refusal("params.need.breaks")
        if self.standby and (self.breaks or not self.queues):
            raise Refusal("params.need.standby")
        if self.run_most and self.run_least > self.run_most:
            raise Refusal("params.need.runs")
        return self

    def shift(self, code: str) -> Shift:
        """The shift type in the shape that shift arithmetic works on."""
        breaks = tuple(Break(b.length_min, b.earliest_min, b.latest_min, b.paid, b.split, b.session) for b in self.breaks)
        name, mark = self.name.model_dump(), self.mark.model_dump()
        pattern = Pattern(self.run_most, self.run_least, self.not_before, self.followed_by)
        return Shift(code, minute_of(self.start), self.length_min, breaks, name, mark, self.colour, self.queues, self.standby, pattern)


class ShiftFile(Strict):
    """``shifts.yml``: shift types by code."""

    shifts: dict[str, ShiftSpec] = Field(min_length=1)


class Peak(Strict):
    """Peak hours (S000-01) of queues without ``peak_windows``: intervals whose requirement is at least this share of the day's maximum."""

    share_of_day_max_share: float = Field(default=0.8, gt=0, le=1)


class CoverRule(Strict):
    """The 4-hour cover rule (S002-19); its limit stands in the law file as ``cover_duration``."""

    basis: Literal["stint", "day"] = "stint"
    min_gap_h: float = Field(default=4.0, ge=0, le=168)


class DemandSettings(Strict):
    """How the forecast reads the history. borrow: new queues, by name, and the queue whose history they start from."""

    growth_share: float = Field(default=0.0, gt=-1, le=5)
    history_days_min: int = Field(default=28, ge=7, le=3660)
    backtest_folds: int = Field(default=4, ge=1, le=52)
    max_gap_share: float = Field(default=0.25, ge=0, le=1)
    borrow: dict[str, Borrow] = Field(default_factory=dict)


class RepairSettings(Strict):
    """What a change of a published roster weighs, and how far a repair may go.

    A changed duty or day off weighs what ``moved_shift`` says in the price list; break_yuan: what a moved break weighs [yuan].
    max_changes: changed cells of one repair.
    notice_days: a duty or day off may be changed without the person's consent up to so many days before.
    handover_yuan: price of each hand-over in a chain of stand-ins [yuan]. load_yuan: price of an hour covered and of each hour that the
    stand-in covered in the month before, so that covers go round [yuan/h].
    stretch: how far rules of the site's own may be stretched where an absence can't be met otherwise, offered by name and priced as an
    exception; min_gap_h is the site's ``cover.min_gap_h``. Rules that are law or protect people can't stand here.
    """

    break_yuan: float = Field(default=15.0, ge=0, le=1000)
    max_changes: int = Field(default=12, ge=1, le=1000)
    notice_days: int = Field(default=14, ge=0, le=60)
    handover_yuan: float = Field(default=5.0, ge=0, le=1000)
    load_yuan: float = Field(default=0.5, ge=0, le=100)
    stretch: dict[Stretched, Annotated[float, Field(ge=0, le=168)]] = Field(default_factory=STRETCH.copy)


class Payroll(Strict):
    """What a site decides about payroll where no law does; ``city`` picks contributions and minimum wage.

    carry_contribution_year: a year that the city has not announced is estimated by the last one. housing_fund_share: each side's, None = the
    city's least. minimum_wage: refuse a payslip below it, or top it up (catalogue S003-S2). blind_zone: refuse an annual bonus inside one, or
    only flag it. part_paid_leave_share: pay on partly paid leave; no national rule, so unverified until the site confirms it.
    additional_deductions_yuan: special additional deductions a month of people for whom nothing else is known.
    """

    carry_contribution_year: bool = False
    housing_fund_share: Share | None = None
    minimum_wage: Literal["refuse", "top_up"] = "refuse"
    blind_zone: Literal["refuse", "flag"] = "refuse"
    part_paid_leave_share: Share = 0.8
    additional_deductions_yuan: float = Field(default=0.0, ge=0, le=100_000)


class Files(Strict):
    """Source files, relative to the site folder or absolute; ``contacts`` may list several (one per queue, or all in one);
    ``calls`` are raw logs, one row a call, in place of counts. ``last_roster`` and ``published`` may be the word ``published``: the roster of the
    month before, and of this month, as ``cslib publish`` issued it. ``kpi``, ``exams``, ``targets``, ``complaints``: a site's own appraisal
    figures, read by the appraisal pages only; ``decisions``: grade proposals with the human decision; ``off_queue``: training and meetings
    to be placed. ``attendance`` (actual hours) and ``pay_facts`` (scores, ranks,
    sales ...) may hold ``{month}`` in their name: a month without its file is estimated from planned hours, or has no facts."""

    staff: str
    contacts: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    leave: str | None = None
    wishes: str | None = None
    last_roster: str | None = None
    pins: str | None = None
    calendar: str | None = None
    approved_overtime: str | None = None
    published: str | None = None
    kpi: tuple[str, ...] = ()
    exams: tuple[str, ...] = ()
    targets: str | None = None
    complaints: str | None = None
    decisions: tuple[str, ...] = ()
    off_queue: str | None = None
    attendance: str | None = None
    pay_facts: str | None = None


class Site(Strict):
    """One site: ``params/sites/<site>/site.yml``."""

    name: Meaning
    synthetic: bool
    seed: int = Field(ge=0, lt=2**63)
    country: Literal["CN", "US"] = "CN"
    city: str
    law: str
    pay: str
    interval_min: Literal[15, 30, 60]
    queues: dict[str, Queue] = Field(min_length=1)
    files: Files
    peak: Peak = Peak()
    cover: CoverRule = CoverRule()
    demand: DemandSettings = DemandSettings()
    events: dict[str, Event] = Field(default_factory=dict)
    workload: Workload = Workload()
    staffing: StaffingSettings = StaffingSettings()
    roster: RosterSettings = RosterSettings()
    repair: RepairSettings = RepairSettings()
    fairness: FairnessSettings = FairnessSettings()
    explain: ExplainSettings = ExplainSettings()
    playbook: PlaybookSettings = PlaybookSettings()
    balances: BalanceSettings = BalanceSettings()
    payroll: Payroll = Payroll()
    prices: dict[str, float] = Field(default_factory=dict)
    rules: dict[str, float] = Field(default_factory=dict)
