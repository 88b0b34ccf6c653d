"""What a browser is tried with, in the words of the page of browsers (docs/guide/browsers.md), and which browsers are tried."""

from typing import Final

JOURNEYS: Final = {
    "claim-passkey": "from the letter's link to the open vault, with a passkey",
    "claim-kit": "the same with a recovery kit, where no passkey can be had",
    "document": "the document drawn in its sandboxed frame",
    "download": "the document saved, byte for byte the one delivered",
    "evidence": "the proof shown, the receipt saved and believed by the command",
    "sign-in-passkey": "signing out, and in again with the passkey",
    "sign-in-kit": "signing out, and in again with the kit",
    "verifier-page": "the verifier page: a true document believed, an altered one refused",
    "verifier-file": "`verifier.html` from a disk, without a connection",
    "push": "notices turned on for this device, a message of the city shown by the page's worker",
    "policy": "the page's policy enforced",
    "axe": "axe-core on real pages, light and dark, finds nothing",
    "screen reader": "by keyboard alone, from the letter to the kit: the focus is never lost, each thing is said once",
}

FLOORS: Final = {"Chromium": 150, "Firefox ESR": 140}
"""The oldest version that the tests pass for: they fail on an older one."""
