"""What every vault does alike: in memory, in a folder, in a bucket behind a real HTTP server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from shared.errors import InputError, TransientError
from shared.evidence.bucket import BucketVault
from shared.evidence.folder import FolderVault
from shared.evidence.vault import DamagedError, MissingError, Vault, sha256_of
from tests.evidence.s3_server import BUCKET, free_port, s3_server, settings_of
from tests.fakes.vault import MemoryVault

NOBODY = "0" * 64
_KEYS = {"aws_access_key_id": "AKIAQINGHE", "aws_secret_access_key": "not-so-secret"}
PAGE = "<p>青禾</p>".encode() * 1000


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        client_of(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint


def client_of(endpoint: str) -> Any:
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **_KEYS)


class Kept:
    """A vault, and a way to overwrite what lies in it behind its back."""

    def __init__(self, vault: Vault, overwrite: Callable[[str, bytes], object]) -> None:
        self.vault = vault
        self.overwrite = overwrite


@pytest.fixture(params=["memory", "folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "memory":
        memory = MemoryVault()
        return Kept(memory, memory.held.__setitem__)
    if request.param == "folder":
        folder = tmp_path / "evidence"
        return Kept(FolderVault(folder), lambda name, body: (folder / name[:2] / name[2:4] / name).write_bytes(body))
    endpoint = request.getfixturevalue("endpoint")
    client, prefix = client_of(endpoint), f"{tmp_path.name}/"
    return Kept(
        BucketVault(settings_of(endpoint, prefix=prefix)),
        lambda name, body: client.put_object(Bucket=BUCKET, Key=f"{prefix}{name}", Body=body),
    )


def test_what_is_put_is_had_and_got_back_by_its_hash(kept: Kept) -> None:
    for content in (PAGE, b"", b"\0" * 100_000):
        name = kept.vault.put(content)
        assert name == sha256_of(content)
        assert kept.vault.has(name)
        assert kept.vault.get(name) == content


def test_the_same_bytes_put_twice_lie_there_once(kept: Kept) -> None:
    names = {kept.vault.put(PAGE), kept.vault.put(PAGE), kept.vault.put(b"other")}
    assert sorted(kept.vault.each()) == sorted(names)


def test_what_is_not_there_is_missing_and_may_be_removed(kept: Kept) -> None:
    assert not kept.vault.has(NOBODY)
    with pytest.raises(MissingError):
        kept.vault.get(NOBODY)
    kept.vault.remove(NOBODY)
    assert list(kept.vault.each()) == []


def test_what_is_removed_is_gone_and_the_rest_stays(kept: Kept) -> None:
    gone, stays = kept.vault.put(b"a"), kept.vault.put(b"b")
    kept.vault.remove(gone)
    assert not kept.vault.has(gone)
    assert list(kept.vault.each()) == [stays]


def test_a_name_that_is_no_hash_leads_nowhere(kept: Kept) -> None:
    for wrong in ("", "../../../etc/passwd", "A" * 64, "0" * 63, "0" * 65):
        for ask in (kept.vault.get, kept.vault.has, kept.vault.remove):
            with pytest.raises(MissingError, match="不是 SHA-256"):
                ask(wrong)


@pytest.mark.parametrize("body", [b"", b"other", PAGE[:-1], PAGE + b"x"], ids=["empty", "other", "cut", "longer"])
def test_bytes_that_are_not_what_was_kept_are_never_handed_out(kept: Kept, body: bytes) -> None:
    name = kept.vault.put(PAGE)
    kept.overwrite(name, body)
    with pytest.raises(DamagedError, match=r"从备份恢复|不符"):
        kept.vault.get(name)


def test_a_folders_files_are_its_owners_alone_and_compressed(tmp_path: Path) -> None:
    name = FolderVault(tmp_path / "evidence").put(PAGE)
    file = tmp_path / "evidence" / name[:2] / name[2:4] / name
    assert file.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in file.parents[:3]} == {0o700}
    assert file.stat().st_size < len(PAGE) / 5


def test_a_byte_changed_on_the_disk_is_found_wherever_it_lies(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    name = vault.put(b"<p>some page</p>")
    file = tmp_path / name[:2] / name[2:4] / name
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        try:
            got = vault.get(name)
        except DamagedError:
            continue
        assert got == b"<p>some page</p>", "a changed header bit that changes no content is no matter"


def test_a_folder_in_a_contents_place_is_that_contents_damage_and_no_other_s(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    name = vault.put(PAGE)
    file = tmp_path / name[:2] / name[2:4] / name
    file.unlink()
    file.mkdir()
    with pytest.raises(DamagedError, match="这是目录"):
        vault.get(name)
    file.rmdir()
    file.symlink_to(file)
    with pytest.raises(DamagedError, match="链接互相指向"):
        vault.get(name)


def test_what_a_crash_left_half_written_is_nobodys_content(tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    name = sha256_of(PAGE)
    half = tmp_path / name[:2] / name[2:4] / f"{name}.0badcafe.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"x\x9c half")
    assert (vault.has(name), list(vault.each())) == (False, [])
    assert vault.put(PAGE) == name
    assert vault.get(name) == PAGE


def test_a_folder_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file in the way")
    with pytest.raises(TransientError, match=r"写不进.*恢复后自动继续"):
        FolderVault(tmp_path / "evidence").put(b"x")


def test_a_bucket_server_that_is_away_is_transient() -> None:
    vault = BucketVault(settings_of(f"http://127.0.0.1:{free_port()}", timeout_seconds=1))
    for ask in (lambda: vault.put(b"x"), lambda: vault.get(NOBODY), lambda: vault.has(NOBODY), lambda: [*vault.each()]):
        with pytest.raises(TransientError, match="没有应答"):
            ask()


def test_a_missing_bucket_is_a_setting_to_mend_whatever_is_asked(endpoint: str) -> None:
    vault = BucketVault(settings_of(endpoint, bucket="nowhere"))
    for ask in (lambda: vault.put(b"x"), lambda: vault.get(NOBODY), lambda: vault.has(NOBODY), lambda: [*vault.each()]):
        with pytest.raises(InputError, match="没有这个桶"):
            ask()


def test_wrong_keys_and_missing_rights_are_settings_to_mend() -> None:
    with s3_server(unchecked=4) as endpoint:
        client_of(endpoint).create_bucket(Bucket=BUCKET)
        iam = boto3.client("iam", **_KEYS, endpoint_url=endpoint, region_name="us-east-1")
        iam.create_user(UserName="xunjian")
        rights = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:ListBucket"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [rights]})
        iam.put_user_policy(UserName="xunjian", PolicyName="p", PolicyDocument=document)
        made = iam.create_access_key(UserName="xunjian")["AccessKey"]
        keys = {"access_key": made["AccessKeyId"], "secret_key": made["SecretAccessKey"]}
        right = BucketVault(settings_of(endpoint, **keys))
        name = right.put(PAGE)
        assert right.get(name) == PAGE
        with pytest.raises(InputError, match="没有权限"):
            right.remove(name)
        for wrong in ({"secret_key": "wrong"}, {"access_key": "AKIAWRONG"}):
            vault = BucketVault(settings_of(endpoint, **(keys | wrong)))
            for ask in (lambda v: v.put(b"x"), lambda v: v.get(name), lambda v: v.has(name), lambda v: [*v.each()]):
                with pytest.raises(InputError, match="请核对") as told:
                    ask(vault)
                assert made["SecretAccessKey"] not in str(told.value)


def test_no_secret_is_shown() -> None:
    settings = settings_of("http://127.0.0.1:1")
    assert "not-so-secret" not in f"{settings!r} {settings}"
    assert "AKIAQINGHE" not in repr(settings)
