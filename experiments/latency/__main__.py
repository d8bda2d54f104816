"""Time from a key press on a slider to the repaint of verdict, map, shares and fan, in a real Chromium.

python -m experiments.latency [--presses 40] [--seed 1000] [--json]

Each press is on a slider value that was never computed: the page is opened anew with the next seed, settles, and then
one key is pressed. Shocks, parameter sets and the start of the runs depend on the seed alone and are there by then. A
press counts until the last of the four has been painted from the first answer. The server's share is the time between
the message that leaves the browser and the last one that brings a part of it.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

CHARTS = ("map", "shares", "fan")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: Before the page's own scripts: when messages leave and arrive.
WATCH = """
window.sent = []; window.got = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...all) { super(...all); this.addEventListener("message", () => window.got.push(performance.now())); }
  send(data) { window.sent.push(performance.now()); super.send(data); }
};
"""
#: On the page: when a key went down, and when each part was first painted after it. A frame is painted after its
#: animation callbacks and before the next message, so a message sent from a callback arrives after the painting.
ARM = """
names => {
  const seen = {};
  window.times = { key: null, seen };
  const painted = (name) => {
    if (window.times.key !== null && !(name in seen)) {
      seen[name] = null;
      requestAnimationFrame(() => {
        const after = new MessageChannel();
        after.port1.onmessage = () => { seen[name] = performance.now(); };
        after.port2.postMessage(null);
      });
    }
  };
  const press = (event) => { window.times.key = event.timeStamp; };
  document.addEventListener("keydown", press, { capture: true, once: true });
  new MutationObserver(() => painted("verdict")).observe(document.querySelector(".co-verdict"),
    { subtree: true, childList: true, characterData: true });
  for (const name of names) window.cohesionCharts[name].on("rendered", () => painted(name));
}
"""
DONE = "() => ['verdict', 'map', 'shares', 'fan'].every(name => window.times.seen[name])"


@contextmanager
def served():
    """Address of a server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cohesion", "dashboard", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(url + "healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)


def press(page, url, seed, key):
    """Milliseconds of one press: in all, by part, and the server's share."""
    page.goto(f"{url}?seed={seed}")
    page.wait_for_function(
        "names => document.querySelector('.co-line')?.getAttribute('aria-busy') === 'false'"
        " && names.every(name => window.cohesionCharts?.[name])",
        arg=list(CHARTS),
        timeout=60_000,
    )
    page.wait_for_timeout(700)  # the last drawing and the address
    page.evaluate(ARM, list(CHARTS))
    page.locator("#lever-us_commitment").focus()
    page.keyboard.press(key)
    page.wait_for_function(DONE, timeout=20_000)
    found = page.evaluate(
        "() => ({ ...window.times, sent: window.sent.filter(t => t >= window.times.key)[0], got: window.got })"
    )
    start, parts = found["key"], found["seen"]
    last = max(parts.values())
    arrived = max(t for t in found["got"] if t <= last)
    return {
        "all": last - start,
        **{name: at - start for name, at in parts.items()},
        "server": arrived - found["sent"],
    }


def main():
    """Press so many times and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1000, help="the first of the seeds")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not chromium:
        sys.exit("Chromium is not installed: apt-get install chromium-headless-shell")
    with served() as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        press(page, url, options.seed, "ArrowLeft")  # the first loads the page's files
        keys = ("ArrowLeft", "ArrowRight")
        found = [press(page, url, options.seed + 1 + k, keys[k % 2]) for k in range(options.presses)]
        browser.close()
    table = {
        name: {
            "median": statistics.median(one[name] for one in found),
            "p95": statistics.quantiles([one[name] for one in found], n=20, method="inclusive")[-1],
        }
        for name in found[0]
    }
    if options.json:
        print(json.dumps(table))
        return
    print(f"{options.presses} presses, milliseconds from key press to repaint")
    for name, row in table.items():
        print(f"  {name:8} median {row['median']:6.0f}   95th percentile {row['p95']:6.0f}")


if __name__ == "__main__":
    main()
