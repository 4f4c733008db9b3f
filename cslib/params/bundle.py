"""One site with one scenario: every parameter file read, overlaid, cross-checked and frozen."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir, shown, site_dir
from cslib.core.shifts import Shift
from cslib.params.law import Law, check_law, stricter
from cslib.params.pay_scheme import PayScheme
from cslib.params.prices import PriceList, check_prices
from cslib.params.site import ShiftFile, Site
from cslib.params.source import Document, Meaning, Strict, allowed_keys, read, validate


class Scenario(Strict):
    """``params/scenarios/<name>.yml``: values to change by dotted path (site.*, shifts.*, prices.*, law.*, pay.*)."""

    meaning: Meaning
    changes: dict[str, Any] = {}


@dataclass(frozen=True)
class Difference:
    """A value that the scenario changed."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Params:
    """All parameters of one question. ``files`` maps each file read (as shown to a reader) to the sha256 of its bytes."""

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
        """A shift type by its code."""
        return next(s for s in self.shifts if s.code == code)


def sites() -> list[str]:
    """Names of the sites that have a ``site.yml``."""
    return sorted(p.parent.name for p in (params_dir() / "sites").glob("*/site.yml"))


def open_params(site: str, scenario: str = "base") -> Params:
    """Read, overlay, check and freeze all parameters of a site.

    Raises
    ------
    ParamError  with file, line, what was given and what is allowed, for every place that is wrong.
    """
    folder = site_dir(site)
    if not (folder / "site.yml").is_file():
        raise ParamError("params.no_site", where="site", given=site, allowed=", ".join(sites()))
    overlay_doc = read(params_dir() / "scenarios" / f"{scenario}.yml")
    overlay = validate(Scenario, overlay_doc)
    documents = {"site": read(folder / "site.yml"), "shifts": read(folder / "shifts.yml"), "prices": read(params_dir() / "prices.yml")}
    chosen = _overlaid("site", documents["site"], Site, overlay, overlay_doc)
    site_model = validate(Site, documents["site"], chosen)
    documents["law"] = read(params_dir() / "law" / f"{site_model.law}.yml")
    documents["pay"] = read(params_dir() / "pay" / f"{site_model.pay}.yml")
    differences = _differences(overlay, overlay_doc, documents)
    models = {"shifts": ShiftFile, "prices": PriceList, "law": Law, "pay": PayScheme}
    shift_file, prices, law, pay = (validate(m, documents[k], _overlaid(k, documents[k], m, overlay, overlay_doc)) for k, m in models.items())
    check_law(law, documents["law"])
    check_prices(prices, documents["prices"])
    for code, value in site_model.rules.items():
        law = stricter(law, code, value)
    prices = _site_prices(prices, site_model, documents["site"])
    shifts = tuple(spec.shift(code) for code, spec in shift_file.shifts.items())
    _cross_check(site_model, shifts, documents["shifts"])
    aliases = _aliases(shift_file, documents["shifts"])
    files = {shown(d.path): hashlib.sha256(d.path.read_bytes()).hexdigest() for d in [*documents.values(), overlay_doc]}
    return Params(site, site_model, shifts, aliases, law, prices, pay, scenario, overlay.meaning, differences, folder, files)


def _split(path: str) -> tuple[str, list[str]]:
    head, _, rest = path.partition(".")
    return head, rest.split(".") if rest else []


def _overlaid(section: str, document: Document, model: type, overlay: Scenario, overlay_doc: Document) -> dict[str, Any]:
    """The document's data with the scenario's values of this section put in; an unknown path is refused."""
    data = copy.deepcopy(document.data)
    for path, value in overlay.changes.items():
        head, parts = _split(path)
        if head != section:
            continue
        node: Any = data
        for depth, part in enumerate(parts[:-1]):
            if not isinstance(node, dict) or part not in node:
                if part in allowed_keys(model, tuple(parts[:depth])) and isinstance(node, dict):
                    node[part] = {}
                else:
                    raise _unknown_path(path, node, overlay_doc)
            node = node[part]
        known = isinstance(node, dict) and bool(parts) and (parts[-1] in node or parts[-1] in allowed_keys(model, tuple(parts[:-1])))
        if not known:
            raise _unknown_path(path, node, overlay_doc)
        node[parts[-1]] = value
    return data


def _unknown_path(path: str, node: Any, overlay_doc: Document) -> ParamError:
    allowed = ", ".join(node) if isinstance(node, dict) else "-"
    return ParamError("params.unknown_path", where=overlay_doc.where(("changes", path)), given=path, allowed=allowed)


def _differences(overlay: Scenario, overlay_doc: Document, documents: dict[str, Document]) -> tuple[Difference, ...]:
    found = []
    for path, after in overlay.changes.items():
        head, parts = _split(path)
        if head not in documents:
            raise ParamError("params.unknown_path", where=overlay_doc.where(("changes", path)), given=path, allowed=", ".join(f"{d}.*" for d in documents))
        node: Any = documents[head].data
        for part in parts:
            node = node.get(part) if isinstance(node, dict) else None
        found.append(Difference(path, node, after))
    return tuple(found)


def _site_prices(prices: PriceList, site: Site, document: Document) -> PriceList:
    changed = dict(prices.prices)
    for code, yuan in site.prices.items():
        where = document.where(("prices", code))
        if code not in changed:
            raise ParamError("params.unknown_key", where=where, given=f"prices.{code}", allowed=", ".join(changed), guess="")
        if yuan < 0:
            raise ParamError("params.value", where=where, name=f"prices.{code}", given=yuan, allowed=">= 0")
        changed[code] = changed[code].model_copy(update={"yuan": yuan, "source": "site policy"})
    return PriceList(prices=changed)


def _cross_check(site: Site, shifts: tuple[Shift, ...], document: Document) -> None:
    """Shifts fit the grid and name queues of the site."""
    findings = []
    for shift in shifts:
        where = document.where(("shifts", shift.code))
        minutes = [shift.start_min, shift.length_min] + [m for b in shift.breaks for m in (b.length_min, b.earliest_min, b.latest_min)]
        off_grid = [m for m in minutes if m % site.interval_min]
        if off_grid:
            findings.append(Finding("params.off_grid", where, {"code": shift.code, "given": off_grid[0], "allowed": site.interval_min}))
        findings += [
            Finding("params.unknown_key", where, {"given": f"shifts.{shift.code}.queues: {q}", "allowed": ", ".join(site.queues), "guess": ""})
            for q in shift.queues
            if q not in site.queues
        ]
    if findings:
        raise ParamError(findings=findings)


def _aliases(shift_file: ShiftFile, document: Document) -> dict[str, str]:
    """Every spelling of a shift to its code; a spelling of two shifts is refused."""
    found: dict[str, str] = {}
    for code, spec in shift_file.shifts.items():
        for text in dict.fromkeys((code, spec.mark.zh, spec.name.zh, spec.name.en, *spec.aliases)):
            if found.setdefault(text, code) != code:
                raise ParamError("params.alias_twice", where=document.where(("shifts", code)), given=text, first=found[text], second=code)
    return found
