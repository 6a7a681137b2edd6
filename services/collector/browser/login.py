"""A person logs in: the platform's own page is shown, by window or by its QR code; nothing is solved by machine."""

import base64
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from playwright import sync_api as pw

from services.collector.browser.browser_pid import browser_pid
from services.collector.browser.chromium import BrowserSettings
from services.collector.browser.kill_switch import KillSwitch
from services.collector.browser.own_session import own_session
from services.collector.browser.qr import Luminance
from services.collector.browser.starting import context_of, launched
from services.collector.logins.base import Login, Step
from shared.errors import TransientError
from shared.session_life import Proof

LOOK_EVERY_MS = 300
PROOF_EVERY_SECONDS = 3.0
"""After the page said that it is done."""
PROOF_ANYWAY_SECONDS = 30.0
"""Where it says nothing that we understand, such as after a password typed into the window."""
PROOF_WAIT_SECONDS = 60.0
NO_CODE_SECONDS = 20.0
"""Without a code to show, until a person who sees no window is told so."""
ECHO_SECONDS = 10.0
"""In which answers may still ask for a code that was just typed in."""
PAGE_MS = 30_000
HAND_MS = 5_000
GRACE_SECONDS = 10.0
"""After the end of the time, until the browser of a page that answers no more is ended."""
_MOST_ANSWERS = 50
_ASKED_BY_SCRIPT = ("xhr", "fetch", "script")
_LUMINANCE = """
async source => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const canvas = new OffscreenCanvas(width, height), ink = canvas.getContext("2d");
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, width, height);
  ink.drawImage(image, 0, 0);
  const data = ink.getImageData(0, 0, width, height).data, pixels = [];
  for (let i = 0; i < data.length; i += 4)
    pixels.push(Math.round(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]));
  return [width, height, pixels];
}
"""


class Person(Protocol):
    """Who logs in."""

    def told(self, step: Step) -> None:
        """Once for each change."""

    def shown(self, png: bytes, picture: Luminance | None) -> None:
        """A QR code, new or renewed; null: its pixels could not be had."""

    def code(self, seconds: float) -> str | None:
        """The code that the platform sent to a phone; null: none was given in time."""


class LoggedIn(NamedTuple):
    """Secrets, both of them."""

    state: dict[str, Any]
    address: str


class NotLoggedInError(Exception):
    """`step`: how far it came; `is_late`: no time was left."""

    def __init__(self, step: Step, is_late: bool = False) -> None:
        super().__init__(step.words)
        self.step = step
        self.is_late = is_late


def log_in(
    settings: BrowserSettings,
    login: Login,
    person: Person,
    *,
    seconds: float,
    window: bool,
    reach: tuple[str, ...] = (),
) -> LoggedIn:
    """Until the server says that we are in. `reach`: the hosts that the page may reach; none is any.

    Raises NotLoggedInError, soon after `seconds` even where the page answers no more; TransientError when browser or
    page do not open. Whatever happens, Ctrl-C too, ends with browser and driver ended.
    """
    kill_switch = KillSwitch()
    try:
        with _context(settings, window, reach, kill_switch) as context, kill_switch.armed(seconds + GRACE_SECONDS):
            return _Visit(context, login, person, seconds, window).run()
    except pw.Error as error:
        if kill_switch.has_fired:
            raise NotLoggedInError(Step.WAITING, is_late=True) from error
        raise TransientError(f"登录页面打不开或已关闭（{error.message.splitlines()[0]}），请重新运行本命令") from error


