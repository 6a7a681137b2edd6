"""A vault in a bucket that speaks S3, through boto3; the bytes lie there as they are, so that any client can check."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import InputError, PermanentError, TransientError
from shared.evidence.folder import MOST_BYTES
from shared.evidence.options import BucketSettings
from shared.evidence.vault import DamagedError, MissingError, demand_name, demand_whole, is_name, sha256_of

_PLACE = "evidence.bucket"
_MISSING = ("NoSuchKey", "404", "NotFound")
_REFUSED = {
    "NoSuchBucket": "没有这个桶；请先建好，或核对 bucket",
    "InvalidBucketName": "桶名不合规；请核对 bucket",
    "InvalidAccessKeyId": "不认得 access_key；请核对",
    "SignatureDoesNotMatch": "secret_key 不对；请核对",
    "AccessDenied": "没有权限；请给这个 access_key 读、写、列、删的权限",
    "AllAccessDisabled": "桶已停用；请核对",
    "AuthorizationHeaderMalformed": "region 不对；请核对",
    "PermanentRedirect": "桶在别的区域；请核对 endpoint 和 region",
    "RequestTimeTooSkewed": "本机时间与对方相差过大；请校准时间",
    "401": "口令不对；请核对 access_key 和 secret_key",
    "403": "没有权限或口令不对；请核对 access_key、secret_key 及其权限",
}


class BucketVault:
    """Nothing is asked before the first call. A PUT is whole or not at all; what arrived is checked by its MD5."""

    def __init__(self, settings: BucketSettings) -> None:
        self._bucket = settings.bucket
        self._prefix = settings.prefix
        self._host = settings.endpoint
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": settings.addressing},
            connect_timeout=min(10.0, settings.timeout_seconds),
            read_timeout=settings.timeout_seconds,
            retries={"mode": "standard", "max_attempts": 3},
            # Newer checksums, which boto3 sends by itself, are refused by servers that are not Amazon's.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=settings.endpoint,
            region_name=settings.region,
            aws_access_key_id=settings.access_key.get_secret_value(),
            aws_secret_access_key=settings.secret_key.get_secret_value(),
            config=config,
        )

    def put(self, content: bytes) -> str:
        sha256 = sha256_of(content)
        if self._is_there(sha256):
            return sha256
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        with self._told(sha256):
            self._client.put_object(**self._at(sha256), Body=content, ContentMD5=md5)
        return sha256

    def get(self, sha256: str) -> bytes:
        demand_name(sha256)
        with self._told(sha256):
            answer = self._client.get_object(**self._at(sha256))
            with answer["Body"] as body:
                if answer["ContentLength"] > MOST_BYTES:
                    raise DamagedError(f"桶 {self._bucket} 里的 {sha256} 大得不像证据；请从备份恢复")
                content: bytes = body.read()
        return demand_whole(sha256, content, f"桶 {self._bucket} 里的 {sha256}")

    def has(self, sha256: str) -> bool:
        demand_name(sha256)
        if self._is_there(sha256):
            return True
        # To a HEAD a missing bucket answers as a missing object does.
        with self._told(sha256):
            try:
                self._client.head_bucket(Bucket=self._bucket)
            except ClientError as error:
                if _code(error) in _MISSING:
                    raise InputError(_PLACE, _REFUSED["NoSuchBucket"]) from error
                raise
        return False

    def remove(self, sha256: str) -> None:
        demand_name(sha256)
        with self._told(sha256):
            self._client.delete_object(**self._at(sha256))

    def each(self) -> Iterator[str]:
        """A thousand a request."""
        with self._told(""):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            ):
                names = (row["Key"].removeprefix(self._prefix) for row in page.get("Contents", ()))
                yield from filter(is_name, names)

    def _is_there(self, sha256: str) -> bool:
        try:
            with self._told(sha256):
                self._client.head_object(**self._at(sha256))
        except MissingError:
            return False
        return True

    def _at(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{sha256}"}

    @contextmanager
    def _told(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._why(error, sha256) from error
        except BotoCoreError as error:
            # No answer, or one cut short; boto3 has tried three times. Its words name no secret.
            words = f"证据库 {self._host} 没有应答（{type(error).__name__}）；请检查网络和服务，恢复后自动继续"
            raise TransientError(words) from error

    def _why(self, error: ClientError, sha256: str) -> Exception:
        code, status = _code(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in _REFUSED:
            return InputError(_PLACE, _REFUSED[code])
        if code in _MISSING:
            return MissingError(f"桶 {self._bucket} 里没有 {sha256}")
        words = f"证据库 {self._host} 拒绝了请求（{code[:60]}，HTTP {status}）"
        passing = status >= 500 or status in (408, 409, 429) or code in ("SlowDown", "RequestTimeout", "BadDigest")
        return TransientError(f"{words}；稍后自动重试") if passing else PermanentError(f"{words}；请核对设置 {_PLACE}")


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
