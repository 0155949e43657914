"""Time, size, pages and memory of the PDF documents of every CPTS of a space.

Run from the project's root: ``python -m benchmarks.documents [folder of a space]`` (default: the
demonstration; README tells how to make that of Provence-Alpes-Côte d'Azur). The space is opened
and its figures are read once, as the pages do; then each CPTS leaves with its four documents.
Exits with 1 when the median portrait takes more than 2 s, the median diagnosis more than 6 s, when
a document has not the pages it should, or when memory grows by more than 60 MB after the tenth
portrait. Limits are those of processor time: it is never less than the time that one waits on an
idle machine, and another program does not change it.
"""

import io
import statistics
import sys
import time
from pathlib import Path

import pypdf

from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.content import document
from cpts_data.documents.material import Material
from cpts_data.documents.model import Model
from cpts_data.documents.pdf import pdf
from cpts_data.territories import Level

DEMONSTRATION = Path(__file__).parents[1] / "data" / "demonstration"
PAGES = {
    Model.PORTRAIT: range(2, 3),
    Model.DIAGNOSIS: range(20, 41),
    Model.DIALOGUE: range(1, 2),
    Model.LETTER: range(4, 5),
}
LIMITS = {Model.PORTRAIT: 2.0, Model.DIAGNOSIS: 6.0}
GROWTH_LIMIT, WARM = 60.0, 10


def resident() -> float:
    """Megabytes that this process holds now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMONSTRATION
    start = time.perf_counter()
    material = Material(Diagnostic.open(folder))
    listed = material.diagnostic.territories(Level.CPTS).table.index
    own = [material.diagnostic.territory(Level.CPTS, one) for one in listed]
    material.own(own[0])
    document(material, own[0], Model.PORTRAIT)
    print(f"ready in {time.perf_counter() - start:.1f} s: {len(own)} CPTS of {folder.name}")
    faults, memory = [], []
    for model in Model:
        waited, taken, sizes, counts = [], [], [], []
        for territory in own:
            start, before = time.perf_counter(), time.process_time()
            made = pdf(document(material, territory, model))
            taken.append(time.process_time() - before)
            waited.append(time.perf_counter() - start)
            sizes.append(len(made) / 1024)
            counts.append(len(pypdf.PdfReader(io.BytesIO(made)).pages))
            if counts[-1] not in PAGES[model]:
                faults.append(f"{territory.id} {model.value}: {counts[-1]} pages")
            if model is Model.PORTRAIT:
                memory.append(resident())
        middle = statistics.median(taken)
        print(
            f"{model.value:12} median {middle:5.2f} s of processor, slowest {max(taken):5.2f} s "
            f"(waited {statistics.median(waited):5.2f} s); "
            f"{statistics.median(sizes):6.0f} kB, largest {max(sizes):6.0f} kB; "
            f"{min(counts)} to {max(counts)} pages",
            flush=True,
        )
        if middle > LIMITS.get(model, float("inf")):
            faults.append(f"{model.value}: {middle:.2f} s")
    growth = memory[-1] - memory[min(WARM, len(memory) - 1)]
    print(f"memory {memory[-1]:.0f} MB, {growth:+.0f} MB after portrait {WARM}")
    if growth > GROWTH_LIMIT:
        faults.append(f"memory grew by {growth:.0f} MB")
    for fault in faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
