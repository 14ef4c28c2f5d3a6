"""Pictures: looks, basemaps, map pages. Draws what it is given and never imports `locator`."""
