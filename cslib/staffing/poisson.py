"""Poisson sums relative to one of their terms: what Erlang B, C and A are made of, without under- or overflow.

With p_k = a^k e^-a / k! (continued to real k by the gamma function), ``below(n, a)`` is the sum of p_k / p_n over k <= n and
``above(n, a)`` the same over k >= n. Terms below go down by factors (n - i) / a, terms above by a / (n + i); each sum is taken
where its terms fall, by a recursion whose rounding errors shrink from step to step, and from the incomplete gamma function on
the other side: below(n, a) = Q(n + 1, a) / p_n(a), above(n, a) = P(n, a) / p_n(a).

Source: Loader, Fast and accurate computation of binomial probabilities (2000), for the density; Abramowitz & Stegun 6.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

_NEGLIGIBLE = 42.0  # a term e^-42 times the first can't change a double
_SMALL_MEAN = 60.0  # up to here the sum above is taken term by term, whatever n: its largest value is e^60


def density(n: Array, a: Array) -> Array:
    """Poisson density p_n(a) at real n >= 0 and mean a > 0, to about 1e-14 relative while it is above 1e-300."""
    n, a = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(a, dtype=float))
    out = np.empty(n.shape)
    small = n < 16
    out[small] = special.xlogy(n[small], a[small]) - a[small] - special.gammaln(n[small] + 1)
    m = n[~small]
    out[~small] = -_stirling_rest(m) - _deviance(m, a[~small]) - 0.5 * np.log(2 * np.pi * m)
    return np.exp(out)


def _stirling_rest(n: Array) -> Array:
    """log n! less Stirling's formula, for n >= 16."""
    square = 1 / (n * n)
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - square / 1188) * square) * square) * square) / n


def _deviance(n: Array, a: Array) -> Array:
    """n log(n / a) + a - n, without cancellation where n is near a."""
    v = (n - a) / (n + a)
    square = np.minimum(v * v, 0.2)
    series = np.zeros_like(v)
    for j in range(25, 0, -1):
        series = (series + 1 / (2 * j + 1)) * square
    return np.where(v * v < 0.2, (n - a) * v + 2 * n * v * series, n * np.log(n / a) + a - n)


def below(n: Array, a: Array) -> Array:
    """Sum of p_k / p_n over k = n, n - 1, ... (the inverse of Erlang's B), for real n >= 0 and a > 0; inf beyond 1e308."""
    n, a = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(a, dtype=float))
    shape, n, a = n.shape, n.ravel(), a.ravel()
    out = np.empty(n.shape)
    high = n >= a
    with np.errstate(divide="ignore", over="ignore"):
        out[high] = special.gammaincc(n[high] + 1, a[high]) / density(n[high], a[high])
    out[~high] = _falling(n[~high], a[~high])
    return out.reshape(shape)


def _falling(n: Array, a: Array) -> Array:
    """The sum below for n < a by x_k = 1 + (k / a) x_(k-1), started so far down that the start no longer counts."""
    slope = -np.log(np.maximum(n, 1e-300) / a)
    enough = np.ceil(_terms(slope, a))
    whole = np.floor(n)
    # Below k = 0 the terms of a fractional n alternate: an asymptotic series, good to 1e-17 after 40 terms if a > 40.
    steps = np.where(a > 40, np.minimum(enough, whole + 40), whole)
    start = n - steps
    ones = np.ones_like(n)
    exact = np.exp(np.minimum(a, 40)) * np.power(a, -start, where=a <= 40, out=ones) * special.gamma(np.where(a > 40, 0.0, start) + 1)
    first = np.where(a > 40, 1.0, exact * special.gammaincc(np.where(a > 40, 0.0, start) + 1, a))
    first = np.where((a <= 40) & (start == 0), 1.0, first)
    return _climb(first, start, a, steps)


def _terms(slope: Array, scale: Array) -> Array:
    """Number of terms until j * slope + j^2 / (2 scale) reaches 42."""
    return 2 * _NEGLIGIBLE / (np.sqrt(slope * slope + 2 * _NEGLIGIBLE / np.maximum(scale, 1e-300)) + slope)


def _climb(first: Array, start: Array, a: Array, steps: Array) -> Array:
    """x <- 1 + (k / a) x for k = start + 1 ... start + steps; cells that need fewer steps leave earlier."""
    order = np.argsort(-steps, kind="stable")
    x, k, load, todo = first[order], start[order], a[order], steps[order]
    for i in range(1, int(todo[0]) + 1 if todo.size else 0):
        busy = int(np.searchsorted(-todo, -i, side="right"))
        x[:busy] = 1 + (k[:busy] + i) / load[:busy] * x[:busy]
    out = np.empty_like(x)
    out[order] = x
    return out


def above(n: Array, a: Array) -> tuple[Array, Array]:
    """Sum of p_k / p_n over k = n, n + 1, ... as its inverse, and its mean excess.

    Returns
    -------
    inverse : 1 / sum, for real n >= 0 and a >= 0 (0 where the sum is beyond 1e308)
    excess : sum of (k - n) p_k / p_n over the sum, divided by a
    """
    n, a = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(a, dtype=float))
    shape, n, a = n.shape, n.ravel(), a.ravel()
    inverse, excess = np.empty(n.shape), np.empty(n.shape)
    series = (n >= a) | (a <= _SMALL_MEAN)
    inverse[series], excess[series] = _rising(n[series], a[series])
    m, mean = n[~series], a[~series]
    inverse[~series] = density(m, mean) / special.gammainc(m, mean)
    # sum of (k - n) p_k = (a - n) * sum + n p_n: no cancellation, since n < a here
    excess[~series] = (mean - m + m * inverse[~series]) / mean
    return inverse.reshape(shape), excess.reshape(shape)


def _rising(n: Array, a: Array) -> tuple[Array, Array]:
    """Sum above and its excess, from its far end down to its first term."""
    slope = np.log(np.maximum(n, 1e-300) / np.maximum(a, 1e-300))
    slope = np.where(n >= a, np.maximum(slope, 0.0), 0.0)
    # the logarithm of a term is a little above its parabola: 15 % more terms, and 25 for small n; 160 do for any n if a <= 60
    steps = np.ceil(np.where(n >= a, 1.15 * _terms(slope, n) + 25, 160))
    steps = np.where(a <= _SMALL_MEAN, np.minimum(steps, 160), steps)
    order = np.argsort(-steps, kind="stable")
    m, mean, todo = n[order], a[order], steps[order]
    total, tail = np.ones_like(m), np.zeros_like(m)
    for i in range(int(todo[0]) if todo.size else 0, 0, -1):
        busy = int(np.searchsorted(-todo, -i, side="right"))
        ratio = mean[:busy] / (m[:busy] + i)
        tail[:busy] = ratio * (total[:busy] + tail[:busy]) if i > 1 else (total[:busy] + tail[:busy]) / (m[:busy] + 1)
        total[:busy] = 1 + ratio * total[:busy]
    inverse, excess = np.empty_like(m), np.empty_like(m)
    inverse[order], excess[order] = 1 / total, tail / total
    return inverse, excess
