"""Open a grade ladder: settings applied, excluded criteria refused, every name inside the file checked."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir, shown
from cslib.params.excluded import excluded_finding, refuse_excluded
from cslib.params.ladders import BUILT_IN, Criterion, LadderFile, Rule, Setting
from cslib.params.source import Document, Path_, read, unknown_key, validate


@dataclass(frozen=True)
class Ladder:
    """A ladder as it is used: name, reading, the answer chosen for every setting, and the rules that follow. ``digest``: sha256 of the file."""

    name: str
    reading: str
    chosen: dict[str, str]
    spec: LadderFile
    digest: str

    def line_of(self, grade: str) -> str:
        """The line a grade stands in.

        Raises
        ------
        KeyError  if no line has the grade.
        """
        return next(name for name, line in self.spec.lines.items() if grade in line.grades)

    @property
    def grades(self) -> tuple[str, ...]:
        """All grades that the lines use, line by line, lowest first."""
        return tuple(grade for line in self.spec.lines.values() for grade in line.grades)

    def filled(self, rule: str) -> tuple[str, ...]:
        """Parts of a rule that rest on filled values: the rule itself, its criteria, its lines."""
        spec = self.spec
        named = [(f"rules.{rule}", spec.rules[rule].origin)]
        named += [(f"criteria.{name}", spec.criteria[name].origin) for name in self.criteria_of(rule)]
        metrics = {spec.criteria[name].metric for name in self.criteria_of(rule)} | {p.metric for p in [spec.rules[rule].place] if p}
        named += [(f"derived.{name}", made.origin) for name, made in spec.derived.items() if name in metrics]
        return tuple(name for name, origin in named if origin == "fill")

    def criteria_of(self, rule: str) -> tuple[str, ...]:
        """Criteria that a rule looks at, parts before what is made of them."""
        found: dict[str, None] = {}

        def walk(names: Iterable[str]) -> None:
            """Depth first, each criterion once."""
            for name in names:
                walk(self.spec.criteria[name].parts)
                found.setdefault(name)

        walk(self.spec.rules[rule].when)
        return tuple(found)


def ladder_names() -> list[str]:
    """Names of the schemes of ``params/ladders``."""
    return sorted(path.stem for path in (params_dir() / "ladders").glob("*.yml"))


def open_ladder(name: str, reading: str = "", settings: Mapping[str, str] | None = None) -> Ladder:
    """Read a scheme.

    Parameters
    ----------
    reading : named choice of settings; empty = the file's default reading
    settings : setting -> option, on top of the reading

    Raises
    ------
    ParamError  with file and line: a scheme, reading, setting or option that does not exist; an excluded criterion (id, reason, statute); a
        wrong value; a name that the file does not define; lines that are not equal where parity is promised.
    """
    if name not in ladder_names():
        raise ParamError("params.no_file", where=f"params/ladders/{name[:80]}.yml", allowed=", ".join(ladder_names()))
    return ladder_from(read(params_dir() / "ladders" / f"{name}.yml"), name, reading, settings)


def ladder_choice(text: str) -> tuple[str, dict[str, str]]:
    """Reading and settings from a line such as ``as_written, review_window=from_entry``; an empty line is the default reading.

    Raises
    ------
    ParamError  for a part that is no ``name=option`` where a reading stands already, or that lacks one of its sides.

    >>> ladder_choice("as_written, span=across_posts")
    ('as_written', {'span': 'across_posts'})
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    readings = [part for part in parts if "=" not in part]
    pairs = [(name.strip(), option.strip()) for name, _, option in (part.partition("=") for part in parts if "=" in part)]
    wrong = [*readings[1:], *(f"{name}={option}" for name, option in pairs if not name or not option)]
    if wrong:
        raise ParamError(findings=[Finding("params.setting_form", "settings", {"given": part[:80]}) for part in wrong])
    return (readings or [""])[0], dict(pairs)


def ladder_from(document: Document, name: str, reading: str = "", settings: Mapping[str, str] | None = None) -> Ladder:
    """A ladder from a parsed file; errors as ``open_ladder``."""
    refuse_excluded(document)
    plain = validate(LadderFile, document)
    reading = reading or plain.default_reading or ""
    chosen = _chosen(plain, document, reading, settings or {})
    data = copy.deepcopy(document.data)
    for setting, option in chosen.items():
        _apply(data, plain.settings[setting].options[option].model_dump(), document, ("settings", setting, "options", option))
    spec = validate(LadderFile, document, data)
    check_ladder(spec, document)
    return Ladder(name, reading, chosen, spec, hashlib.sha256(document.path.read_bytes()).hexdigest())


