"""A finding: what the posterior amounts to, as far as what was heard allows to say it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from coordinator.domain.inference.claim import ALL_WELL, Claim, Coverage, scope_of
from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.inference.posterior import Posterior
from coordinator.domain.inference.refinement import refined
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.verdict import Scope
from coordinator.domain.window.axes import Axes, CellKey, Flags, Floats, any_along
from coordinator.domain.window.grid import CountGrid
from worker.contract.instant import Instant

UNLIKELY = 0.002
"""Hypotheses less likely than this, if anything is wrong, are left out."""
NEGLIGIBLE = 1e-13
"""Hypotheses less likely than this, of which there are hundreds, come to nothing all together."""
LATELY = 3
"""Buckets in which a cell must have been well, too, to be called well: it may have begun to fail
later than others.
"""
TOP = 5
"""Hypotheses that a verdict shows."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the posterior amounts to: how likely something is wrong, what it is, and what else it
    may be.
    """

    wrong: float
    claim: Claim
    """The best that can be said if something is wrong: sure enough, or unknown."""
    sure: bool
    """Whether the claim is one hypothesis, not a class of them."""
    rivals: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    """The likeliest hypotheses with their evidence, the best first."""


CALM = Finding(0.0, ALL_WELL, True)


def conclude(
    posterior: Posterior, nats: Floats, coverage: Coverage, grid: CountGrid, rules: Rules
) -> Finding:
    """The finding that a posterior supports. `nats` is the evidence (mode, bucket, component,
    region) behind it.
    """
    axes, wrong, newest, begin = coverage.axes, 1 - posterior.none, grid.newest, grid.begin
    if wrong <= 0:
        return CALM
    best = posterior.best()
    since = begin + posterior.onset(best) * axes.bucket_ms
    since_then = (newest >= since) & coverage.votes
    looked, looked_at = any_along(since_then, 0), any_along(since_then, 1)
    chance = posterior.chance / wrong
    likely = np.flatnonzero(chance >= UNLIKELY).tolist()
    scopes = {k: scope_of(posterior.hypotheses[k], coverage, looked, rules) for k in likely}
    if scopes.get(best) is Scope.REGIONAL and not _is_told_apart(
        posterior.hypotheses[best], coverage, grid, since
    ):
        scopes = {
            k: Scope.UNKNOWN if scope is Scope.REGIONAL else scope for k, scope in scopes.items()
        }
    if chance[best] >= rules.claim_share:
        whole = posterior.hypotheses[best]
        mode = int(np.argmax(posterior.modes[best]))
        told = nats[mode, posterior.onset(best) :]
        part = whole
        # a cell that is not called slow may only have a wrong idea of its normal time
        if not posterior.is_slow(best):
            part = refined(whole, told.sum(axis=0), told[-LATELY:].sum(axis=0), coverage.votes)
        scope = scopes[best] if part is whole else scope_of(part, coverage, looked, rules)
        claim = _claim(posterior, best, part, scope, float(chance[best]), since, coverage)
        rivals = _rivals(posterior, scopes, axes, refuted=None if part is whole else best)
        return Finding(wrong, claim, True, rivals)
    rivals = _rivals(posterior, scopes, axes)
    if (narrower := _as_far_as_looked(posterior, chance, looked_at)) is not None:
        part, likely_so = narrower
        scope = scope_of(part, coverage, looked, rules)
        if likely_so >= rules.claim_share and scope is not Scope.UNKNOWN:
            claim = _claim(posterior, best, part, scope, likely_so, since, coverage)
            return Finding(wrong, replace(claim, at_least=True), True, rivals)
    return Finding(wrong, _alike(posterior, chance, scopes, since, coverage, rules), False, rivals)


def _alike(
    p: Posterior,
    chance: Floats,
    scopes: Mapping[int, Scope],
    since: Instant,
    coverage: Coverage,
    rules: Rules,
) -> Claim:
    """What hypotheses of one scope have in common, if nearly all of the likelihood is theirs; else
    it is unknown.
    """
    by_scope: dict[Scope, float] = {}
    for k, scope in scopes.items():
        by_scope[scope] = by_scope.get(scope, 0.0) + float(chance[k])
    scope = max(by_scope, key=lambda found: by_scope[found])
    alike = np.zeros(len(chance), dtype=bool)
    alike[[k for k, found in scopes.items() if found is scope]] = True
    if by_scope[scope] < rules.claim_share or scope is Scope.UNKNOWN:
        scope, alike = Scope.UNKNOWN, np.ones(len(chance), dtype=bool)
    best, cells = p.best(), _sure_cells(p, chance * alike, coverage, rules)
    if not cells and scope is not Scope.UNKNOWN:
        cells = _cells(p.hypotheses[best], coverage)
    likely = by_scope.get(scope, 0.0)
    return _said(scope, cells, likely, p.is_slow(best), since, coverage.axes, at_least=True)


def _as_far_as_looked(
    p: Posterior, chance: Floats, looked: Flags
) -> tuple[Hypothesis, float] | None:
    """The likeliest hypothesis, as far as its components were `looked` at since; None when all
    were.

    Components that are looked at rarely tell nothing apart for long. What reaches the others alike
    is one claim.
    """
    if looked.all():
        return None
    alike: dict[tuple[tuple[int, ...], tuple[int, ...]], float] = {}
    for k in np.flatnonzero(chance >= NEGLIGIBLE).tolist():
        hypothesis, likely = p.hypotheses[k], float(chance[k])
        components = tuple(component for component in hypothesis.components if looked[component])
        key = (components, hypothesis.regions)
        alike[key] = alike.get(key, 0.0) + likely
    (components, regions), likely = max(alike.items(), key=lambda found: found[1])
    return (Hypothesis(components, regions, 0.0), likely) if components else None


def _is_told_apart(
    hypothesis: Hypothesis, coverage: Coverage, grid: CountGrid, since: Instant
) -> bool:
    """Whether most other regions were looked at while these failed, and not only before or
    after.
    """
    looks, count = grid.looks, len(coverage.axes.regions)
    component, region = looks.cell // count, looks.cell % count
    mine = np.isin(component, hypothesis.components)
    inside = mine & np.isin(region, hypothesis.regions)
    failed = looks.at[inside & (looks.bad | looks.slow) & (looks.at >= since)]
    others = set(np.flatnonzero(coverage.heard(hypothesis.components)).tolist()) - set(
        hypothesis.regions
    )
    if not len(failed) or not others:
        return bool(others)
    meanwhile = mine & (looks.at >= since) & (looks.at <= failed.max())
    return 2 * len(others & set(region[meanwhile].tolist())) >= len(others)


def _claim(
    p: Posterior,
    k: int,
    part: Hypothesis,
    scope: Scope,
    chance: float,
    since: Instant,
    coverage: Coverage,
) -> Claim:
    return _said(
        scope, _cells(part, coverage), chance, p.is_slow(k), since, coverage.axes, group=part.group
    )


def _said(
    scope: Scope,
    cells: frozenset[CellKey],
    chance: float,
    slow: bool,
    since: Instant,
    axes: Axes,
    *,
    group: str = "",
    at_least: bool = False,
) -> Claim:
    wanted_regions, wanted_components = {cell[1] for cell in cells}, {cell[0] for cell in cells}
    regions = tuple(region for region in axes.regions if region in wanted_regions)
    components = tuple(component for component in axes.components if component in wanted_components)
    return Claim(scope, cells, regions, components, chance, slow, since, group, at_least)


def _cells(hypothesis: Hypothesis, coverage: Coverage) -> frozenset[CellKey]:
    wanted = np.zeros(coverage.votes.shape, dtype=np.bool_)
    wanted[np.ix_(hypothesis.components, hypothesis.regions)] = True
    return coverage.axes.keys(wanted & coverage.votes)


def _sure_cells(
    p: Posterior, chance: Floats, coverage: Coverage, rules: Rules
) -> frozenset[CellKey]:
    """The cells that nearly all of the likelihood agrees on."""
    share = np.zeros(coverage.votes.shape)
    for k in np.flatnonzero(chance >= UNLIKELY).tolist():
        hypothesis = p.hypotheses[k]
        share[np.ix_(hypothesis.components, hypothesis.regions)] += chance[k]
    return coverage.axes.keys((share >= rules.claim_share * chance.sum()) & coverage.votes)


def _named(places: Iterable[int], names: Sequence[str]) -> list[str]:
    return [names[place] for place in places]


def _rivals(
    p: Posterior, scopes: Mapping[int, Scope], axes: Axes, refuted: int | None = None
) -> tuple[Mapping[str, Any], ...]:
    """The likeliest hypotheses. A `refuted` one has cells that are clearly well: it is likely for
    its other cells.
    """
    order = np.argsort(-p.chance, kind="stable")[:TOP]
    return tuple(
        {
            "scope": str(scopes[k]),
            "components": _named(p.hypotheses[k].components, axes.components),
            "regions": _named(p.hypotheses[k].regions, axes.regions),
            "group": p.hypotheses[k].group,
            "chance": round(float(p.chance[k]), 4),
            "nats": round(float(p.nats[k].sum()), 2),
            "price": round(p.hypotheses[k].price, 2),
            "refuted": k == refuted,
        }
        for k in order.tolist()
        if k in scopes
    )
