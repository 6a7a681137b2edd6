"""The store of an installation that is there already, for commands about what is in it."""

from shared.errors import InputError
from shared.runtime.settings import Settings
from shared.storage.store import Store, open_store, open_to_read


def opened(settings: Settings, writes: bool = False) -> Store:
    """What is not there yet is not made: who asks about an account has the wrong place then. Raises InputError."""
    store = open_to_read(settings.store_url)
    if store is None:
        raise InputError(str(settings.data_dir), "这里还没有数据；请先导入台账，或用 --config 指明设置文件")
    if not writes:
        return store
    store.close()
    return open_store(settings.store_url)
