"""Every reader meets spoiled files: a table or a refusal in French, nothing else.

The same files on every run, a few of each seed. The long run: ``python -m tests.fuzzing``.
"""

import signal
import time
from collections import Counter
from contextlib import contextmanager
from random import Random

import pytest

from cpts_data.sources import MODULES
from tests.fuzzing.mutations import spoiled
from tests.fuzzing.seeds import seeds
from tests.fuzzing.verdicts import READ, verdict

EACH, SECONDS, BUDGET = 6, 10, 25


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return seeds(tmp_path_factory.mktemp("seeds"))


@contextmanager
def at_most(seconds):
    """Interrupt what hangs."""

    def ring(*_):
        raise TimeoutError(f"more than {seconds} s")

    former = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def test_every_source_has_a_seed_that_is_read_whole(found, tmp_path):
    assert {source for source, _ in found.values()} == set(MODULES)
    for name, (_, path) in found.items():
        assert verdict(path, tmp_path / "pruned") == (READ, ""), name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer")
def test_a_spoiled_file_is_read_or_refused_in_french(found, tmp_path):
    endings, start = Counter(), time.monotonic()
    for number in range(EACH):
        for name, (_, path) in found.items():
            content = spoiled(Random(f"{name}#{number}"), path.read_bytes(), path.suffix)
            target = tmp_path / f"{number}-{path.name}"
            target.write_bytes(content)
            with at_most(SECONDS):
                ending, fault = verdict(target, tmp_path / "pruned")
            endings[ending] += 1
            assert not fault, f"{name} n° {number} ({target})\n{fault}"
            target.unlink()
        if time.monotonic() - start > BUDGET:
            break  # a slow machine sees fewer rounds, never none
    assert len(endings) == 3, endings
