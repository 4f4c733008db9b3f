"""Pseudonyms: a keyed HMAC-SHA256 of site and employee number, shown short. Privacy requirements P02 and P03.

The key lies outside the repository and is made on first need. Sites marked ``synthetic`` take a public key made from the site's
name: nobody is behind those people, and results are then equal on every machine.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cslib.core.errors import IntakeError
from cslib.core.paths import key_file, project_root

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to be misread
SHORT, LONG = 5, 10


def site_key(site: str, synthetic: bool) -> bytes:
    """The key for a site's people.

    Raises
    ------
    IntakeError  if the key file lies in the repository, is open to other users, is damaged, or can't be read or made.
    """
    if synthetic:
        return hashlib.sha256(f"cslib public key of the synthetic site {site}".encode()).digest()
    path = key_file()
    try:
        return _secret(path)
    except OSError as error:
        raise IntakeError("intake.key_unusable", where=path.as_posix(), problem=type(error).__name__) from None


def _secret(path: Path) -> bytes:
    if path.resolve().is_relative_to(project_root()):
        raise IntakeError("intake.key_inside", where=path.as_posix())
    if path.is_dir():
        raise IsADirectoryError(path)
    if not path.exists():
        _create(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise IntakeError("intake.key_open", where=path.as_posix())
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError):
        key = b""
    if len(key) < 32:
        raise IntakeError("intake.key_damaged", where=path.as_posix())
    return key


def _create(path: Path) -> None:
    """Write a new key aside and link it into place: of several processes at once, one wins and all read the same key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_bytes(32).hex() + "\n")
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def pseudonyms(site: str, staff_numbers: Sequence[str], key: bytes) -> dict[str, str]:
    """Employee number -> pseudonym such as ``P-7K3QX``; of two that would collide in the short form both are shown long.

    Raises
    ------
    IntakeError  if even the long forms collide.
    """
    digests = {number: _digits(hmac.new(key, f"{site}\x1f{number}".encode(), hashlib.sha256).digest()) for number in staff_numbers}
    often = Counter(digest[:SHORT] for digest in digests.values())
    found = {number: "P-" + (digest[:SHORT] if often[digest[:SHORT]] == 1 else digest[:LONG]) for number, digest in digests.items()}
    if len(set(found.values())) < len(found):
        raise IntakeError("intake.key_collision", where=site)
    return found


def _digits(digest: bytes) -> str:
    number = int.from_bytes(digest, "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(251, 251 - 5 * LONG, -5))
