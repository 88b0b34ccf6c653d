"""Writes `docs/performance.md` and its pictures from `bench/results`: no figure on the page was typed by hand."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bench.bars import draw, draw_lines
from bench.growth import growth_figures, growth_pictures
from bench.peers import DOVECOT_MOST
from bench.report import RESULTS
from bench.serving import BY, THROUGH
from bench.tables import STORE_HEADS, VAULT_HEADS, log_rows, store_rows, vault_rows

PAGE: Final = RESULTS.parent.parent / "docs" / "performance.md"

_HEAD: Final = """\
# Performance

Written by `make bench` from `bench/results/*.json`; do not edit. Absolute figures say more about the machine than about the
product: compare within one table, whose rows were measured in turn in one run. `bench/` says how each is measured.
"""
_BOUND: Final = """\
The *machine's bound* is what its cores could do if they did nothing but the work that cannot be left out of a document: the
post-quantum wrap, the cipher, SHA-256 of the plaintext once and of the sealed body twice (client and server), the signature,
and handing the bytes to the kernel. Each was measured right before each run.
"""
_PEERS: Final = """\
The others stored the same files right after each run. restic and borg do less: one key of their own, no recipients, no server,
no log, no receipts. Dovecot with mail_crypt is the nearest real service, a key pair for each mailbox, held by its server; it gets
the first {most:,} of the files alone, for it takes some 5 ms for each. *Processor time* counts both our sides, client and server;
it feels a busy neighbour less than the clock does.
"""


_BUSY: Final = 2.5
"""Processes that wait for a core: a delivery keeps some two for each by itself."""
_TAKEN_WHILE_BUSY: Final = """\
**The machine was busy with other work when this was measured: figures by the clock say nothing about the product; those by
processor time are too high as well, since strangers' work empties the caches.**

"""


def write_page() -> Path:
    """Write the page and its pictures from the results that are there; returns the page's path."""
    deliveries = _read_all("delivery-*.json")
    parts = [_HEAD]
    parts += ["\n".join(_delivery(figures)) for figures in deliveries]
    if deliveries:
        parts.append("\n".join(_growth(growth_figures(deliveries))))
    for name, write in _SECTIONS:
        path = RESULTS / f"{name}.json"
        if path.exists():
            parts.append("\n".join(write(_read(path))))
    parts += ["\n".join(_backup(figures)) for figures in _read_all("backup-*.json")]
    PAGE.write_text("\n".join(parts), "utf-8")
    return PAGE


def _read_all(pattern: str) -> list[dict[str, Any]]:
    return sorted(map(_read, RESULTS.glob(pattern)), key=lambda one: int(one["documents"]))


