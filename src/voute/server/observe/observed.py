"""Puts together who listens to a server: measurements, traces, both or nobody, as the settings say. Libraries load only then."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from voute.app.city import City
from voute.server.observe.overview import look
from voute.server.observe.signals import SILENT, Signals, Together
from voute.server.settings import SettingError, Settings

if TYPE_CHECKING:
    from voute.server.observe.traces import Traces


class Job(Protocol):
    """A thread of the server."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End, and wait for it."""
        ...


@dataclass(frozen=True, slots=True)
class Observed:
    """Who is told, and the threads that pass it on."""

    signals: Signals
    jobs: tuple[Job, ...] = ()


def traced(settings: Settings) -> "Traces | None":
    """Make what traces this process, if the settings name an address that traces go to.

    Raises:
        SettingError: they do, and the libraries for it are not installed.
    """
    if not settings.traces:
        return None
    try:
        from voute.server.observe.traces import Traces, exporter  # noqa: PLC0415 -- half a second to load
    except ImportError as error:
        raise SettingError(
            "the library for traces is missing: install the wheel with its part [traces]", setting="traces"
        ) from error

    return Traces(exporter(settings.traces), settings.trace_percent)


def observed(settings: Settings, city: City, traces: "Traces | None") -> Observed:
    """Make the listeners that the settings ask for, `traces` among them."""
    listeners: list[Signals] = []
    jobs: list[Job] = []
    address = settings.metrics_address
    if address is not None:
        # prometheus-client decides when it is loaded whether processes count together.
        from voute.server.observe.listener import MetricsListener  # noqa: PLC0415
        from voute.server.observe.metrics import PrometheusSignals, all_of  # noqa: PLC0415

        counting = PrometheusSignals()
        listeners.append(counting)
        jobs.append(MetricsListener(all_of(counting, lambda: look(city, settings)), address))
    if traces is not None:
        listeners.append(traces)
        jobs.append(traces)
    return Observed(Together(*listeners) if listeners else SILENT, tuple(jobs))
