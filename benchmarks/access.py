"""Catchments against PySAL ``access``, in the same run: same values, times, memory, growth.

Draws places at random (fixed seed) at 500, 5,000 and 35,000, each a commune with people and maybe
doctors, about 100 of them within 20 minutes of each (3.5 million pairs at 35,000), in tidy tables
sorted by origin as files are, codes being text, or categories of text as our reader of travel times
gives them. Both sides compute the enhanced two-step method with the steps of the APL (1, 2/3, 1/3
up to 10, 15, 20 minutes). Measured:

- in process, from tidy tables to the result;
- each further profession, decay and scenario, on our side on travel times prepared once; the peer
  has nothing to prepare and starts again (a scenario is a new supply table), here on its faster
  form of the tables;
- as a whole process: imports, reading the tables from Parquet, computing; seconds and peak memory.

Runs alternate and medians are shown (one run of the peer for the further questions), on the clock
and on the processors: ratios are those of processor seconds, which the load of the machine disturbs
less. Exits with 1 when values differ by more than 1e-9, or when at the largest size a ratio wanted
(30, 300 and 6 times, and less memory) or the 100 ms of a scenario is missed. The peer is in
``requirements-dev.txt``. Run: ``python -m benchmarks.access [places …]``.
"""

from __future__ import annotations

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from cpts_data.access.catchment import catchment, enhanced_two_step
from cpts_data.access.changes import MovePeople, Open
from cpts_data.access.decay import StepDecay
from cpts_data.access.scenario import simulate, situation
from cpts_data.access.travel import TravelTimes

ROOT = Path(__file__).resolve().parents[1]
SIZES, RUNS = (500, 5_000, 35_000), 3
NEIGHBOURS, REACH = 100, 20.0
STEPS = {10: 1.0, 15: 2 / 3, 20: 1 / 3}
OTHER_STEPS = {5: 1.0, 10: 0.6, 20: 0.2}
WANTED = {
    "tables, text": 30,
    "tables, categories": 30,
    "further profession": 300,
    "further decay": 300,
    "scenario": 300,
    "process, categories": 6,
}
SCENARIO_LIMIT = 0.1
PEAK = """
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
PEER_JOB = (
    """
import logging, sys, pandas as pd
from access import Access, weights
read = lambda name: pd.read_parquet(f"{sys.argv[1]}/{name}.parquet")
a = Access(demand_df=read("demand"), demand_value="demand", supply_df=read("supply"),
           supply_value="supply", cost_df=read(sys.argv[2]), cost_origin="origin",
           cost_dest="dest", cost_name="cost")
a.log.setLevel(logging.ERROR)
a.enhanced_two_stage_fca(weight_fn=weights.step_fn({10: 1.0, 15: 2 / 3, 20: 1 / 3}))
"""
    + PEAK
)
OUR_JOB = (
    """
import sys, pandas as pd
from cpts_data.access.catchment import enhanced_two_step
from cpts_data.access.decay import StepDecay
read = lambda name: pd.read_parquet(f"{sys.argv[1]}/{name}.parquet")
enhanced_two_step(read("demand")["demand"], read("supply")["supply"], read(sys.argv[2]),
                  decay=StepDecay.of({10: 1.0, 15: 2 / 3, 20: 1 / 3}))
