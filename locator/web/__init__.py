"""The web door: the API, its guide, and the page for drivers."""
from locator.web.app import create_app

__all__ = ["create_app"]
