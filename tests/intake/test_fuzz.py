"""Seeded mutations of every input of a small site: each is taken, or refused by sentences that name a place and can be read in both languages."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from tiny_site import TinySite

from cslib import intake
from cslib.core import tables
from cslib.core.errors import CslibError
from cslib.core.streams import stream
from cslib.core.words import speaking
from cslib.intake.study import TABLES

SEED, MUTATIONS = 20261122, 70
DATA = {
    "contacts": "队列,日期,时间,呼入量,平均处理时长\n"
    + "".join(f"phone_zh,2026-11-{d:02d},{h}:{m},{h + d},200\n" for d in (2, 3) for h in (8, 9) for m in ("00", "30")),
    "leave": "工号,开始日期,结束日期,假别,小时\n00127,2026-12-03,2026-12-04,年假,\n00128,2026-12-10,2026-12-10,事假,4\n",
    "wishes": "工号,日期,意愿,权重\n00127,2026-12-05,休,2\n00128,2026-12-06,D,\n",
    "last_roster": "工号,日期,班次,岗位,休息时段\n00127,2026-11-30,D,,12:00-13:00\n00129,2026-11-30,P,desk,\n00128,2026-11-30,休,,\n",
    "pins": "工号,日期,班次,岗位,休息时段\n00129,2026-12-02,P,gate,00:30-01:00\n00127,2026-12-09,休,,\n",
    "calendar": "日期,日类型,活动\n2026-12-11,放假,店庆\n2026-12-12,,双十二\n",
    "approved_overtime": "工号,小时,月份\n00127,8,2026-12\n",
}
SCENARIO = (
    "meaning: {zh: 假设, en: what if}\nchanges:\n  site.demand.max_gap_share: 1\n  prices.prices.over.yuan: 3\n  site.rules.month_overtime: 20\n"
)
POISON = (
    "", " ", "0", "-1", "1e308", "-1e-300", "1e-300", "nan", "inf", "null", "true", "~", "''", '"', "[]", "{}", "[1, {a: b}]", "OFF", "休", "假",
    "#N/A",
    "=1+1", "9" * 5000, "999999999999", "0x10", "½", "²", "１２", "２０２６-12-01", "2026-02-30", "9999-12-31", "0001-01-01", "2026-12-01 25:00",
    "24:00",
    "25:61", "12:00-", "12:00-11:00", "-", "../..", "~x", "/", "\x00", "\u202e", "\ufeff", "\ud7ff", "😀", "13800138000", "a@b.cn", "00127", "0127",
    "P@gate", "P(", "@", "%s", "{given}", "{0}", "&a", "*a", "!!python/object", "key: value: x", "- -", "\t", "\r\n", ",,,,,,,", ";", "'",
)  # fmt: skip
TOKEN = re.compile(r"[^\s,:{}\[\]\"'#]+")


@cache
def base() -> dict[str, str]:
    """All files of the site by path under ``params``, before any mutation."""
    files = {f"sites/tiny/{kind}.csv": text for kind, text in DATA.items()}
    return {**files, "scenarios/what_if.yml": SCENARIO}


@pytest.fixture
def full(tiny: TinySite) -> TinySite:
    for kind in DATA:
        tiny.use(kind, f"[{kind}.csv]" if kind == "contacts" else f"{kind}.csv")
    for path, text in base().items():
        (tiny.root / "params" / path).write_text(text, encoding="utf-8")
    return tiny


def mutated(text: str, rng: np.random.Generator) -> bytes:
    """One to three small accidents: a value replaced, a line lost, doubled or moved, a character changed, the file cut."""
    for _ in range(int(rng.integers(1, 4))):
        lines, kind = text.split("\n"), int(rng.integers(8))
        at, other = (int(i) for i in rng.integers(len(lines), size=2))
        poison = POISON[int(rng.integers(len(POISON)))]
        tokens = list(TOKEN.finditer(text))
        if kind <= 3 and tokens:
            token = tokens[int(rng.integers(len(tokens)))]
            text = text[: token.start()] + poison + text[token.end() :]
        elif kind == 4:
            text = "\n".join([*lines[:at], lines[at], lines[other], *lines[at + 1 :]])
        elif kind == 5:
            text = "\n".join([*lines[:at], *lines[at + 1 :]])
        elif kind == 6:
            place = int(rng.integers(len(text) + 1))
            text = text[:place] + poison + text[place + 1 :]
        else:
            text = text[: int(rng.integers(len(text) + 1))]
    raw = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        raw = bytearray(raw or b"x")
        raw[int(rng.integers(len(raw)))] = int(rng.integers(256))
    return bytes(raw)


def judge(site: TinySite, number: int) -> str:
    """Mutate one file of the site, open the study, put the file back. Returns what came of it; anything but an answer raises."""
    rng = stream(SEED, "fuzz", number)
    paths = sorted(path for path in (site.root / "params").rglob("*") if path.suffix in {".csv", ".yml"} and path.name not in {"words.yml"})
    paths = [path for path in paths if path.parent.name in {"tiny", "scenarios"} or rng.random() < 0.3]
    path = paths[int(rng.integers(len(paths)))]
    whole = path.read_bytes()
    try:
        path.write_bytes(mutated(whole.decode("utf-8"), rng))
        study = intake.open_study("tiny", month="2026-12", scenario="what_if")
    except CslibError as error:
        for language in ("zh", "en"):
            with speaking(language):
                said = str(error)
                assert said.strip() and len(said) < 40_000, (number, path.name, said[:500])
        assert all(finding.where or finding.key.endswith("more") for finding in error.findings), (number, path.name, error.keys)
        return "refused"
    finally:
        path.write_bytes(whole)
    for name in TABLES:
        tables.check({"last_roster": "roster", "pins": "roster"}.get(name, name), study.table(name))
    return "taken"


def test_no_accident_ends_in_a_traceback(full: TinySite) -> None:
    study = intake.open_study("tiny", month="2026-12", scenario="what_if")
    assert len(study.pins) == 2 and len(study.last_roster) == 3 and len(study.wishes) == 2  # the site is sound before it is harmed
    found = [judge(full, number) for number in range(MUTATIONS)]
    assert min(found.count("taken"), found.count("refused")) >= MUTATIONS // 10, found
