"""Random small months of both formats: engine, CBC and CP-SAT agree; order and names change nothing; looser rules never cost more."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.roster.agree import Verdict, compare, counts, draw, engine, main, optimum

MONTHS = 10
WORK = 1.0


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Verdict]:
    """Ten months, five of each format, solved by all three."""
    paths = draw(tmp_path_factory.mktemp("months"), MONTHS, 7)
    return dict(zip(paths, compare(paths, WORK), strict=True))


def test_three_solvers_agree(verdicts):
    found = counts(list(verdicts.values()))
    assert found["agree"] == found["peers_proved"] == found["months"] == MONTHS, [v for v in verdicts.values() if not v.agrees]
    assert found["engine_optimal"] == found["solvable"] >= MONTHS - 2
    assert found["engine_proven"] >= 3


def test_a_disagreement_is_told(capsys, monkeypatch):
    five, none = (5.0, 5.0), (math.inf, math.inf)
    wrong = [
        Verdict("a", five, five, 5.0, 5.5),
        Verdict("b", five, five, 4.0, 3.0),
        Verdict("c", five, (6.0, 6.0), 7.0, 1.0),
        Verdict("d", none, five, 5.0, 5.0),
    ]
    right = [Verdict("e", none, none, math.inf, math.inf), Verdict("f", five, five, 6.0, 1.0), Verdict("g", five, (2.0, 7.0), 5.0, 5.0)]
    monkeypatch.setattr("benchmarks.roster.agree.compare", lambda _paths, _work: wrong + right)
    assert main(["--count", "2"]) == 1
    *told, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in told] == ["a", "b", "c", "d"]
    assert (last["agree"], last["peers_proved"]) == (3, 6) and (last["solvable"], last["engine_optimal"], last["engine_proven"]) == (5, 3, 2)


def turned_ward(text: str, rng: np.random.Generator) -> str:
    """The same ward: people under other names, and the lines of every section but the first in another order."""
    parts = [part.strip().splitlines() for part in text.split("SECTION_")[1:]]
    people = next(p for p in parts if p[0] == "STAFF")[1:]
    name = {line.split(",")[0]: f"z{i}" for i, line in enumerate(rng.permutation(people))}
    out = []
    for head, *lines in parts:
        owned = head in ("STAFF", "DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS")
        named = [",".join([name[line.split(",")[0]], *line.split(",")[1:]]) for line in lines] if owned else lines
        out += [f"SECTION_{head}", *(str(line) for line in rng.permutation(named))]
    return "\n".join(out)


def turned_hotline(text: str, rng: np.random.Generator) -> str:
    """The same hotline: people under other names and in another order, shifts and skills in another order."""
    data = json.loads(text)
    data["people"] = [{**data["people"][i], "id": f"z{i}"} for i in rng.permutation(len(data["people"]))]
    data["shifts"] = [data["shifts"][i] for i in rng.permutation(len(data["shifts"]))]
    order = rng.permutation(len(data["skills"]))
    data["skills"] = [data["skills"][i] for i in order]
    data["need"] = np.array(data["need"])[:, :, order].tolist()
    return json.dumps(data)


def changed(path: Path, folder: Path, change: Callable[[str], str]) -> Path:
    """A changed copy of a month."""
    copy = folder / path.name
    copy.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def test_other_names_and_another_order_change_no_cost(verdicts, tmp_path):
    rng = np.random.default_rng(1)
    for path, was in list(verdicts.items())[:6]:
        turn = turned_hotline if path.suffix == ".json" else turned_ward
        cost, bound = engine(changed(path, tmp_path, lambda text, turn=turn: turn(text, rng)), WORK)
        assert cost == was.cost or cost == pytest.approx(was.cost), path.name
        assert bound == was.bound or (bound <= was.cbc[1] + 1e-6 and was.bound <= cost + 1e-6), path.name
        if path.suffix == ".txt" and math.isfinite(was.bound) and was.bound >= was.cost - 1e-6:
            assert bound == pytest.approx(was.bound), path.name


def looser_ward(text: str) -> str:
    """Nobody has a least of hours or of days in a row, or a most of weekends; one more person may work anything."""
    head, _, tail = text.partition("SECTION_STAFF\n")
    staff, _, rest = tail.partition("SECTION_DAYS_OFF")
    rows = [line.split(",") for line in staff.splitlines()]
    eased = [",".join([*row[:3], "0", row[4], "1", "1", "9"]) for row in rows]
    limits = "|".join(f"{item.split('=')[0]}=99" for item in rows[0][1].split("|"))
    return f"{head}SECTION_STAFF\n" + "\n".join([*eased, f"H,{limits},9600,0,9,1,1,9"]) + f"\nSECTION_DAYS_OFF{rest}"


def looser_hotline(text: str) -> str:
    """Longer runs, less rest, no least of hours; one more person without wishes."""
    data = json.loads(text)
    data["rules"] |= {"min_rest_min": 0, "max_run": 9, "max_night_run": 9, "day_off_after_nights": 0, "min_free_weekends": 0}
    for person in data["people"]:
        person["min_paid_min"] = 0
    free = {"leave": [], "wishes": [], "hist": {"run": 0, "nights": 0, "last": None}}
    data["people"].append(
        {"id": "H", "skills": data["skills"], "shifts": [s["id"] for s in data["shifts"]], **free, "min_paid_min": 0, "max_paid_min": 9600}
    )
    return json.dumps(data)


def test_looser_rules_and_one_more_free_person_raise_neither_bound_nor_optimum(verdicts, tmp_path):
    for path, was in verdicts.items():
        copy = changed(path, tmp_path, looser_hotline if path.suffix == ".json" else looser_ward)
        best = optimum(copy, "cbc")
        assert best <= was.cbc[1] + 1e-6, path.name
        cost, bound = engine(copy, 0.2)
        assert bound <= best + 1e-6 <= cost + 2e-6, path.name
        assert bound <= was.bound + 1e-6 or math.isinf(was.cost), path.name
