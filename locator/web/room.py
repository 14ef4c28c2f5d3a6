"""What every view needs of this process: settings, the way to a Locator, the workers; and who is asking.

In: the running application, the running request.    Out: Room, the caller's language, the request's nonce.
Never knows: a question, an answer.
"""
from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app, g, request
from flask_babel import get_locale

from locator.locator import Locator
from locator.settings import Settings
from locator.web.working import Workers
from locator.words import Words, best_lang, words

OpenLocator = Callable[[Settings, str | None], Locator]
KEY = "locator"            # in Flask's app.extensions


@dataclass(frozen=True)
class Room:
    """One for each application."""

    settings: Settings
    open_locator: OpenLocator
    workers: Workers

    def locator(self, region: str | None) -> Locator:
        """The Locator of a region. Raises what opening one raises: unknown_region, bad_name, took_too_long."""
        return self.workers.run(lambda: self.open_locator(self.settings, region))


def room() -> Room:
    """The room of the running application."""
    return cast(Room, current_app.extensions[KEY])


def asked_lang() -> str:
    """The language asked for: `lang`, then Accept-Language, then the setting. Flask-Babel's locale selector."""
    said = [request.args.get("lang", ""), g.get("lang", "")]
    return best_lang([*said, *request.accept_languages.values(), room().settings.lang])


def asked_words() -> Words:
    """The words of the language Flask-Babel chose for this request."""
    return words(str(get_locale()))


def nonce() -> str:
    """What a script of this response must carry to be run."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return cast(str, g.nonce)
