"""Work that is not an arriving contact: ``params/drivers.yml``, and what a site says about it under ``workload`` in ``site.yml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir
from cslib.params.site import Window
from cslib.params.source import Document, Meaning, Refusal, Strict, read, unknown_key, validate
from cslib.params.workload import DriverChange, Share, Workload

COUNTS = ("households", "gate_visits", "convenience_services", "duty_records", "people")
STANDARDS = ("measures", "channels", "skill_groups", "task_types", "levels", "flow", "off_queue", "quality_sources")
# Field of a driver -> the standard that lists what it may be.
_LISTED = {"measure": "measures", "channel": "channels", "skill_group": "skill_groups", "task": "task_types", "level": "levels", "step": "flow"}
_LISTED |= {"activity": "off_queue"}
# Standards of which every entry must be the work of a driver.
_COMPLETE = {"off_queue": "activity", "measures": "measure"}


class Standard(Strict):
    """A list that the catalogue gives: its ids and its entries."""

    ids: tuple[str, ...] = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=1)


class DriverWindow(Window):
    """When a task may be done.

    kind: at_once (in the interval in which it arises) | hours (within ``within_h`` clock hours) | workdays (by the end of the
    ``within_workdays``-th legal workday after) | period (any time in the week, month or survey that it belongs to).
    around_the_clock: the deadline counts even while nobody is open. workdays_only: on legal workdays only.
    """

    kind: Literal["at_once", "hours", "workdays", "period"]
    within_h: float | None = Field(default=None, gt=0, le=24 * 31)
    within_workdays: int | None = Field(default=None, ge=1, le=23)
    around_the_clock: bool = False
    workdays_only: bool = False

    @model_validator(mode="after")
    def _has_its_limit(self) -> DriverWindow:
        if (self.kind == "hours") != (self.within_h is not None) or (self.kind == "workdays") != (self.within_workdays is not None):
            raise Refusal("params.need.driver_window")
        return self


class Driver(Strict):
    """One kind of task.

    basis: contacts (of the site's queues), a count of the site (households, gate_visits, convenience_services, duty_records a month; people),
    another driver (its tasks), or fixed. Tasks = basis x share, or basis x times for people, or times where it is fixed, every ``per``.
    spread: poisson or binomial (tasks come by chance), none (a set number). standard_max_s: the cap on the time of one task.
    """

    name: Meaning
    ids: tuple[str, ...] = Field(min_length=1)
    source: str
    use: Literal["default", "optional"] = "default"
    basis: str
    share: Share | None = None
    times: float | None = Field(default=None, gt=0, le=1000)
    per: Literal["contact", "week", "month", "year", "survey"] = "contact"
    before_months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    standard_min: float = Field(gt=0, le=24 * 60)
    standard_max_s: float | None = Field(default=None, gt=0)
    spread: Literal["binomial", "poisson", "none"] = "binomial"
    window: DriverWindow
    skill_group: str = "customer_service"
    channel: str | None = None
    task: str | None = None
    level: str | None = None
    step: str | None = None
    measure: str | None = None
    activity: str | None = None
    sources: tuple[str, ...] = ()
    expected_reply_given: bool = False
    on_time_share: Share | None = None

    @model_validator(mode="after")
    def _can_be_counted(self) -> Driver:
        needs_times = self.basis in {"people", "fixed"}
        if needs_times != (self.times is not None) or needs_times == (self.share is not None):
            raise Refusal("params.need.driver_volume")
        if (self.per == "survey") != bool(self.before_months):
            raise Refusal("params.need.driver_survey")
        if self.standard_max_s is not None and self.standard_min * 60 > self.standard_max_s + 1e-9:
            raise Refusal("params.need.driver_cap")
        return self


class DriverFile(Strict):
    """``params/drivers.yml``."""

    standards: dict[str, Standard]
    drivers: dict[str, Driver]


def read_drivers() -> tuple[DriverFile, Document]:
    """The file of drivers, checked.

    Raises
    ------
    ParamError  if a driver names a list entry, a basis or a standard that does not exist, or if no driver does what a standard asks for.
    """
    document = read(params_dir() / "drivers.yml")
    found = validate(DriverFile, document)
    check_drivers(found, document)
    return found, document


def check_drivers(found: DriverFile, document: Document) -> None:
    """Names inside the file fit together; see ``read_drivers``."""
    findings = [
        Finding("params.missing_key", document.where(("standards",)), {"given": f"standards.{s}"}) for s in STANDARDS if s not in found.standards
    ]
    findings += [unknown_key(document.where(("standards", s)), f"standards.{s}", STANDARDS) for s in found.standards if s not in STANDARDS]
    if findings:
        raise ParamError(findings=findings)
    for code, driver in found.drivers.items():
        where = document.where(("drivers", code))
        bases = {"contacts", "fixed", *COUNTS, *(other for other in found.drivers if other != code)}
        if driver.basis not in bases:
            findings.append(unknown_key(where, f"drivers.{code}.basis.{driver.basis}", sorted(bases)))
        for name, standard in _LISTED.items():
            value = getattr(driver, name)
            if value is not None and value not in found.standards[standard].values:
                findings.append(unknown_key(where, f"drivers.{code}.{name}.{value}", found.standards[standard].values))
        known = found.standards["quality_sources"].values
        findings += [unknown_key(where, f"drivers.{code}.sources.{source}", known) for source in driver.sources if source not in known]
    for standard, name in _COMPLETE.items():
        done = {getattr(driver, name) for driver in found.drivers.values()}
        lost = [value for value in found.standards[standard].values if value not in done]
        findings += [Finding("params.no_driver", document.where(("standards", standard)), {"given": value, "name": name}) for value in lost]
    if findings:
        raise ParamError(findings=findings)
    _refuse_rings(found, document)


def _refuse_rings(found: DriverFile, document: Document) -> None:
    for code in found.drivers:
        seen, here = [code], found.drivers[code].basis
        while here in found.drivers:
            if here in seen:
                raise ParamError("params.ring", where=document.where(("drivers", code)), given=" -> ".join([*seen, here]))
            seen.append(here)
            here = found.drivers[here].basis


def site_drivers(workload: Workload, where: str) -> dict[str, Driver]:
    """Drivers in force at a site, with its changes; optional ones only where it switched them on, counted ones only where it gave the count.

    where : file of the site, for messages

    Raises
    ------
    ParamError  if the site changes a driver or gives a count that does not exist, or switches on what it gave no count for.
    """
    found, _ = read_drivers()
    findings = [unknown_key(where, f"workload.drivers.{code}", found.drivers) for code in workload.drivers if code not in found.drivers]
    findings += [unknown_key(where, f"workload.counts.{name}", COUNTS) for name in workload.counts if name not in COUNTS]
    chosen: dict[str, Driver] = {}
    for code, driver in found.drivers.items():
        change = workload.drivers.get(code, DriverChange())
        on = change.on if change.on is not None else driver.use == "default"
        counted = driver.basis not in COUNTS or driver.basis in workload.counts or driver.basis == "people"
        if on and not counted and change.on:
            findings.append(Finding("params.no_count", where, {"given": code, "allowed": f"workload.counts.{driver.basis}"}))
        if on and counted:
            values = change.model_dump(include={"share", "times", "standard_min"}, exclude_none=True)
            chosen[code] = Driver.model_validate({**driver.model_dump(by_alias=True), **values})
    if findings:
        raise ParamError(findings=findings)
    return {code: driver for code, driver in chosen.items() if driver.basis not in found.drivers or driver.basis in chosen}
