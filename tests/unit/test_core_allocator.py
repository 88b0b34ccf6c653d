"""What the C library is asked to do with memory: measured in processes of their own, since it lasts as long as one does."""

import subprocess
import sys

FAULTS = """
import resource
from voute.core.allocator import keep_memory
{call}
def pack():
    return [bytes(100_000) for _ in range(160)]
pack(); pack()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    pack()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

HEAPS = """
from threading import Barrier, Thread
from voute.core.allocator import share_memory
{call}
barrier = Barrier(7)
def work():
    held = [bytes(100_000) for _ in range(50)]
    barrier.wait()
    barrier.wait()
    del held
threads = [Thread(target=work) for _ in range(6)]
for one in threads:
    one.start()
barrier.wait()
with open("/proc/self/maps") as maps:
    # A heap of a thread is mapped at a multiple of 64 MiB.
    starts = [int(line.split("-")[0], 16) for line in maps if line.split()[-1] == "0" and "rw-p" in line]
print(sum(start % (64 << 20) == 0 for start in starts))
barrier.wait()
"""


def _printed(source: str) -> int:
    return int(subprocess.run([sys.executable, "-c", source], check=True, capture_output=True, text=True).stdout)


def test_allocator_gives_the_next_pack_the_pages_of_the_last() -> None:
    left_alone, kept = _printed(FAULTS.format(call="")), _printed(FAULTS.format(call="keep_memory()"))
    assert left_alone > 1_000
    assert kept < left_alone / 10


def test_allocator_shares_two_heaps_among_all_threads() -> None:
    left_alone, shared = _printed(HEAPS.format(call="")), _printed(HEAPS.format(call="share_memory()"))
    assert left_alone > shared
    assert shared <= 2
