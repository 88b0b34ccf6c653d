"""What the C library is asked to do with memory: looked at in processes of their own, since it lasts as long as one does."""

import subprocess
import sys

HEAPS = """
from threading import Barrier, Thread
from voute.server.allocator import share_memory
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


def heaps(call: str) -> int:
    ran = subprocess.run([sys.executable, "-c", HEAPS.format(call=call)], check=True, capture_output=True, text=True)
    return int(ran.stdout)


def test_allocator_shares_two_heaps_among_all_threads() -> None:
    left_alone, shared = heaps(""), heaps("share_memory()")
    assert left_alone > shared
    assert shared <= 2
