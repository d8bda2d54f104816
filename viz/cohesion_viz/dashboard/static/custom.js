// Before the page is drawn: its language, and the theme of the system where none was chosen.
document.documentElement.lang = "en";
try {
  if (!localStorage.getItem(":solara:theme.variant")) localStorage.setItem(":solara:theme.variant", '"auto"');
} catch (error) { /* no storage: the light theme */ }
