"""Spoiled files judged in a process of bounded memory, killed when it does not answer."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzzing.verdicts import verdict

ADDRESS_SPACE = 6 << 30
RESIDENT = 1_500_000
SECONDS = 10
PATIENCE = 90
CONTEXT = multiprocessing.get_context("spawn")


def work(link: Connection, folder: Path) -> None:
    """Judge the files of which the parent sends the paths, in bounded memory."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    warnings.simplefilter("ignore")
    os.environ["RUST_BACKTRACE"] = "0"
    while path := link.recv():
        link.send((*verdict(Path(path), folder / "pruned.csv"), _peak()))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Worker:
    """A process that judges one file at a time, replaced when it dies or does not answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._start()

    def _start(self) -> None:
        self.link, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=work, args=(theirs, self.folder), daemon=True)
        self.process.start()
        theirs.close()
        self.peak = 0

    def judge(self, path: Path) -> tuple[str, str]:
        """The verdict on a file, and the fault of ours."""
        start, used = time.monotonic(), self._processor_time()
        self.link.send(str(path))
        while not self.link.poll(0.5):
            late = time.monotonic() - start > PATIENCE
            if not self.process.is_alive():
                return self._replaced("mort", f"code de sortie {self.process.exitcode}")
            if late or self._processor_time() - used > SECONDS:
                self.process.kill()
                return self._replaced("blocage", f"plus de {SECONDS} s de travail")
        try:
            ending, fault, peak = self.link.recv()
        except EOFError:
            return self._replaced("mort", f"code de sortie {self.process.exitcode}")
        if peak > RESIDENT and peak > self.peak + 200_000:
            fault = fault or f"{peak >> 10} Mio de mémoire"
            return self._replaced(ending, fault)
        self.peak = max(peak, self.peak)
        return ending, fault

    def _replaced(self, ending: str, fault: str) -> tuple[str, str]:
        self.stop()
        self._start()
        return ending, fault

    def _processor_time(self) -> float:
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
