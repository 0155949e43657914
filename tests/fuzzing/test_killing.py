"""SIGKILL at random instants: what was there stays there, whole. The long run: tests.fuzzing."""

import os
from random import Random

import pytest

from tests.fuzzing.killing import driver, kill_additions, kill_downloads

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(scope="module")
def loaded():
    with pytest.MonkeyPatch.context() as patch:
        for name in (*PROXIES, *map(str.lower, PROXIES)):
            patch.delenv(name, raising=False)
        with driver() as started:
            yield started


def test_killed_while_replacing_good_data(loaded, tmp_path):
    assert kill_additions(loaded, tmp_path, 12, Random(20260102)) > 0


def test_killed_while_downloading_over_good_data(loaded, tmp_path):
    assert kill_downloads(loaded, tmp_path, 8, Random(20260103)) > 0
