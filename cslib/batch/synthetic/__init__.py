"""Sample sites, all invented: contact histories, and a staff planted on a legal roster that covers what the forecast asks for."""

from cslib.batch.synthetic.sample import planted_rows, synthesise

__all__ = ["planted_rows", "synthesise"]