"""
    + PEAK
)
GROWING = ("tables, text", "tables, categories", "further profession", "further decay")
FORMS = {"text": "cost", "categories": "coded"}


class Timing(NamedTuple):
    """Seconds on the clock and on the processors."""

    clock: float
    processors: float


class Compared(NamedTuple):
    """The peer, ours, and the largest relative difference of the values."""

    peer: Timing
    ours: Timing
    difference: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.peer.processors / self.ours.processors


class Ground:
    """Tables of one size, as both sides take them."""

    def __init__(self, places: int) -> None:
        draw = np.random.default_rng(places)
        codes = pd.Index([f"{i:05d}" for i in range(places)], name="geoid")
        # A disc of 20 minutes at one kilometre per minute holds so many places; edges hold fewer.
        side = np.sqrt(places * np.pi * REACH**2 / NEIGHBOURS)
        tree = cKDTree(draw.random((places, 2)) * side)
        pairs = tree.sparse_distance_matrix(tree, REACH, output_type="ndarray")
        pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
        self.cost = pd.DataFrame(
            {"origin": codes[pairs["i"]], "dest": codes[pairs["j"]], "cost": pairs["v"].round(1)}
        )
        self.coded = self.cost.astype({"origin": "category", "dest": "category"})
        self.demand = pd.Series(draw.integers(20, 9_000, places), codes, float, "demand")
        self.supply = self._supply(draw, codes, "supply")
        self.other = self._supply(draw, codes, "other")

    @staticmethod
    def _supply(draw: np.random.Generator, codes: pd.Index, name: str) -> pd.Series:
        return pd.Series(draw.poisson(1.2, len(codes)) * 5_400.0, codes, name=name)


def peer_result(
    ground: Ground, supply: pd.Series, steps: dict[int, float], form: str = "coded"
) -> pd.Series:
    """The peer's E2SFCA, from tables."""
    peer = Access(
        demand_df=ground.demand.to_frame(),
        demand_value="demand",
        supply_df=supply.to_frame(),
        supply_value=supply.name,
        cost_df=getattr(ground, form),
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    peer.log.setLevel(logging.ERROR)
    return peer.enhanced_two_stage_fca(weight_fn=weights.step_fn(steps)).iloc[:, 0]


def timed(call, repeats=1):
    """Median times of a call, and its last result."""
    taken = []
    for _ in range(repeats):
        clock, processors = time.perf_counter(), time.process_time()
        result = call()
        taken.append((time.perf_counter() - clock, time.process_time() - processors))
    return Timing(*(statistics.median(column) for column in zip(*taken, strict=True))), result


def difference(ours: pd.Series, theirs: pd.Series) -> float:
    """Largest relative difference; NaN, 0 and infinity must stand at the same places."""
    theirs = theirs.reindex(ours.index)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=0)
    known = np.isfinite(ours) & (theirs > 0)
    return float((ours[known] / theirs[known] - 1).abs().max())


def alternately(peer, ours, runs=RUNS, repeats=5) -> Compared:
    """The peer once for several of ours, so many times."""
    pairs = [(timed(peer), timed(ours, repeats)) for _ in range(runs)]
    medians = [
        Timing(
            *(
                statistics.median(column)
                for column in zip(*(side[0] for side in sides), strict=True)
            )
        )
        for sides in zip(*pairs, strict=True)
    ]
    return Compared(*medians, difference(pairs[-1][1][1], pairs[-1][0][1]))


