"""What Douyin and Toutiao share: they are one company's."""

PAGE_HOSTS = (
    "*.bytedance.com",
    "*.bytegoofy.com",
    "*.bytescm.com",
    "*.bytetos.com",
    "*.ibytedapm.com",
    "*.pstatp.com",
    "*.snssdk.com",
    "*.zijieapi.com",
)
"""Whence pages of both load their scripts."""
