"""Real Chromium photographs pages of the stand-in: the bar is ours, whatever the page does."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops

from demo.internet import Internet
from demo.proxy import Proxy
from demo.web import Answer, Request
from demo.world import DemoAccount, DemoPost, World
from services.collector.browser import process as module
from services.collector.browser.chromium import BrowserSettings, find_browser
from services.collector.browser.process import Browser
from services.collector.capture import Plan
from services.collector.pictured import (
    MAX_PICTURE_HEIGHT,
    Caption,
    Opened,
    Picture,
    bar_lines,
    frame_html,
)
from shared.clock import utc_now
from tests.builders import NOW

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_browser() is None, reason="no Chromium here: install chromium or chromium-headless-shell"),
]

HOSTS = ("m.weibo.cn", "visitor.passport.weibo.cn", "passport.weibo.cn")
CAPTION = Caption(
    account="青禾发布", platform="新浪微博", account_id="1000001", unit="青禾市政府办公室", outcome="已核查"
)
BAR, RED, GREEN = (0x17, 0x32, 0x4D), (255, 0, 0), (0, 128, 0)
OVERLAY = (
    "<body style='margin:0'><div style='position:fixed;inset:-3000px;z-index:2147483647;background:#f00'></div>"
    "<p style='position:absolute;top:-120px'>巡检留证</p>"
)
PAGES = {
    "overlay": OVERLAY,
    "image": "<body style='margin:0'><img src='/x/red.png' style='width:400px;height:400px;display:block'>",
    "lazy": "<body style='margin:0'><div style='height:6000px'></div>"
    "<img loading=lazy src='/x/red.png' style='width:400px;height:400px;display:block'>",
    "comments": "<body style='margin:0;background:green'><script>for (const path of ['/x/comments/hotflow?id=1', '/x/list'])"
    " fetch(path).then(() => { document.body.style.background = path.includes('hotflow') ? 'red' : 'blue' })</script>",
    "list": "{}",
    "comments/hotflow": "{}",
    "long": "<body style='margin:0'><div style='height:40000px;background:#f00'></div>",
    "loop": "<h1>循环</h1><script>setTimeout(() => { for (;;) {} }, 10)</script>",
    "loop_at_once": "<h1>循环</h1><script>for (;;) {}</script>",
    "alerts": "<h1>弹窗</h1><script>for (;;) alert('你好')</script>",
    "never": "<h1>不停</h1><img src='/x/hang'>",
    "inside_by_script": "<script>location = 'http://169.254.169.254/latest/meta-data/'</script>",
    "inside_image": "<body style='margin:0;background:green'><img src='http://169.254.169.254/a.png'>",
    "popups": "<body style='margin:0;background:green'><script>for (let i = 0; i < 9; i++) open('/x/image')</script>",
    "download": "<body style='margin:0;background:green'><script>location = '/x/file'</script>",
    "giant": "<body style='margin:0'><canvas width=16000 height=16000></canvas><div style='height:3000000px'></div>"
    "<script>const c = document.querySelector('canvas').getContext('2d'); c.fillRect(0, 0, 16000, 16000)</script>",
}


class Pages(Internet):
    """The stand-in with hostile pages on a platform's host."""

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith("/x/"):
            return super().answer(request)
        name = request.path.removeprefix("/x/")
        self.seen[f"{request.host}{request.path}"] += 1
        if name == "red.png":
            return Answer(_png(RED), content_type="image/png")
        if name == "hang":
            return Answer(wait_seconds=600)
        if name == "file":
            return Answer(b"MZ", content_type="application/octet-stream")
        if name == "moved":
            return Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})
        return Answer(f"<!DOCTYPE html><meta charset=utf-8>{PAGES[name]}".encode())


@pytest.fixture(scope="module")
def net() -> Internet:
    now = utc_now()
    posts = tuple(DemoPost(at=now.replace(microsecond=number), text=f"第{number}条。") for number in range(3))
    return Pages(World([DemoAccount("weibo", "1000001", "青禾发布", "示例单位", posts)]))


@pytest.fixture(scope="module")
def settings(net: Internet) -> Iterator[BrowserSettings]:
    with Proxy(net) as proxy:
        yield BrowserSettings(proxy=proxy.url, proxy_spki=proxy.spki, timeout_seconds=60, settle_seconds=0.3)