def in_process(ground: Ground) -> dict[str, Compared]:
    """Each kind of question, on both sides."""
    demand, supply, other = ground.demand, ground.supply, ground.other
    steps, others = StepDecay.of(STEPS), StepDecay.of(OTHER_STEPS)
    found = {}
    for form, name in FORMS.items():
        cost = getattr(ground, name)
        found[f"tables, {form}"] = alternately(
            lambda name=name: peer_result(ground, supply, STEPS, name),
            lambda cost=cost: enhanced_two_step(demand, supply, cost, decay=steps),
        )
    times = TravelTimes.from_pairs(ground.coded)
    prepared = catchment(times, steps)
    found["further profession"] = alternately(
        lambda: peer_result(ground, other, STEPS), lambda: prepared.two_step(demand, other), 1
    )
    found["further decay"] = alternately(
        lambda: peer_result(ground, supply, OTHER_STEPS),
        lambda: enhanced_two_step(demand, supply, times, decay=others),
        1,
    )
    now = situation(demand, prepared, supply=supply)
    middle = supply.index[len(supply) // 2]
    opened = supply.copy()
    opened[middle] += 10_800.0
    opened.iloc[0] += 5_400.0
    openings = [Open(middle, 10_800.0), Open(supply.index[0], 5_400.0)]
    found["scenario"] = alternately(
        lambda: peer_result(ground, opened, STEPS), lambda: answer(now, openings), 1
    )
    moved = [MovePeople(15, middle, supply.index[1])]
    people = demand.copy()
    people[middle] -= 15
    people.iloc[1] += 15
    ours, result = timed(lambda: answer(now, moved), 5)
    whole, again = timed(lambda: prepared.two_step(people, supply), 5)
    found["people move"] = Compared(whole, ours, difference(result, again))
    return found


def answer(now, changes) -> pd.Series:
    """What a screen needs: the table by commune and the summary."""
    outcome = simulate(now, changes)
    outcome.summary()
    return outcome.table()["after"]


def run(code: str, folder: str, form: str) -> tuple[float, float, float]:
    """Seconds on the clock and on the processors, and peak gigabytes, of one process.

    The process tells its own peak: the one that the system gives counts its parent's too.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code, folder, form],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a job failed with status {process.returncode}")
    return taken, usage.ru_utime + usage.ru_stime, int(told.split()[-1]) / 2**20


def whole_process(ground: Ground) -> dict[str, tuple[Compared, float, float]]:
    """Times and peak gigabytes of the peer and of ours, by form of the tables."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("demand", "supply"):
            getattr(ground, name).to_frame().to_parquet(f"{folder}/{name}.parquet")
        for form, name in FORMS.items():
            getattr(ground, name).to_parquet(f"{folder}/{name}.parquet")
            measures = [
                (run(PEER_JOB, folder, name), run(OUR_JOB, folder, name)) for _ in range(RUNS)
            ]
            peer, ours = (
                [statistics.median(column) for column in zip(*side, strict=True)]
                for side in zip(*measures, strict=True)
            )
            compared = Compared(Timing(*peer[:2]), Timing(*ours[:2]), 0.0)
            found[f"process, {form}"] = (compared, peer[2], ours[2])
    return found


def show(name: str, found: Compared, words: str) -> None:
    peer, ours = found.peer, found.ours
    print(
        f"  {name:20} {peer.clock:9.3f} {peer.processors:9.3f} {ours.clock * 1000:9.2f} "
        f"{ours.processors * 1000:9.2f} {found.ratio:7.1f}  {words}"
    )


def main() -> int:
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    print(f"{os.cpu_count()} processors, pandas {pd.__version__}, median of {RUNS} runs")
    growth, missed = [], []
    for places in sizes:
        ground = Ground(places)
        pairs = len(ground.cost)
        print(f"\n{places:,} places, {pairs:,} pairs ({pairs / places:.0f} each)")
        print(
            f"  {'':20} {'peer s':>9} {'CPU s':>9} {'ours ms':>9} {'CPU ms':>9} {'ratio':>7}  "
            "largest relative difference, or peak memory"
        )
        found = in_process(ground)
        beside = found.pop("people move")
        for name, compared in found.items():
            show(name, compared, f"{compared.difference:.0e}")
        print(
            f"  a scenario where people move: {beside.ours.clock * 1000:.1f} ms, "
            f"within {beside.difference:.0e} of our whole recomputation"
        )
        growth.append((places, pairs, [found[name].ours.processors for name in GROWING]))
        if places < max(sizes):
            continue
        slow = max(found["scenario"].ours.clock, beside.ours.clock) > SCENARIO_LIMIT
        missed += ["100 ms"] * slow
        for name, (compared, peer, ours) in whole_process(ground).items():
            found[name] = compared
            show(name, compared, f"{peer:.2f} GiB beside {ours:.2f}")
            missed += [f"memory of {name}"] * (ours >= peer)
        missed += [name for name, wanted in WANTED.items() if found[name].ratio < wanted]
    print(f"\nGrowth of ours, nanoseconds per pair: {', '.join(GROWING)}")
    for places, pairs, taken in growth:
        print(f"  {places:7,} " + " ".join(f"{seconds / pairs * 1e9:8.2f}" for seconds in taken))
    print(f"\nTargets at {max(sizes):,}: {'MISSED ' + ', '.join(missed) if missed else 'all kept'}")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        from access import Access, weights
    except ImportError:
        raise SystemExit(
            "PySAL access is not installed: pip install -r requirements-dev.txt"
        ) from None
    warnings.simplefilter("ignore")
    raise SystemExit(main())
