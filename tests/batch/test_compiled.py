"""What is compiled at set-up."""

from __future__ import annotations

from cslib.batch import compiled


def test_without_the_sample_site_nothing_is_compiled_ahead(tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "site_dir", lambda _site: tmp_path / "gone")
    monkeypatch.setattr(compiled.intake, "open_study", lambda *_args, **_more: 1 / 0)
    assert compiled.compile_ahead() is False