class _Visit:
    """One login page, from its opening to its end."""

    def __init__(self, context: pw.BrowserContext, login: Login, person: Person, seconds: float, window: bool) -> None:
        self._context, self._login, self._person, self._window = context, login, person, window
        self._ends_at = time.monotonic() + seconds
        self._steps: deque[Step] = deque(maxlen=_MOST_ANSWERS)
        self._beside = context.new_page()
        self._page = context.new_page()
        self._page.on("requestfinished", self._on_answer)
        self._page.on("dialog", _dismiss)
        self._step = Step.WAITING
        self._picture = b""
        self._shown_at = time.monotonic()
        self._is_lack_told = False
        self._login_at: tuple[str, ...] = ()
        self._at: tuple[str, ...] = ()
        self._shown: Step | None = None
        self._confirmed_at: float | None = None
        self._asked_at = time.monotonic()
        self._typed_at = -ECHO_SECONDS

    def run(self) -> LoggedIn:
        self._open()
        self._person.told(self._step)
        while time.monotonic() < self._ends_at:
            self._page.wait_for_timeout(LOOK_EVERY_MS)
            for step in self._heard():
                self._take(step)
            if self._is_proof_due() and self._is_in():
                return LoggedIn(dict(self._context.storage_state()), self._page.url)
            if not self._window:
                self._help()
        raise NotLoggedInError(self._step, is_late=True)

    def _open(self) -> None:
        self._page.goto(self._login.page, timeout=PAGE_MS, wait_until="domcontentloaded")
        self._login_at = self._at = urlsplit(self._page.url)[1:3]
        self._shown_at = time.monotonic()
        self._steps.clear()

    def _on_answer(self, request: pw.Request) -> None:
        """At once: when its page goes on, as after the last of them, the browser forgets the answer."""
        if request.resource_type not in _ASKED_BY_SCRIPT or not self._login.may_open(request.url):
            return
        with suppress(pw.Error):
            response = request.response()
            if response and (step := self._login.step(response.url, response.body())):
                self._steps.append(step)

    def _heard(self) -> Iterator[Step]:
        while self._steps:
            yield self._steps.popleft()
        at = urlsplit(self._page.url)[1:3]
        if at not in (self._at, self._login_at) and self._login.may_open(self._page.url):
            yield Step.CONFIRMED  # the page has left its login, whatever it answered last
        self._at = at
        with suppress(pw.Error):
            shown = self._login.step_shown(self._page.title() + self._page.inner_text("body", timeout=1000))
            if shown and shown is not self._shown:
                yield shown
            self._shown = shown

    def _take(self, step: Step) -> None:
        is_late = self._confirmed_at and step in {Step.WAITING, Step.EXPIRED}
        is_echo = step is Step.CODE and time.monotonic() - self._typed_at < ECHO_SECONDS
        if step is self._step or is_late or is_echo:
            return
        self._step = step
        self._person.told(step)
        if step in {Step.REFUSED, Step.FAILED} or (step is Step.SLIDER and not self._window):
            raise NotLoggedInError(step)
        if step is Step.CONFIRMED:
            self._confirmed_at = time.monotonic()
        if step is Step.EXPIRED and not self._window:
            self._renew()

    def _renew(self) -> None:
        """Loaded anew the page has a new code, whatever button it shows."""
        self._open()
        self._picture = b""
        self._take(Step.WAITING)

    def _is_proof_due(self) -> bool:
        now = time.monotonic()
        if self._confirmed_at and now - self._confirmed_at > PROOF_WAIT_SECONDS:
            raise NotLoggedInError(Step.FAILED)
        every = PROOF_EVERY_SECONDS if self._confirmed_at else PROOF_ANYWAY_SECONDS
        is_due = now - self._asked_at >= every
        if is_due:
            self._asked_at = now
        return is_due

    def _is_in(self) -> bool:
        """Asked of the server, beside the page, which goes on."""
        address = self._login.proof_address(self._page.url)
        if address is None:
            return False
        with suppress(pw.Error):
            answer = self._beside.goto(address, timeout=PAGE_MS, wait_until="commit")
            return answer is not None and self._login.proof(answer.body()) is Proof.IN
        return False

    def _help(self) -> None:
        """What a person without a window needs: the code's picture, and a hand to type with."""
        if self._step is Step.WAITING:
            self._show_picture()
            self._say_that_no_code_is_shown()
        elif self._step is Step.CODE:
            self._type_code()

    def _show_picture(self) -> None:
        with suppress(pw.Error):
            if picture := self._visible(self._login.qr):
                png = picture.screenshot(timeout=HAND_MS)
                self._shown_at = time.monotonic()
                if png != self._picture:
                    self._picture = png
                    self._person.shown(png, self._pixels(png))
            elif opener := self._visible(self._login.openers):
                opener.click(timeout=HAND_MS)

    def _say_that_no_code_is_shown(self) -> None:
        """Once, as to wait is then no use."""
        if not self._is_lack_told and time.monotonic() - self._shown_at >= NO_CODE_SECONDS:
            self._is_lack_told = True
            self._person.told(Step.NO_CODE)

    def _pixels(self, png: bytes) -> Luminance | None:
        """On a page of our own: another's image must not be looked into, and need not."""
        source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        with suppress(pw.Error):
            width, height, pixels = self._beside.evaluate(_LUMINANCE, source)
            return Luminance(width, height, bytes(pixels))
        return None

    def _type_code(self) -> None:
        box = self._visible(self._login.code_box)
        if box is None:
            return
        code = self._person.code(max(self._ends_at - time.monotonic(), 0))
        if code is None:
            raise NotLoggedInError(Step.CODE, is_late=True)
        box.fill(code, timeout=HAND_MS)
        if button := self._visible(self._login.code_button):
            button.click(timeout=HAND_MS)
        else:
            box.press("Enter", timeout=HAND_MS)
        self._step, self._typed_at = Step.SCANNED, time.monotonic()

    def _visible(self, selectors: tuple[str, ...]) -> pw.Locator | None:
        found = (self._page.locator(selector).first for selector in selectors)
        return next((one for one in found if one.is_visible()), None)


def _dismiss(dialog: pw.Dialog) -> None:
    """A page that asks without end may be gone before it hears the answer."""
    with suppress(pw.Error):
        dialog.dismiss()


@contextmanager
def _context(
    settings: BrowserSettings, window: bool, reach: tuple[str, ...], kill_switch: KillSwitch
) -> Iterator[pw.BrowserContext]:
    with own_session():
        playwright = pw.sync_playwright().start()
    try:
        # A window is a person's, who may be led over other hosts by the platform's own login.
        chromium = launched(playwright, settings, () if window else reach, window=window)
        kill_switch.aim(browser_pid(chromium))
        yield context_of(chromium, settings)
    finally:
        with kill_switch.armed(GRACE_SECONDS):
            playwright.stop()
