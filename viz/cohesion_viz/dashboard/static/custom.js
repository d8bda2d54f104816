// Before the page is drawn: its language, its width, and the theme of the system where none was chosen.
document.documentElement.lang = "en";
document.querySelector("meta[name=viewport]")?.setAttribute("content", "width=device-width, initial-scale=1"); // may be zoomed
try {
  if (!localStorage.getItem(":solara:theme.variant")) localStorage.setItem(":solara:theme.variant", '"auto"');
} catch (error) { /* no storage: the light theme */ }