@pytest.fixture(scope="module")
def browser(settings: BrowserSettings) -> Iterator[Browser]:
    browser = Browser(settings, utc_now)
    yield browser
    browser.close()


def picture_of(browser: Browser, path: str) -> Picture:
    return browser.picture("weibo", f"https://m.weibo.cn{path}", HOSTS, lambda _: CAPTION)


def impatient(patch: pytest.MonkeyPatch, browser: Browser, seconds: float = 12) -> None:
    patch.setattr(browser, "_settings", browser._settings.model_copy(update={"timeout_seconds": seconds}))


def seen(picture: Picture) -> Image.Image:
    assert picture.jpeg, picture.note
    return Image.open(io.BytesIO(picture.jpeg)).convert("RGB")


def is_like(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    """JPEG changes a colour a little."""
    pixel = image.getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 16 for one, other in zip(pixel, colour, strict=True))


def top_of_page(image: Image.Image) -> int:
    """The first row below the bar: there the frame's left edge is ours and the page is not."""
    return next(y for y in range(60, image.height) if not is_like(image, (image.width - 30, y), BAR))


def _png(colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(file, "PNG")
    return file.getvalue()


def test_the_picture_shows_the_page_below_a_bar_that_is_written(browser: Browser) -> None:
    picture = picture_of(browser, "/u/1000001")
    image = seen(picture)
    bar = image.crop((0, 0, image.width, top_of_page(image)))
    bright = sum(1 for value in bar.convert("L").tobytes() if value > 200)
    assert bright > 2000
    assert picture.opened
    assert picture.opened.url == "https://m.weibo.cn/u/1000001"
    assert picture.opened.document
    assert picture.opened.document.status == 200
    assert picture.note is None


def test_a_page_cannot_paint_over_the_bar_or_the_frame(browser: Browser) -> None:
    image = seen(picture_of(browser, "/x/overlay"))
    plain = seen(picture_of(browser, "/x/image"))
    top = top_of_page(image)
    assert abs(top - top_of_page(plain)) <= 1, "JPEG blends the two sides of the edge"
    # The line of the account is the same on both, but for what JPEG makes of its neighbours.
    bars = [one.crop((0, 64, one.width, 96)) for one in (image, plain)]
    assert max(ImageChops.difference(*bars).convert("L").tobytes()) < 24
    assert is_like(image, (image.width // 2, top + 20), RED)
    assert all(is_like(image, (x, image.height // 2), BAR) for x in (5, image.width - 5))
    assert is_like(image, (image.width // 2, image.height - 5), BAR)


def test_images_are_shown_also_those_that_load_when_scrolled_to(browser: Browser) -> None:
    image = seen(picture_of(browser, "/x/image"))
    assert is_like(image, (100, top_of_page(image) + 100), RED)
    image = seen(picture_of(browser, "/x/lazy"))
    assert is_like(image, (100, image.height - 200), RED)


def test_an_ordinary_look_after_a_picture_still_loads_no_images_and_is_as_warm_as_before(
    browser: Browser, net: Internet
) -> None:
    api = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1000001"
    plan = Plan(page="https://m.weibo.cn/u/1000001", keep=(r"/getIndex$",), fetch=(api, f"{api}&containerid=1076031"))
    browser.visit("weibo", plan, HOSTS, full=True)
    picture_of(browser, "/x/image")
    net.seen.clear()
    assert browser.visit("weibo", plan, HOSTS).light
    browser.visit("weibo", plan, HOSTS, full=True)
    assert not any("/static/" in place or place.endswith(".png") for place in net.seen)
    assert len(browser._tabs["weibo", ""].context.pages) == 1


def test_a_long_page_is_cut_and_the_bar_says_so(browser: Browser) -> None:
    picture = picture_of(browser, "/x/long")
    image = seen(picture)
    assert abs(image.height - (top_of_page(image) + MAX_PICTURE_HEIGHT + 20)) <= 1
    assert picture.note
    assert "全长约 40000 像素" in picture.note
    assert picture.thumbnail
    assert len(picture.thumbnail) <= 300_000


@pytest.mark.parametrize("page", ["loop", "loop_at_once", "alerts"])
def test_a_page_that_keeps_the_browser_busy_is_photographed_and_its_script_ended(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, page: str
) -> None:
    impatient(monkeypatch, browser)
    picture = picture_of(browser, f"/x/{page}")
    assert picture.jpeg
    assert picture.note
    assert "脚本" in picture.note


def test_a_page_that_never_ends_loading_is_photographed_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    impatient(monkeypatch, browser, 6)
    picture = picture_of(browser, "/x/never")
    assert picture.jpeg
    assert picture.note
    assert "没有加载完成" in picture.note


@pytest.mark.parametrize("page", ["moved", "inside_by_script"])
def test_a_page_that_leads_inside_is_not_photographed(browser: Browser, net: Internet, page: str) -> None:
    net.seen.clear()
    picture = picture_of(browser, f"/x/{page}")
    assert picture.jpeg is None
    assert picture.note == "页面跳转被拒绝：网址指向内网地址，未能拍照"
    assert not any("169.254" in place for place in net.seen)


def test_an_image_from_inside_is_not_asked_for(browser: Browser, net: Internet) -> None:
    net.seen.clear()
    assert picture_of(browser, "/x/inside_image").jpeg
    assert not any("169.254" in place for place in net.seen)


@pytest.mark.parametrize("page", ["popups", "download"])
def test_popups_and_downloads_change_nothing(browser: Browser, page: str) -> None:
    image = seen(picture_of(browser, f"/x/{page}"))
    assert is_like(image, (700, top_of_page(image) + 300), GREEN)
    assert len(browser._tabs["weibo", ""].context.pages) == 1


def test_a_giant_page_ends_in_time_and_the_next_picture_is_made(
    monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "KILL_GRACE_SECONDS", 5.0)
        impatient(patch, browser, 10)
        picture = picture_of(browser, "/x/giant")
    assert picture.note
    assert picture_of(browser, "/x/image").jpeg


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "file:///etc/passwd", "https://weibo.example/u/1"])
def test_an_address_outside_the_platform_is_not_opened(browser: Browser, url: str) -> None:
    picture = browser.picture("weibo", url, HOSTS, lambda _: CAPTION)
    assert picture.jpeg is None
    assert picture.note
    assert "未能拍照" in picture.note


def test_the_bar_tells_beijing_time_address_account_and_result() -> None:
    lines = bar_lines(Opened(url="https://m.weibo.cn/u/1", at=NOW), "https://m.weibo.cn/u/1", CAPTION, None)
    assert "核查结果：已核查" in lines[0]
    assert "北京时间" in lines[0]
    assert lines[1] == "账号：青禾发布　平台：新浪微博（1000001）　单位：青禾市政府办公室"
    assert lines[2] == "网址：https://m.weibo.cn/u/1"
    assert len(lines) == 3


def test_the_bar_says_when_the_page_moved_elsewhere() -> None:
    lines = bar_lines(Opened(url="https://passport.weibo.cn/signin", at=NOW), "https://m.weibo.cn/u/1", CAPTION, "短")
    assert lines[3:] == ("（打开的是 https://m.weibo.cn/u/1，页面转到了上面的网址）", "说明：短")


def test_a_name_can_neither_turn_the_bar_round_nor_write_html() -> None:
    hostile = CAPTION.model_copy(update={"account": "青\u202e禾\u200b<img src=x>\n发布"})
    lines = bar_lines(Opened(url="https://m.weibo.cn/u/1", at=NOW), "https://m.weibo.cn/u/1", hostile, None)
    assert "青禾<img src=x>发布" in lines[1]
    assert "青禾&lt;img src=x&gt;发布" in frame_html(lines, "data:,", 10, 10)


def test_what_readers_wrote_below_a_post_is_not_photographed(browser: Browser, net: Internet) -> None:
    red, _, blue = seen(picture_of(browser, "/x/comments")).crop((700, 600, 701, 601)).tobytes()
    assert (red < 60, blue > 200) == (True, True)
    assert net.seen["m.weibo.cn/x/list"] == 1
    assert net.seen["m.weibo.cn/x/comments/hotflow"] == 0
