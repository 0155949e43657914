"""The program, loaded once and forked at each line of its standard input, then killed.

A line holds the seconds before the kill (negative: none), a verb and its words, between tabs. The
answer is « tué » or « fini » and the exit code. Nothing is read in the parent, which thus has no
thread to lose at a fork.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from cpts_data.__main__ import main
from cpts_data.contracts import Address
from cpts_data.download import Area, Result, download


def act(verb: str, space: str, *words: str) -> int:
    """Add a file by the command line, or download one from an address."""
    if verb == "ajouter":
        return main(["ajouter", "--espace", space, "--millesime", "2023", *words])
    source, url = words
    address = Address(url, "donnees_communes.csv")
    (receipt,) = download(Path(space), [source], Area(), addresses={source: [address]})
    return 0 if receipt.result in (Result.ADDED, Result.UNCHANGED) else 1


def forked(seconds: float, words: list[str]) -> str:
    """Run in a child and kill it after so many seconds, unless it ends before."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            code = act(*words)
        finally:
            os._exit(code)
    if seconds >= 0:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return "tué" if os.WIFSIGNALED(status) else f"fini {os.waitstatus_to_exitcode(status)}"


def serve() -> None:
    """Answer each line."""
    for line in sys.stdin:
        seconds, *words = line.rstrip("\n").split("\t")
        print(forked(float(seconds), words), flush=True)


if __name__ == "__main__":
    serve()
