"""Pseudonyms: keyed, stable, short, collision checked; the key outside the repository."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_site import TinySite

from cslib import intake
from cslib.core import paths
from cslib.core.errors import IntakeError
from cslib.intake import pseudonym
from cslib.intake.pseudonym import pseudonyms, site_key

pytestmark = pytest.mark.usefixtures("tiny")


def test_a_pseudonym_is_a_keyed_hash_shown_short() -> None:
    digest = hmac.new(b"k" * 32, b"tiny\x1f00127", hashlib.sha256).digest()
    bits = f"{int.from_bytes(digest, 'big'):0256b}"
    expected = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(bits[i : i + 5], 2)] for i in range(0, 25, 5))
    assert pseudonyms("tiny", ["00127"], b"k" * 32) == {"00127": f"P-{expected}"}
    assert len({pseudonyms(site, [number], key)[number] for site in "ab" for number in ("1", "01") for key in (b"k" * 32, b"l" * 32)}) == 8


def test_short_forms_that_collide_are_both_shown_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonym, "SHORT", 1)
    found = pseudonyms("tiny", [str(i) for i in range(200)], b"k" * 32)
    assert len(set(found.values())) == 200 and {len(p) for p in found.values()} == {12}
    monkeypatch.setattr(pseudonym, "LONG", 1)
    with pytest.raises(IntakeError) as caught:
        pseudonyms("tiny", [str(i) for i in range(200)], b"k" * 32)
    assert caught.value.keys == ["intake.key_collision"]


def test_synthetic_sites_need_no_secret_and_real_ones_do(tiny: TinySite) -> None:
    first = intake.open_study("tiny", month="2026-12").employees["employee_id"]
    assert not paths.key_file().exists() and all(re.fullmatch(r"P-[0-9A-Z]{5}", i) for i in first)
    tiny.change("synthetic: true", "synthetic: false")
    second = intake.open_study("tiny", month="2026-12").employees["employee_id"]
    assert not set(first) & set(second)
    assert list(second) == list(intake.open_study("tiny", month="2026-12").employees["employee_id"])


def test_the_key_is_made_once_for_its_owner_only(tiny: TinySite) -> None:
    key = site_key("tiny", synthetic=False)
    assert len(key) == 32 and tiny.root not in paths.key_file().parents
    assert stat.S_IMODE(paths.key_file().stat().st_mode) == 0o600 and os.listdir(paths.key_file().parent) == ["pseudonym.key"]  # noqa: PTH208
    assert site_key("other", synthetic=False) == key


def test_runs_that_start_together_agree_on_one_key() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: site_key("tiny", synthetic=False), range(16)))) == 1
    assert [p.name for p in paths.key_file().parent.iterdir()] == ["pseudonym.key"]


def test_a_key_that_others_can_read_or_that_is_damaged_is_refused() -> None:
    site_key("tiny", synthetic=False)
    paths.key_file().chmod(0o644)
    with pytest.raises(IntakeError) as caught:
        site_key("tiny", synthetic=False)
    assert caught.value.keys == ["intake.key_open"]
    paths.key_file().write_text("short\n")
    paths.key_file().chmod(0o600)
    with pytest.raises(IntakeError) as caught:
        site_key("tiny", synthetic=False)
    assert caught.value.keys == ["intake.key_damaged"]


def test_a_key_file_that_cannot_be_made_or_read_is_refused_by_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path, tmp_path / "file" / "pseudonym.key", tmp_path / ("long" * 100)):
        monkeypatch.setenv("CSLIB_KEY_FILE", str(place))
        with pytest.raises(IntakeError, match="CSLIB_KEY_FILE") as caught:
            site_key("tiny", synthetic=False)
        assert caught.value.keys == ["intake.key_unusable"]

    def denied(*_: object) -> int:
        raise PermissionError

    monkeypatch.setenv("CSLIB_KEY_FILE", str(tmp_path / "pseudonym.key"))
    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(IntakeError, match="PermissionError") as caught:
        site_key("tiny", synthetic=False)
    assert caught.value.keys == ["intake.key_unusable"]


def test_a_key_inside_the_repository_is_refused(tiny: TinySite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSLIB_KEY_FILE", str(tiny.root / "pseudonym.key"))
    with pytest.raises(IntakeError) as caught:
        site_key("tiny", synthetic=False)
    assert caught.value.keys == ["intake.key_inside"] and not (tiny.root / "pseudonym.key").exists()


def test_names_come_from_the_list_alone_and_not_after_it_changed(tiny: TinySite) -> None:
    study = intake.open_study("tiny", month="2026-12")
    listed = intake.names(study)
    assert list(listed.columns) == ["employee_id", "display_name", "staff_no"] and list(listed["display_name"]) == ["甲一", "乙二", "丙三", "丁四"]
    assert set(study.employees["employee_id"]) < set(listed["employee_id"])
    tiny.change("甲一", "甲二", "staff.csv")
    with pytest.raises(IntakeError) as caught:
        intake.names(study)
    assert caught.value.keys == ["intake.changed"] and Path(str(caught.value).split(":")[0]).name == "staff.csv"
