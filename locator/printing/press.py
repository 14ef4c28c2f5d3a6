"""From an order to a Document: the one place where papers are made, for the command line, the web and a batch.

In: a Locator, an Order or a place, a language, the time.    Out: Documents.
Never knows: a terminal, HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from locator.locator import Locator
from locator.printing.both import Both
from locator.printing.documents import Document
from locator.printing.drawing import Draughtsman
from locator.printing.orders import Order
from locator.printing.places import poster, wall
from locator.printing.routes import booklet, card, overview
from locator.printing.sheets import Sheet
from locator.printing.trips import Trip, take_trip
from locator.vehicles import Vehicle

OF_ROUTES = ("route", "overview", "card")
OF_PLACES = ("poster", "wall")
PAPERS_OF = (*OF_ROUTES, *OF_PLACES)


class Press:
    """Makes papers of one region in one language. Keeps the drawn parts that many papers share."""

    def __init__(self, locator: Locator, lang: str | None) -> None:
        self.locator, self.both = locator, Both.of(lang)
        self.draughtsman = Draughtsman(locator, self.both)

    def trip(self, order: Order) -> Trip:
        return take_trip(self.locator, order.ask, order.want, order.how, self.both, live=order.sheet.live)

    def of_route(self, what: str, order: Order, now: datetime) -> Document:
        """A paper of OF_ROUTES. Raises what Locator.plan raises; BadInput too_large where it would have too many pages."""
        trip, made = self.trip(order), self._local(now)
        makers: dict[str, Callable[[], Document]] = {
            "route": lambda: booklet(trip, order.sheet, self.both, self.draughtsman, made),
            "overview": lambda: overview(trip, order.sheet, self.both, self.draughtsman, made),
            "card": lambda: card(trip, self.both, made),
        }
        return makers[what]()

    def poster(self, place: str, sheet: Sheet, vehicle: Vehicle, now: datetime) -> Document:
        return poster(self.locator, place, sheet, self.both, self.draughtsman, vehicle, self._local(now))

    def wall(self, sheet: Sheet, now: datetime) -> Document:
        return wall(self.locator, sheet, self.both, self.draughtsman, self._local(now))

    def _local(self, now: datetime) -> Any:
        return now.astimezone(self.locator.region.tz)
