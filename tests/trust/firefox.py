"""firefox.py PROFILE URL: what Firefox makes of a page, through its remote control (Marionette).

Prints "title: …" of a page that it shows, or "refused: …" with the reason. PROFILE is made ready when
it is not there; certificates in its NSS database count.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

profile, url = sys.argv[1:]
os.makedirs(profile, exist_ok=True)
with open(os.path.join(profile, "user.js"), "w") as settings:
    settings.write('user_pref("marionette.port", 0);\n')
    settings.write('user_pref("browser.shell.checkDefaultBrowser", false);\n')
    settings.write('user_pref("datareporting.policy.dataSubmissionEnabled", false);\n')
    settings.write('user_pref("network.proxy.type", 0);\n')
active = os.path.join(profile, "MarionetteActivePort")
if os.path.exists(active):
    os.remove(active)
firefox = subprocess.Popen(
    ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", profile],
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    start_new_session=True,
)


def connected():
    until = time.monotonic() + 90
    while True:
        try:
            with open(active) as port:
                return socket.create_connection(("127.0.0.1", int(port.read())), timeout=90)
        except (OSError, ValueError):
            if time.monotonic() > until or firefox.poll() is not None:
                sys.exit("Firefox does not answer")
            time.sleep(0.05)


try:
    control = connected().makefile("rwb")

    def answer():
        length = b""
        while not length.endswith(b":"):
            length += control.read(1)
        return json.loads(control.read(int(length[:-1])))

    def ask(number, name, **parameters):
        message = json.dumps([0, number, name, parameters]).encode()
        control.write(b"%d:%s" % (len(message), message))
        control.flush()
        _, _, error, value = answer()
        return error, value

    answer()
    error, _ = ask(1, "WebDriver:NewSession", acceptInsecureCerts=False)
    if error:
        sys.exit(f"no session: {error}")
    error, _ = ask(2, "WebDriver:Navigate", url=url)
    if error:
        print("refused:", error["error"], error["message"])
    else:
        print("title:", ask(3, "WebDriver:GetTitle")[1]["value"])
    ask(4, "Marionette:Quit", flags=["eForceQuit"])
finally:
    try:
        firefox.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(firefox.pid, signal.SIGKILL)
        firefox.wait()
