"""``python -m cslib`` is the ``cslib`` command."""

from cslib.batch.cli import main

main()