def _chosen(plain: LadderFile, document: Document, reading: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The option of every setting: default, reading, then what was asked for."""
    if reading and reading not in plain.readings:
        raise ParamError("params.no_setting", where=document.where(("readings",)), given=reading, allowed=", ".join(plain.readings) or "-")
    chosen = {name: setting.default for name, setting in plain.settings.items()}
    for where, asked in ((document.where(("readings", reading)), plain.readings.get(reading, {})), (shown(document.path), settings)):
        for name, option in asked.items():
            known: Mapping[str, Any] = plain.settings if name not in plain.settings else plain.settings[name].options
            given = name if name not in plain.settings else option
            if given not in known:
                raise ParamError("params.no_setting", where=where, given=given, allowed=", ".join(known) or "-")
            chosen[name] = option
    for name, setting in plain.settings.items():
        _default_exists(name, setting, document)
    return chosen


def _default_exists(name: str, setting: Setting, document: Document) -> None:
    if setting.default not in setting.options:
        where = document.where(("settings", name, "default"))
        raise ParamError("params.no_setting", where=where, given=setting.default, allowed=", ".join(setting.options))


def _apply(data: dict[str, Any], option: dict[str, Any], document: Document, at: Path_) -> None:
    """Change values by dotted path and take entries out. A new entry may be set only in a mapping that is there."""
    for path, value in option["set"].items():
        *above, last = path.split(".")
        _inside(data, above, document, (*at, "set", path), path)[last] = value
    for path in option["remove"]:
        *above, last = path.split(".")
        if _inside(data, above, document, (*at, "remove"), path).pop(last, None) is None:
            raise ParamError("params.no_path", where=document.where((*at, "remove")), given=path)


def _inside(data: dict[str, Any], above: list[str], document: Document, at: Path_, path: str) -> dict[str, Any]:
    node: Any = data
    for part in above:
        node = node.get(part) if isinstance(node, dict) else None
    if not isinstance(node, dict):
        raise ParamError("params.no_path", where=document.where(at), given=path)
    return node


def check_ladder(spec: LadderFile, document: Document) -> None:
    """Every grade, line, metric and criterion that the file names is defined; no second trial; equal lines where parity is promised.

    Raises
    ------
    ParamError  with one finding a place.
    """
    findings = [*_check_lines(spec, document), *_check_criteria(spec, document), *_check_rules(spec, document)]
    if findings:
        raise ParamError(findings=findings)


def _check_lines(spec: LadderFile, document: Document) -> list[Finding]:
    findings, used = [], [grade for line in spec.lines.values() for grade in line.grades]
    for name, line in spec.lines.items():
        for known, key in ((spec.grades, "grades"), (spec.pay_yuan, "pay_yuan")):
            findings += [unknown_key(document.where(("lines", name)), f"{key}.{grade}", known) for grade in line.grades if grade not in known]
    for key, given in (("entry", spec.entry), ("trial_grade", spec.trial_grade)):
        findings += [unknown_key(document.where((key,)), given, used)] if given is not None and given not in used else []
    first, *others = spec.lines.items()
    for other, line in others if spec.parity and not findings else []:
        pay, their = ([spec.pay_yuan[grade] for grade in grades] for grades in (first[1].grades, line.grades))
        if pay != their:
            findings.append(Finding("params.unequal_lines", document.where(("parity",)), {"given": first[0], "other": other}))
    return findings


def _check_criteria(spec: LadderFile, document: Document) -> list[Finding]:
    metrics = [*spec.inputs, *spec.derived, *BUILT_IN]
    findings = []
    for name, made in spec.derived.items():
        parts = (*made.of, *made.steps, *made.within, *(asked.needs for asked in made.within.values()))
        known = spec.inputs if made.kind != "tied" else {other: rank for other, rank in spec.derived.items() if rank.cut is not None}
        findings += [unknown_key(document.where(("derived", name)), part, known) for part in parts if part not in known]
    for name, criterion in spec.criteria.items():
        where = document.where(("criteria", name))
        findings += [unknown_key(where, criterion.metric, metrics)] if criterion.metric is not None and criterion.metric not in metrics else []
        findings += [unknown_key(where, part, spec.criteria) for part in criterion.parts if part not in spec.criteria]
        if not findings and _circular(spec.criteria, name, ()):
            findings.append(Finding("params.circular", where, {"given": name}))
    return findings


def _circular(criteria: Mapping[str, Criterion], name: str, above: tuple[str, ...]) -> bool:
    return name in above or any(_circular(criteria, part, (*above, name)) for part in criteria[name].parts)


def _check_rules(spec: LadderFile, document: Document) -> list[Finding]:
    used, findings = [grade for line in spec.lines.values() for grade in line.grades], []
    metrics = [*spec.inputs, *spec.derived, *BUILT_IN]
    for name, rule in spec.rules.items():
        where = document.where(("rules", name))
        places = [rule.place] if rule.place else []
        grades = [*rule.grades, *([rule.to] if rule.to else []), *(grade for place in places for grade in place.lower)]
        lines = [line for line in (rule.line, rule.to_line) if line is not None]
        ordered = [rule.quota.order_by] if rule.quota and rule.quota.order_by not in spec.criteria else []
        read_metrics = [*(place.metric for place in places), *ordered]
        opening = [other for other, opened in spec.rules.items() if opened.opens_months is not None]
        during = [rule.during] if rule.during is not None else []
        checks = ((grades, used), (lines, list(spec.lines)), (rule.when, list(spec.criteria)), (read_metrics, metrics), (during, opening))
        for given, known in checks:
            findings += [unknown_key(where, part, known) for part in given if part not in known]
        if _second_trial(spec, rule):
            findings.append(excluded_finding(f"rules.{name}", where, "S003-Q10"))
    return findings


def _second_trial(spec: LadderFile, rule: Rule) -> bool:
    """True if a rule leads back to the trial grade: a second trial (LCL art. 19)."""
    if spec.trial_grade is None or rule.outcome != "move":
        return False
    if rule.to == spec.trial_grade:
        return True
    lines = [line.grades for line in spec.lines.values() if spec.trial_grade in line.grades]
    above = [grades[i + 1] for grades in lines for i, grade in enumerate(grades[:-1]) if grade == spec.trial_grade]
    return rule.step == -1 and any(grade in (rule.grades or above) for grade in above)
