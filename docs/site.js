// What the theme leaves out for readers who use a keyboard or a screen reader: the search has a name, and tables that
// are wider than the page can be scrolled to.
addEventListener("load", () => {
  document.querySelector(".md-search").setAttribute("aria-label", "Search");
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wide.tabIndex = 0;
    wide.setAttribute("role", "region");
    wide.setAttribute("aria-label", "Table");
  }
});
