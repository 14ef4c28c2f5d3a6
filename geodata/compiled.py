"""numba's compiler as roads and engines use it: kept between runs where the disk allows.

In: a function of numbers and arrays; arrays.    Out: the same, compiled on first use; read-only views, so that arrays from a file
and arrays made in memory are one type and are compiled once.
Never knows: what is computed.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


def compiled(work: Callable[..., Any]) -> Callable[..., Any]:
    """Kept until the function's own file changes; compiled functions therefore call none of another file."""
    try:
        made = njit(cache=True, nogil=True, error_model="numpy")(work)
    except RuntimeError:                                  # nowhere to keep it: compiled anew in each process
        made = njit(nogil=True, error_model="numpy")(work)
    return made


def frozen(values: NDArray[Any]) -> NDArray[Any]:
    """The same memory as a contiguous array that nobody may write to."""
    view = np.ascontiguousarray(values).view(np.ndarray)
    view = view[:]
    view.flags.writeable = False
    return view
