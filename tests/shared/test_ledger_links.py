"""Links as people paste them, into the link's cell or the id's: the id is taken out, or what is missing is said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.reading import LedgerFile
from shared.ledger.rows import read_row
from tests.shared.ledgers import TOKEN, only, only_error, read_one

UID, BIZ, USER = "2803301701", "MzIyNjMxOTY0NA==", "52198612345"

WEIBO = [
    "https://weibo.com/u/{}", "http://www.weibo.com/{}/", "weibo.com/{}?is_all=1", "https://m.weibo.cn/u/{}?uid={}&lfid=1076", "https://m.weibo.cn/profile/{}",
    "https://weibo.com/{}/MohM062hm", "https://weibo.com/p/100505{}/home?from=page_100505", "https://m.weibo.cn/p/100206{}", "https://weibo.cn/u/{}", "https://weibo.cn/{}",
    "https://m.weibo.cn/p/index?containerid=107603{}_-_WEIBO", "https://weibo.com/u/{}#1", "https://weibo.com/{}/profile?topnav=1&wvr=6", "https://WEIBO.com/u/{}",
    "https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url=https%3A%2F%2Fweibo.com%2Fu%2F{}&_rand=1",
]  # fmt: skip
DOUYIN = [
    "https://www.douyin.com/user/{}", "https://www.douyin.com/user/{}?from_tab_name=main&vid=7312", "douyin.com/user/{}/", "https://www.iesdouyin.com/share/user/{}?u_code=1",
    "https://www.iesdouyin.com/share/user/66598046050?sec_uid={}&timestamp=1", "https://www.douyin.com/share/user/{}", "https://m.douyin.com/share/user/{}#a",
]  # fmt: skip
TOUTIAO = [
    "https://www.toutiao.com/c/user/token/{}/", "https://www.toutiao.com/c/user/token/{}/?source=list&log_from=1", "m.toutiao.com/profile/{}/",
    "https://toutiao.com/c/user/token/{}",
]  # fmt: skip
TOUTIAO_NUMBER = [
    "https://www.toutiao.com/c/user/{}/", "https://m.toutiao.com/profile/{}/", "https://www.toutiao.com/c/user/relation/{}/?tab=following",
    "https://m.toutiao.com/profile/?user_id={}&app=news",
]  # fmt: skip
WECHAT = [
    "https://mp.weixin.qq.com/s?__biz={}&mid=1&idx=1&sn=a", "http://mp.weixin.qq.com/s?__biz={}&amp;mid=1&amp;idx=1#rd", "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz={}#wechat_redirect",
    "https://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA%3D%3D&mid=1", "https%3A".replace("%3A", ":") + "//mp.weixin.qq.com/s?scene=1&amp;amp;__biz={}", "mp.weixin.qq.com/mp/homepage?__biz={}&hid=1",
    "https://mp.weixin.qq.com/s?__biz=MzIyNjMxOTY0NA%253D%253D&mid=1", "https://mp.weixin.qq.com/mp/appmsgalbum?__biz={}&action=getalbum&album_id=1",
]  # fmt: skip
FORMS = [
    *(("微博", UID, form) for form in WEIBO),
    *(("抖音", TOKEN, form) for form in DOUYIN),
    *(("头条", TOKEN, form) for form in TOUTIAO),
    *(("头条", USER, form) for form in TOUTIAO_NUMBER),
    *(("微信", BIZ, form) for form in WECHAT),
]
AROUND = [
    "{}", "  {} ", "{}。", "主页：{}", "【某市发布】{}，欢迎关注！", "{}（官方账号）", "某市发布\n{}\n", "“{}”", "看看 {} 的主页", "<{}>", "{}；", "{}\u200b", "《某市发布》的主页{}》", "({})",
]  # fmt: skip


@pytest.mark.parametrize(("platform", "account_id", "form"), FORMS)
@pytest.mark.parametrize("cell", ["id", "url"])
def test_every_form_of_link_gives_the_id(tmp_path: Path, platform: str, account_id: str, form: str, cell: str) -> None:
    link = form.replace("{}", account_id)
    file = read_one(tmp_path, platform=platform, **({"id": None, "url": link} if cell == "url" else {"id": link}))
    assert (only(file).id, file.warnings, file.notices) == (account_id, (), ())


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(
    ("platform", "account_id", "form"), [FORMS[0], FORMS[len(WEIBO)], FORMS[-1], FORMS[-len(WECHAT)]]
)
@pytest.mark.parametrize("cell", ["id", "url"])
def test_what_stands_around_a_link_does_not_matter(
    tmp_path: Path, platform: str, account_id: str, form: str, around: str, cell: str
) -> None:
    link = around.replace("{}", form.replace("{}", account_id))
    file = read_one(tmp_path, platform=platform, **({"id": None, "url": link} if cell == "url" else {"id": link}))
    assert only(file).id == account_id


def test_a_full_width_link_is_a_link(tmp_path: Path) -> None:
    assert (
        only(read_one(tmp_path, id=None, url="ｈｔｔｐｓ：／／ｗｅｉｂｏ．ｃｏｍ／ｕ／２８０３３０１７０１？ｆ＝１")).id
        == UID
    )


@pytest.mark.parametrize("around", ["{}", "{}。", "订阅地址：{}", "{}；"])
@pytest.mark.parametrize("cell", ["id", "url"])
def test_a_feed_s_address_in_either_cell(tmp_path: Path, around: str, cell: str) -> None:
    link = around.format("https://www.example.gov.cn/rss.xml?c=1")
    file = read_one(tmp_path, platform="订阅源", **({"id": None, "url": link} if cell == "url" else {"id": link}))
    assert (only(file).id, only(file).url) == (
        "www.example.gov.cn/rss.xml?c=1",
        "https://www.example.gov.cn/rss.xml?c=1",
    )
    assert file.notices == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://v.douyin.com/iRNBho5q/",
        "长按复制此条消息，打开抖音搜索，查看TA的更多作品。 https://v.douyin.com/iRNBho5q/",
        "7.43 复制打开抖音，看看【某市发布的个人主页】 https://v.douyin.com/iRNBho5q/ 8@6.com :6pm",
    ],
)
@pytest.mark.parametrize("cell", ["id", "url"])
def test_a_share_link_is_taken_and_what_to_paste_is_said(tmp_path: Path, text: str, cell: str) -> None:
    file = read_one(tmp_path, platform="抖音", **({"id": None, "url": text} if cell == "url" else {"id": text}))
    assert only(file).id == "v.douyin.com/iRNBho5q"
    assert only(file).url == "https://v.douyin.com/iRNBho5q/"
    (notice,) = file.notices
    assert "在浏览器中打开一次" in notice
    assert "https://www.douyin.com/user/" in notice


@pytest.mark.parametrize(
    ("platform", "link", "words"),
    [
        ("微博", "https://weibo.com/n/某市发布", "昵称"),
        ("微博", "https://weibo.com/n/%E6%9F%90", "昵称"),
        ("微博", "https://weibo.com/gdfb?is_all=1", "个性域名"),
        ("微博", "https://m.weibo.cn/status/MohM062hm", "一条微博"),
        ("微博", "https://m.weibo.cn/detail/4857881961438732", "一条微博"),
        ("抖音", "https://www.douyin.com/video/7312345678901234567", "作品"),
        ("抖音", "https://www.douyin.com/user/self?modal_id=1", "登录者自己"),
        ("头条", "https://www.toutiao.com/article/7312345678901234567/", "文章"),
        ("头条", "https://www.toutiao.com/m50044041847/", "媒体号"),
        ("微信", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", "短链接"),
        ("微信", "https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=x", "过期"),
    ],
)
@pytest.mark.parametrize("cell", ["id", "url"])
def test_a_link_without_an_id_is_told_for_what_it_is(
    tmp_path: Path, platform: str, link: str, words: str, cell: str
) -> None:
    error = only_error(
        read_one(tmp_path, platform=platform, **({"id": None, "url": link} if cell == "url" else {"id": link}))
    )
    assert words in error.message


@pytest.mark.parametrize(
    "text",
    [
        "https://weibo.com/u/28033 01701",
        "https://weibo.com/u/28033\n01701",
        f"https://www.douyin.com/user/{TOKEN[:30]} {TOKEN[30:]}",
        "https://weibo.com/u/2803301701 https://weibo.com/u/1234567890",
        "https://weibo.com/u/2803301701、https://weibo.com/u/1234567890",
        "https://weibo.com/u/2803301701\\x",
        "https://weibo.com/u/28033…",
        "https://weibo.com/u/28033...",
        f"https://www.douyin.com/user/{TOKEN[:30]}……",
    ],
)
@pytest.mark.parametrize("cell", ["id", "url"])
def test_half_an_id_or_two_of_them_are_never_taken(tmp_path: Path, text: str, cell: str) -> None:
    platform = "抖音" if "douyin" in text else "微博"
    file = read_one(tmp_path, platform=platform, **({"id": None, "url": text} if cell == "url" else {"id": text}))
    assert file.accounts == ()


def test_two_links_to_one_account_are_one(tmp_path: Path) -> None:
    text = f"https://weibo.com/u/{UID} https://m.weibo.cn/u/{UID}"
    assert only(read_one(tmp_path, id=text)).id == UID


def test_links_in_both_cells_must_agree(tmp_path: Path) -> None:
    same = read_one(tmp_path, id=f"https://m.weibo.cn/u/{UID}", url=f"https://weibo.com/u/{UID}")
    assert (only(same).id, only(same).url) == (UID, f"https://weibo.com/u/{UID}")
    other = read_one(tmp_path, id="https://m.weibo.cn/u/1234567890", url=f"https://weibo.com/u/{UID}")
    assert "不是同一个账号" in only_error(other).message


def test_a_link_in_the_id_cell_tells_the_platform(tmp_path: Path) -> None:
    file: LedgerFile = read_one(tmp_path, platform=None, id=f"https://weibo.com/u/{UID}")
    assert only(file).key == f"weibo/{UID}"


def test_an_id_of_a_platform_added_later_may_be_an_address(tmp_path: Path) -> None:
    account = only(read_one(tmp_path, platform="kuaishou2", id="https://live.example.cn/u/3x"))
    assert account.id == "https://live.example.cn/u/3x"


@given(st.sampled_from(FORMS), st.text(max_size=12), st.text(max_size=12), st.sampled_from(["id", "url"]))
def test_whatever_stands_around_a_link_no_other_id_is_taken(
    form: tuple[str, str, str], before: str, after: str, cell: str
) -> None:
    platform, account_id, link = form
    ends = {"", *" \n。，；！？、）】》”'\"<>(（"}
    around = f"{before} {link.replace('{}', account_id)}{after if after[:1] in ends else f'。{after}'}"
    row = read_row({"name": "甲", "unit": "某局", "platform": platform, cell: around})
    assert row.account is None or row.account.id == account_id
