"""Where things are, and how a reader sees it."""

from __future__ import annotations

from pathlib import Path

from cslib.core import paths


def test_the_checkout_is_the_root_unless_named(monkeypatch, tmp_path):
    monkeypatch.delenv("CSLIB_ROOT", raising=False)
    assert (paths.project_root() / "cslib" / "core" / "paths.py").is_file() and (paths.params_dir() / "words.yml").is_file()
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    assert paths.project_root() == tmp_path.resolve() and paths.site_dir("desk") == tmp_path.resolve() / "params" / "sites" / "desk"


def test_key_and_protected_files_lie_outside_the_project(monkeypatch):
    """P03, P04, P09."""
    for name in ("CSLIB_KEY_FILE", "CSLIB_PROTECTED", "CSLIB_ROOT"):
        monkeypatch.delenv(name, raising=False)
    for path in (paths.key_file(), paths.protected_dir()):
        assert not path.resolve().is_relative_to(paths.project_root())


def test_each_place_can_be_named(monkeypatch, tmp_path):
    for name, function in (("CSLIB_KEY_FILE", paths.key_file), ("CSLIB_PROTECTED", paths.protected_dir), ("CSLIB_OUTPUTS", paths.outputs_dir)):
        monkeypatch.setenv(name, str(tmp_path / name))
        assert function() == tmp_path / name


def test_shown_is_relative_inside_the_project(tmp_path):
    assert paths.shown(paths.params_dir() / "words.yml") == "params/words.yml"
    assert paths.shown(tmp_path / "x.csv") == (tmp_path / "x.csv").as_posix() and paths.shown(Path("params") / "none.yml").endswith("params/none.yml")
