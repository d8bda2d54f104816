// Before the page is drawn: its language, its width, and the theme of the system where none was chosen.
document.documentElement.lang = "en";
document.querySelector("meta[name=viewport]")?.setAttribute("content", "width=device-width, initial-scale=1"); // may be zoomed
try {
  if (!localStorage.getItem(":solara:theme.variant")) localStorage.setItem(":solara:theme.variant", '"auto"');
} catch (error) { /* no storage: the light theme */ }
// What several components do: save a file, and copy a text.
window.cohesion = {
  download(url, name) {
    const link = Object.assign(document.createElement("a"), { href: url, download: name });
    document.body.appendChild(link);
    link.click();
    link.remove();
  },
  save(text, type, name) {
    const url = URL.createObjectURL(new Blob([text], { type: type + ";charset=utf-8" }));
    this.download(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  },
  // Gives what there is to say of it.
  async copy(text, what) {
    const done = what + " copied.";
    try {
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(text);
        return done;
      }
    } catch (error) { /* not allowed: by hand */ }
    // Where the clipboard is not allowed, as over plain http from another machine.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.appendChild(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied ? done : "Copying is not allowed here: " + text;
  },
};
