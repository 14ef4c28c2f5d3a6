// Day or night, before anything is drawn: as the phone has it, or as the driver chose. Works on every page that runs it.
// A style sheet says what night is in @media (prefers-color-scheme: dark); a choice turns that condition into yes or no.
(function () {
  "use strict";
  const DARK = "(prefers-color-scheme: dark)", root = document.documentElement, system = matchMedia(DARK);
  const conditions = [];
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* a browser that keeps nothing */ }

  function gather() {
    for (const sheet of document.styleSheets)
      for (const rule of sheet.cssRules)
        if (rule.media && rule.media.mediaText === DARK) conditions.push(rule.media);
  }

  function apply() {
    const night = chosen ? chosen === "night" : system.matches;
    for (const media of conditions) media.mediaText = chosen ? (night ? "all" : "not all") : DARK;
    root.style.colorScheme = chosen ? (night ? "dark" : "light") : "";
    root.dataset.night = night ? "yes" : "no";
    document.querySelector("meta[name=theme-color]")?.setAttribute("content", night ? "#1c2326" : "#0b6e4f");
    document.dispatchEvent(new Event("theme"));
  }

  window.locatorTheme = {
    night: () => root.dataset.night === "yes",
    turn() {
      chosen = root.dataset.night === "yes" ? "day" : "night";
      if ((chosen === "night") === system.matches) chosen = null;           // back to what the phone has: follow it again
      try { chosen ? localStorage.setItem("theme", chosen) : localStorage.removeItem("theme"); } catch { /* not kept */ }
      apply();
    },
  };
  system.addEventListener?.("change", apply);
  gather();
  apply();
})();
