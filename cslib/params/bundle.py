"""One site with one scenario: every parameter file read, overlaid, cross-checked and frozen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir, shown, site_dir
from cslib.core.shifts import Shift
from cslib.params.cross_check import check_shifts, check_site
from cslib.params.events import check_events
from cslib.params.law import Law, check_law, stricter
from cslib.params.overlay import Difference, Scenario, differences, overlaid
from cslib.params.pay_scheme import PayScheme, check_pay
from cslib.params.prices import PRICE_MOST, PriceList, check_prices
from cslib.params.site import ShiftFile, Site
from cslib.params.source import Document, Meaning, Strict, read, unknown_key, validate
from cslib.params.statutory import statutory

MODELS: dict[str, type[Strict]] = {"site": Site, "shifts": ShiftFile, "prices": PriceList, "law": Law, "pay": PayScheme}
NOT_PROFILES = ("cn_calendar", "cn_income_tax", "cn_minimum_wage", "cn_social_insurance")  # facts beside the rule profiles in params/law
# Files that a part reads when it needs them; they change what a run shows, so they belong to its question. A site may do without.
READ_LATER = ("drivers.yml", "hiring/{site}.yml")


@dataclass(frozen=True)
class Params:
    """All parameters of one question. ``files`` maps each file read, also later by a part (as shown to a reader), to the sha256 of its bytes."""

    name: str
    site: Site
    shifts: tuple[Shift, ...]
    shift_aliases: dict[str, str]
    law: Law
    prices: PriceList
    pay: PayScheme
    scenario: str
    scenario_meaning: Meaning
    differences: tuple[Difference, ...]
    folder: Path
    files: dict[str, str]

    def shift(self, code: str) -> Shift:
        """A shift type by its code.

        Raises
        ------
        ParamError  if the site has no such shift.
        """
        found = {shift.code: shift for shift in self.shifts}
        if code not in found:
            raise ParamError(findings=[unknown_key(shown(self.folder / "shifts.yml"), f"shifts.{code}", found)])
        return found[code]


def sites() -> list[str]:
    """Names of the sites that have a ``site.yml``."""
    return sorted(p.parent.name for p in (params_dir() / "sites").glob("[!.]*/site.yml"))  # .name... is a folder that "cslib new" did not finish


def _named(folder: str, name: str) -> Path:
    """File of a name in a folder of ``params/``; a name that would lead elsewhere is no such file."""
    place = params_dir() / folder
    known = sorted(path.stem for path in place.glob("*.yml") if path.stem not in NOT_PROFILES)
    if name not in known:
        raise ParamError("params.no_file", where=f"params/{folder}/{name[:80]}.yml", allowed=", ".join(known) or "-")
    return place / f"{name}.yml"


def open_params(site: str, scenario: str = "base") -> Params:
    """Read, overlay, check and freeze all parameters of a site.

    Raises
    ------
    ParamError  with file, line, what was given and what is allowed, for every place that is wrong.
    """
    folder = site_dir(site)
    if site not in sites():  # not merely a file that exists: "../x" would leave the folder of sites, and name other pseudonyms
        raise ParamError("params.no_site", where="site", given=site, allowed=", ".join(sites()))
    source = read(_named("scenarios", scenario))
    overlay = validate(Scenario, source)
    written = {"site": read(folder / "site.yml"), "shifts": read(folder / "shifts.yml"), "prices": read(params_dir() / "prices.yml")}
    documents = {"site": overlaid("site", written["site"], Site, overlay, source)}
    site_model = validate(Site, documents["site"])
    check_site(site_model, documents["site"])
    written["law"] = read(_named("law", site_model.law))
    written["pay"] = read(_named("pay", site_model.pay))
    changes = differences(overlay, source, written, MODELS)
    documents |= {section: overlaid(section, written[section], MODELS[section], overlay, source) for section in ("shifts", "prices", "law", "pay")}
    shift_file, prices = validate(ShiftFile, documents["shifts"]), validate(PriceList, documents["prices"])
    law, pay = validate(Law, documents["law"]), validate(PayScheme, documents["pay"])
    check_law(law, documents["law"])
    check_prices(prices, documents["prices"])
    check_pay(pay, law, documents["pay"])
    check_events(site_model.events, site_model.demand.borrow, {name: q.model for name, q in site_model.queues.items()}, documents["site"])
    for code, value in site_model.rules.items():
        law = stricter(law, code, value, documents["site"].where(("rules", code)))
    prices = _site_prices(prices, site_model, documents["site"])
    shifts = tuple(spec.shift(code) for code, spec in shift_file.shifts.items())
    aliases = check_shifts(site_model, shifts, shift_file, documents["shifts"])
    read_later = [params_dir() / name.format(site=site) for name in READ_LATER]
    paths = [*(document.path for document in [*written.values(), source]), *(path for path in read_later if path.is_file())]
    paths += sorted((params_dir() / "reforms").glob("*.yml"))  # 50_pay compares a reform
    if site_model.country == "CN":  # what payslips and calendar rest on besides: tax, contributions, minimum wage, statutory holidays
        paths += [*statutory().files, params_dir() / "law" / "cn_calendar.yml"]
    files = {shown(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    return Params(site, site_model, shifts, aliases, law, prices, pay, scenario, overlay.meaning, changes, folder, files)


def _site_prices(prices: PriceList, site: Site, document: Document) -> PriceList:
    changed = dict(prices.prices)
    for code, yuan in site.prices.items():
        where = document.where(("prices", code))
        if code not in changed:
            raise ParamError(findings=[unknown_key(where, f"prices.{code}", changed)])
        if not 0 <= yuan <= PRICE_MOST:
            raise ParamError("params.value", where=where, name=f"prices.{code}", given=f"{yuan:g}", allowed=f">= 0, <= {PRICE_MOST} [yuan]")
        changed[code] = changed[code].model_copy(update={"yuan": yuan, "source": "site policy"})
    return PriceList(prices=changed)
