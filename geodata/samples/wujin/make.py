"""`python -m geodata.samples.wujin.make OUT`: write the embedded default into the folder OUT.

In: the name of a folder.    Out: its files, listed.
Never knows: anything but write_sample.
"""
from __future__ import annotations

import sys
from pathlib import Path

from geodata.samples.wujin.sample import write_sample

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made = write_sample(Path(sys.argv[1]))
    print(made.osm, *(file for _, file in made.layers.values()), sep="\n")
