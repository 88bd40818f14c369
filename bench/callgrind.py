"""Instruction counts by callgrind, SHA-256 left out.

Processors hash in hardware; the one callgrind plays has no such instructions, and the same hash in software would
drown everything else. Hashing is watched by the timed figures.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

_LEFT_OUT = "sha256::compress256"


def instructions(command: Sequence[str]) -> int:
    """Instructions that a command takes; RuntimeError when callgrind or the command fails."""
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        full = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *command]
        done = subprocess.run(full, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stderr)
            message = f"callgrind could not count {' '.join(command)}"
            raise RuntimeError(message)
        with profile.open(encoding="utf-8") as lines:
            return counted(lines)


def counted(lines: Iterable[str]) -> int:
    """Sum the self cost of every function in a callgrind profile but those left out."""
    names: dict[str, str] = {}
    total, function, of_a_call = 0, "", False
    for line in lines:
        if line.startswith("fn="):
            found = re.match(r"fn=\((\d+)\)(?: (.*))?", line)
            if found:
                function = names.setdefault(found[1], found[2] or "")
        elif line.startswith("cfn="):
            found = re.match(r"cfn=\((\d+)\) (.*)", line)
            if found:
                names.setdefault(found[1], found[2])
        elif line.startswith("calls="):
            of_a_call = True
        elif line[0].isdigit() or line[0] in "+-*":
            # The line after calls= repeats what the callee's own lines say.
            if not of_a_call and _LEFT_OUT not in function:
                total += int(line.split()[1])
            of_a_call = False
    return total
