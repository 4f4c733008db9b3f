"""A year's hiring plan as data: ``params/hiring/<site>.yml``. Posts, people, attrition, funnel, training, ramp-up, budget."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir, shown
from cslib.core.words import Word
from cslib.params.source import Document, Meaning, Refusal, Strict, read, unknown_key, validate

# What may not decide who is hired, with the words that name it (catalogue ids; reasons in params/words.yml under params.excluded)
EXCLUDED = {
    "S001-06": r"背景调查|背景調查|background[ _]check",
    "S003-G3": r"年龄|周岁|性别|女士|男士|女性|男性|应届|婚|生育|"
    r"\bage[ds]?\b|\bgender\b|\bsex\b|\bfemale\b|\bmale\b|\bwom[ae]n\b|\bm[ae]n\b|fresh graduate|marital|pregnan",
    "S003-G4": r"品貌|相貌|形象|容貌|身高|\blooks?\b|appearance|\bheight\b",
}
Share = Annotated[float, Field(gt=0, le=1)]


def _month(text: str) -> str:
    if not re.fullmatch(r"20[0-9][0-9]-(0[1-9]|1[0-2])", text):
        raise Refusal("params.need.month")
    return text


class Funnel(Strict):
    """Share of applicants who pass each step, and the months from opening a post to the first day of work."""

    invited_share: Share
    offered_share: Share
    accepted_share: Share
    lead_months: int = Field(ge=0, le=6)

    @property
    def hired_share(self) -> float:
        """People who start, per applicant."""
        return self.invited_share * self.offered_share * self.accepted_share


class Training(Strict):
    """Classes of new people: seats, most classes that start in a month, months until they work, share who pass, cost of a class."""

    seats: int = Field(ge=1, le=200)
    classes_a_month: int = Field(ge=0, le=50)
    months: int = Field(ge=0, le=6)
    pass_share: Share
    class_yuan: float = Field(ge=0)


class HiringPost(Strict):
    """One post: a skill at a grade, and the people there are.

    queues: whose requirement the post serves; need_share: which part of it (several grades of one skill share it).
    headcount: people employed at the start; attrition_share: share who leave in a month; month_yuan: cost of a person and month.
    requirements: what the work needs (S000-15, S001-04); criteria that may not decide are refused. standards: customary requirements by catalogue
    id, off unless named: a degree for managers and specialists (S000-13, S003-A1), three years of leading a team (S000-14), no experience
    for juniors (S003-D2). fixed_fte: people of a post that no queue asks for, such as one clerk for data entry (S003-G2).
    """

    name: Meaning
    skill: str
    grade: str
    queues: tuple[str, ...] = ()
    fixed_fte: float = Field(default=0.0, ge=0, le=100_000)
    standards: tuple[Literal["S000-13", "S000-14", "S003-A1", "S003-D2"], ...] = ()
    need_share: Share = 1.0
    headcount: int = Field(ge=0, le=100_000)
    attrition_share: float = Field(ge=0, lt=0.5)
    month_yuan: float = Field(gt=0)
    hire_yuan: float = Field(ge=0)
    requirements: tuple[Meaning, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _needed(self) -> HiringPost:
        if not self.queues and self.fixed_fte == 0:
            raise Refusal("params.need.post_need")
        return self


class Hiring(Strict):
    """``params/hiring/<site>.yml``.

    month_index: twelve months' workload, the planned month being 1. planned_shrinkage_share: paid time that the roster shows as absence
    (leave, training), on top of the requirement. ramp_shares: productivity in the months after training. short_fte_yuan: price of a missing
    full-time person for a month. need_cv: forecast uncertainty of a month's need, for the risk.
    """

    meaning: Meaning
    illustrative: bool
    month_index: dict[Annotated[str, AfterValidator(_month)], float] = Field(min_length=12, max_length=12)
    month_hours_h: float = Field(gt=0, le=250)
    planned_shrinkage_share: float = Field(ge=0, lt=0.6)
    ramp_shares: tuple[Annotated[float, Field(ge=0, le=1)], ...] = ()
    funnel: Funnel
    training: Training
    budget_yuan: float = Field(gt=0)
    short_fte_yuan: float = Field(gt=0)
    need_cv: float = Field(ge=0, le=1)
    basis: Literal["planned"] = "planned"
    posts: dict[str, HiringPost] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Hiring:
        months = list(self.month_index)
        numbers = [int(m[:4]) * 12 + int(m[5:]) for m in months]
        if numbers != list(range(numbers[0], numbers[0] + 12)) or any(value < 0 for value in self.month_index.values()):
            raise Refusal("params.need.twelve_months")
        return self


def open_hiring(site: str, queues: tuple[str, ...]) -> Hiring:
    """Read and check a site's hiring plan.

    Raises
    ------
    ParamError  with file and line: no such file, a wrong value, a queue that the site does not have, or a criterion that may not
        decide who is hired, with its catalogue id and the legal reason.
    """
    place = params_dir() / "hiring"
    known = sorted(path.stem for path in place.glob("*.yml"))
    if site not in known:
        raise ParamError("params.no_file", where=shown(place / f"{site[:80]}.yml"), allowed=", ".join(known) or "-")
    document = read(place / f"{site}.yml")
    hiring = validate(Hiring, document)
    findings = []
    for code, post in hiring.posts.items():
        wrong = [name for name in post.queues if name not in queues]
        findings += [unknown_key(document.where(("posts", code, "queues")), f"posts.{code}.queues.{name}", queues) for name in wrong]
        findings += _excluded(code, post, document)
    if findings:
        raise ParamError(findings=findings)
    return hiring


def _excluded(code: str, post: HiringPost, document: Document) -> list[Finding]:
    found = []
    for i, text in enumerate(post.requirements):
        for entry, pattern in EXCLUDED.items():
            if re.search(pattern, f"{text.zh} {text.en}", re.IGNORECASE) or entry in f"{text.zh} {text.en}":
                facts = {"name": f"posts.{code}.requirements.{i}", "id": entry, "reason": Word(f"params.excluded.{entry}")}
                found.append(Finding("params.excluded", document.where(("posts", code, "requirements", i)), facts))
    return found
