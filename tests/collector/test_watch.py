from services.collector.browser.watch import Watch
from services.collector.capture import Plan

API = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1"
PLAN = Plan(page="https://m.weibo.cn/u/1", keep=(r"^m\.weibo\.cn/api/",), fetch=(API, f"{API}&containerid=1076031"))


class Seconds:
    """A clock that stands still until told otherwise."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def watch(plan: Plan = PLAN) -> tuple[Watch[str], Seconds]:
    seconds = Seconds()
    watch = Watch[str](plan, seconds)
    watch.begin("page", "https://m.weibo.cn/u/1", is_document=True)
    watch.end("page")
    return watch, seconds


def answer(watch: Watch[str], name: str, url: str = API) -> None:
    watch.begin(name, url, is_document=False)
    watch.end(name)


def test_one_pattern_for_two_answers_waits_for_both() -> None:
    page, _ = watch()
    answer(page, "profile")
    assert not page.is_complete
    answer(page, "list")
    assert page.is_complete
    assert page.answers == ["profile", "list"]


def test_the_query_does_not_decide_what_is_kept() -> None:
    page, _ = watch()
    answer(page, "tracker", "https://log.example/?u=m.weibo.cn/api/")
    assert page.answers == []


def test_a_new_document_takes_the_place_of_the_visitor_step() -> None:
    page, _ = watch()
    page.load()
    page.begin("second", "https://m.weibo.cn/u/1", is_document=True)
    assert page.document is None
    assert not page.is_loaded
    page.end("second")
    assert page.document == "second"


def test_a_redirect_is_no_document() -> None:
    page, _ = watch()
    page.begin("hop", "https://m.weibo.cn/u/1", is_document=True)
    page.skip("hop")
    assert page.document is None
    assert not page.is_complete


def test_requests_of_the_page_before_do_not_count() -> None:
    page, _ = watch()
    page.end("old", "net::ERR_ABORTED")
    assert page.errors == []
    assert page.answers == []


def test_what_is_cut_off_by_moving_on_is_no_failure() -> None:
    page, _ = watch()
    page.begin("visitor", "https://visitor.passport.weibo.cn/visitor/visitor", is_document=True)
    page.begin("its answer", API, is_document=False)
    page.begin("page", "https://m.weibo.cn/u/1", is_document=True)
    page.end("visitor", "net::ERR_ABORTED")
    page.end("its answer", "net::ERR_ABORTED")
    page.end("page")
    assert page.errors == []
    assert page.document == "page"


def test_a_loaded_page_that_asks_for_nothing_settles() -> None:
    page, seconds = watch()
    page.load()
    seconds.now = 0.9
    assert not page.is_settled(1)
    seconds.now = 1.0
    assert page.is_settled(1)


def test_a_page_whose_answer_is_on_its_way_does_not_settle() -> None:
    page, seconds = watch()
    page.load()
    page.begin("list", API, is_document=False)
    seconds.now = 60
    assert not page.is_settled(1)
    page.end("list", "net::ERR_FAILED")
    seconds.now = 61
    assert page.is_settled(1)
    assert page.errors == ["net::ERR_FAILED"]


def test_a_page_that_never_finishes_loading_gets_longer() -> None:
    page, seconds = watch()
    seconds.now = 4.9
    assert not page.is_settled(1)
    seconds.now = 5
    assert page.is_settled(1)