def _read(path: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return figures


def _delivery(figures: Mapping[str, Any]) -> Iterator[str]:
    count, peers = figures["documents"], figures.get("peers", {})
    picture = RESULTS / f"delivery-{count}.svg"
    rows = [("the machine's bound", figures["bound_documents_per_s"], False), ("Voûte", figures["documents_per_s"], True)]
    rows += [(name, peer["documents_per_s"]["median"], False) for name, peer in peers.items()]
    picture.write_text(
        draw(f"Delivery of {count:,} documents of 100 KB, documents a second", rows, "documents a second"), "utf-8"
    )
    yield f"## Delivery of {count:,} documents\n"
    yield f"From files on disk to receipts on disk, client and server on the same cores; median of {figures['runs']}.\n"
    yield f"![Documents a second, in bars](../bench/results/{picture.name})\n"
    yield "| measure | figure | least – greatest |"
    yield "|---|---:|---|"
    yield _row("documents a second", figures["documents_per_s_spread"])
    yield _row("the machine's bound, documents a second", figures["bound_documents_per_s_spread"])
    ratios = figures["ratio_of_each_run"]
    yield f"| share of the bound, by the clock | {figures['ratio_to_bound']:.2f} | {min(ratios):.2f} – {max(ratios):.2f} |"
    yield _row("share of processor time that is the work of the bound", figures["necessary_share_of_cpu"], 2)
    yield _row("client's processor time a document (µs)", figures["client_cpu_us_per_document"])
    yield _row("server's processor time a document (µs)", figures["server_cpu_us_per_document"])
    yield f"| peak memory of the client (MB) | {figures['peak_together_client_mb']:,.0f} | all its processes, shared pages once |"
    yield f"| peak memory of the server (MB) | {figures['peak_together_server_mb']:,.0f} | |"
    flushes = figures["flushes"]
    if flushes is not None:
        yield f"| flushes, server + client | {flushes['server']} + {flushes['client']} | of {flushes['documents']:,} documents |"
    for name, peer in peers.items():
        yield _row(f"times as fast as {name}, by the clock", peer["we_are_times_as_fast"], 2)
        yield _row(f"our processor time to that of {name}", peer["our_cpu_to_its"], 2)
        label = "" if peer["documents"] == count else f" ({peer['documents']:,} of them)"
        yield _row(f"{name}, documents a second{label}", peer["documents_per_s"])
        if "listed" in peer:
            yield _row(f"{name}, list of {peer['listed']} for its reader, by IMAP (ms)", peer["list_ms"], 1)
    yield f"\n{_BOUND}"
    if peers:
        yield _PEERS.format(most=DOVECOT_MOST)
    yield _machine(figures, f"python -m bench --documents {count} --runs {figures['runs']}")


def _growth(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Growth\n"
    yield "The deliveries above beside one another; each stands with the commit that it was measured at.\n"
    (RESULTS / "growth.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
    for name, picture in growth_pictures(figures).items():
        (RESULTS / name).write_text(picture, "utf-8")
        yield f"![{name.removesuffix('.svg')}, in lines](../bench/results/{name})\n"
    yield "| documents | µs a document | client's processor time | server's | client, MB | server, MB | commit |"
    yield "|---:|---:|---:|---:|---:|---:|---|"
    for one in figures["points"]:
        keys = ("us_per_document", "client_cpu_us_per_document", "server_cpu_us_per_document", "client_mb", "server_mb")
        yield f"| {one['documents']:,} | {' | '.join(f'{one[key]:,.0f}' for key in keys)} | `{one['commit']}` |"
    grown = figures["last_to_before"]
    yield (
        f"\nThe largest to the one before: time a document × {grown['us_per_document']:.2f} (wanted: at most "
        f"{figures['wanted']:.2f}), memory of the client × {grown['client_mb']:.2f}, of the server × {grown['server_mb']:.2f}."
    )
    yield "\nAgain: `python -m bench --page` after deliveries; `python -m bench --full` measures all of them.\n"


def _sequencing(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Events into the log\n"
    yield f"{figures['events']:,} events of a committed delivery: numbered, kept in the ledger, published, shown.\n"
    yield "| measure | figure | least – greatest |"
    yield "|---|---:|---|"
    yield _row(f"events a second (wanted: {figures['events_per_s_wanted']:,})", figures["events_per_s"])
    yield _row("processor time an event (µs)", figures["cpu_us_per_event"])
    yield f"| events a second of one core | {figures['events_per_s_of_one_core']:,} | by processor time |"
    yield f"\n{_machine(figures, 'python -m bench --sequencing')}"


_WANTED: Final = {BY: " (wanted: 0.60)"}


def _serving(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Serving\n"
    yield f"`list`: {figures['documents']} documents of a signed-in holder; `no-op`: the same bytes of a route that does nothing,"
    yield "on the same server software; `body`: one document of 100 KB; `nginx`: the same range of a pack."
    if "behind_to_nginx" in figures:
        yield f"`{THROUGH}`: as deployed, but for TLS; `{BY}`: the city lets nginx read it (ADR 0049), both servers counted."
    yield f"{figures['workers']} workers, the load generator on the same cores, in turn, median of {figures['rounds']} rounds.\n"
    picture = RESULTS / "serving.svg"
    rates = [(name, rate["median"], name in {"list", "body"}) for name, rate in figures["per_second"].items()]
    picture.write_text(draw("What residents ask for, answers a second", rates, "a second"), "utf-8")
    yield f"![Answers a second, in bars](../bench/results/{picture.name})\n"
    yield "| what is asked for | a second | server's processor time (µs) |"
    yield "|---|---:|---:|"
    for name, rate in figures["per_second"].items():
        yield f"| {name} | {rate['median']:,.0f} | {figures['server_cpu_us'][name]['median']:,.0f} |"
    yield f"| list, processor time to that of the no-op route | | {figures['list_cpu_to_no_op']['median']:.1f} |"
    yield f"| list, share of the no-op route (wanted: 0.50) | {figures['list_to_no_op']['median']:.2f} | |"
    if "body_to_nginx" in figures:
        yield f"| body, share of nginx (wanted: 0.25) | {figures['body_to_nginx']['median']:.2f} | |"
    for name, share in figures.get("behind_to_nginx", {}).items():
        yield f"| {name}, share of nginx{_WANTED.get(name, '')} | {share['median']:.2f} | |"
    yield f"| list, 99 of 100 at half load, ms (wanted: 50) | {figures['list_p99_ms_at_half_load']:,.0f} | |"
    yield f"\n{_machine(figures, 'python -m bench --serving')}"


def _stores(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Serving from PostgreSQL and S3\n"
    yield "The same list and body, from cities on other stores, served at the same time and asked in turn. Processor time that an"
    yield "answer took of our processes, and of the database's; S3 is Ceph's gateway, whose own time is not counted. *Long way*:"
    yield f"the same through the framework (ADR 0048). {figures['workers']} workers each, median of {figures['rounds']} rounds.\n"
    yield f"| {' | '.join(STORE_HEADS)} |"
    yield "|---|---|" + "---:|" * (len(STORE_HEADS) - 2)
    yield from (f"| {' | '.join(row)} |" for row in store_rows(figures))
    yield f"\n{_machine(figures, 'python -m bench --stores')}"


def _log(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"## A log of {figures['leaves']:,} leaves\n"
    yield "Generated leaves, tiles on disk; from there on the city's own sequencer, ledger, proofs and witness. A proof is made"
    yield "from the tiles anew, as for a receipt, of a leaf drawn at random.\n"
    yield "| measure | figure | least – greatest |"
    yield "|---|---:|---|"
    yield from (f"| {' | '.join(row)} |" for row in log_rows(figures))
    command = f"python -m bench --log {figures['leaves']}"
    yield f"\n{_machine(figures, command)}"


def _vault(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Full vaults\n"
    yield "`list`: all parts of the list from the city. A visit: in Chromium, from the tap that signs in with a recovery kit to"
    yield "the count of documents on the screen; the first one opens every document's key, later ones (median of"
    yield f"{figures['visits']}) read the vault's index where there is one. Each in a browser that knows nothing.\n"
    vaults = figures["vaults"]
    if figures["in_browser"]:
        picture = RESULTS / "vault.svg"
        lines = {
            name: [(one["documents"], one[visit]["list_shown_ms"]["median"]) for one in vaults]
            for name, visit in (("first visit", "first_visit"), ("later visit", "later_visit"))
        }
        picture.write_text(draw_lines("From sign-in to the list, by documents", lines, "ms"), "utf-8")
        yield f"![Milliseconds to the list, in lines](../bench/results/{picture.name})\n"
    yield f"| {' | '.join(VAULT_HEADS)} |"
    yield "|" + "---:|" * len(VAULT_HEADS)
    yield from (f"| {' | '.join(row)} |" for row in vault_rows(figures))
    yield f"\n{_machine(figures, 'python -m bench --vault')}"


def _letters(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "## Print files\n"
    yield "| measure | figure |"
    yield "|---|---:|"
    wanted, of_all = figures["letters_a_minute_wanted"], figures["letters_a_minute_of_all_cores"]
    yield f"| letters a minute of all cores, by processor time (wanted: {wanted:,}) | {of_all:,} |"
    yield f"| letters a minute, by the clock | {figures['letters_a_minute']:,} |"
    yield f"| processor time a letter (ms) | {figures['cpu_ms_per_letter']:.1f} |"
    command = f"python -m bench --letters {figures['letters']}"
    yield f"\n{_machine(figures, command)}"


def _backup(figures: Mapping[str, Any]) -> Iterator[str]:
    sizes = "mixed sizes, on average " if figures["mixed_sizes"] else ""
    command = f"python -m bench --backup {figures['documents']}"
    command += "" if figures["mixed_sizes"] else f" --size {figures['document_bytes']}"
    yield f"## Backup and restore, {figures['documents']:,} documents\n"
    sizes += f"{figures['document_bytes'] // 1_000} KB"
    yield f"A served city of {figures['documents']:,} documents ({sizes}): all of it,"
    yield f"then what a delivery of {figures['more']:,} brought,"
    yield "then all of it back onto empty stores (`voute backup save`, `voute restore --settings`); one run, commands whole."
    yield "*Megabytes*: sealed, what was added to the folder of backups, and for a restore all of it.\n"
    yield "| stores, step | seconds | documents a second | megabytes | processor time a document (µs) |"
    yield "|---|---:|---:|---:|---:|"
    for stores, steps in figures["stores"].items():
        for step, one in steps.items():
            figured = (one["documents_per_s"], one["megabytes"], one["cpu_us_per_document"])
            yield f"| {stores}, {step} | {one['seconds']:,.1f} | " + " | ".join(f"{value:,.0f}" for value in figured) + " |"
    yield f"\n{_machine(figures, command)}"


_SECTIONS: Final = (
    ("sequencing", _sequencing),
    ("log", _log),
    ("serving", _serving),
    ("stores", _stores),
    ("vault", _vault),
    ("letters", _letters),
)


def _row(label: str, values: Mapping[str, float], digits: int = 0) -> str:
    median, least, greatest = (f"{values[key]:,.{digits}f}" for key in ("median", "min", "max"))
    return f"| {label} | {median} | {least} – {greatest} |"


def _machine(figures: Mapping[str, Any], command: str) -> str:
    one = figures["machine"]
    loads = one["load_1_5_15_minutes"]
    load = ", ".join(f"{value:.1f}" for value in loads)
    busy = "" if loads[0] <= _BUSY * one["cores"] else _TAKEN_WHILE_BUSY
    return (
        f"{busy}Again: `{command}`. Measured on {one['processor']}, {one['cores']} cores, {one['memory_mb']:,} MB, "
        f"{one['system']}, Python {one['python']}, commit `{one['commit']}`; load over 1, 5 and 15 minutes: {load}.\n"
    )
