"""Time and size of every document in every form, for one CPTS; and all portraits in one command.

Run from the project's root: ``python -m benchmarks.document_forms [folder of a space] [--tous]``
(default: the demonstration). Times are those of the processor, which another program does not
change; each document is made once to warm up, then measured. ``--tous`` then runs the command line
on every CPTS and prints its own summary. Exits with 1 when a form takes more than 6 s.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cpts_data.diagnostic import Diagnostic
from cpts_data.documents.deliverables import Deliverable, make
from cpts_data.documents.material import Material
from cpts_data.territories import Level

DEMONSTRATION = Path(__file__).parents[1] / "data" / "demonstration"
LIMIT = 6.0


def main() -> int:
    asked = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder = Path(asked[0]) if asked else DEMONSTRATION
    material = Material(Diagnostic.open(folder))
    sizes = material.diagnostic.membership_pairs(Level.CPTS).groupby("territory")["unit"].size()
    middle = str(sizes.sort_values().index[len(sizes) // 2])
    territory = material.diagnostic.territory(Level.CPTS, middle)
    print(f"{territory.name}: {sizes[middle]} communes")
    slow = []
    for deliverable in Deliverable:
        for form in deliverable.forms:
            make(material, territory, deliverable, form)
            start = time.process_time()
            content = make(material, territory, deliverable, form)
            taken = time.process_time() - start
            print(f"{deliverable.value:>11} {form:8} {taken:6.2f} s {len(content) / 1e3:8.0f} kB")
            if taken > LIMIT:
                slow.append(f"{deliverable.value} ({form})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    if "--tous" in sys.argv:
        with tempfile.TemporaryDirectory() as target:
            command = [sys.executable, "-m", "cpts_data", "document", "--tous", "--modele"]
            command += ["portrait", "--espace", str(folder), "--sortie", target]
            subprocess.run(command, check=True)
    if slow:
        print(f"over {LIMIT:.0f} s: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
