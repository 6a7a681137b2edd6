"""What may stand in an account's own list on Weibo without being a post of it."""

from services.collector.platforms._weibo_mblog import POST_IN_LINK, is_liked, is_mblog
from services.collector.reading.tree import as_dict, as_int, as_list

_DECORATIONS = {4, 6, 10, 11, 31, 41, 42, 58}
"""Cards of m.weibo.cn by `card_type`: a link, a button, a user, a group, a search box, a row of facts, a heading, a
notice."""
_POST_KEYS = {"mblog", "status", "statuses", "created_at", "mblogid", "mid"}
_DEEPEST = 8


def is_known_mblog(node: object) -> bool:
    """A post, one that the account only liked, or the stub that a deleted one leaves."""
    return _is_known(as_dict(node), {})


def is_known_card(card: object) -> bool:
    """A card of a post, or a decoration, alone or in a group; groups within a group are not read."""
    group = as_dict(card).get("card_group")
    members = as_list(group)
    if group and not members:
        return False
    return all(_is_known_single(as_dict(one)) for one in (card, *members)) and not any(
        as_dict(member).get("card_group") for member in members
    )


def _is_known_single(card: dict[str, object]) -> bool:
    if "mblog" in card:
        return _is_known(as_dict(card["mblog"]), card)
    around = [value for key, value in card.items() if key != "card_group"]
    is_bare = not _POST_KEYS & card.keys() and not _shows_post(around, _DEEPEST)
    return is_bare and as_int(card.get("card_type")) in _DECORATIONS


def _is_known(mblog: dict[str, object], card: dict[str, object]) -> bool:
    return is_mblog(mblog) or is_liked(mblog, card) or as_int(mblog.get("deleted")) == 1


def _shows_post(node: object, depth: int) -> bool:
    """Anything that may be a post, or leads to one; what lies too deep to tell may be."""
    if isinstance(node, str):
        return POST_IN_LINK.search(node) is not None
    if not isinstance(node, dict | list):
        return False
    inner = node.values() if isinstance(node, dict) else node
    named = isinstance(node, dict) and not _POST_KEYS.isdisjoint(node)
    return named or depth == 0 or any(_shows_post(one, depth - 1) for one in inner)
