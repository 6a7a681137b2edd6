# One image for every service. What a bare Debian lacks, then the same scripts/install as `make` runs, then a plain user.
# It is built and run without docker too: scripts/run_dockerfile.py does these lines in a bare Debian.
FROM debian:bookworm-slim
ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates chromium fontconfig fonts-noto-cjk libatomic1 postgresql-client python3 python3-venv tini \
    && rm -rf /var/lib/apt/lists/*
COPY . /opt/xunjian/src
RUN /opt/xunjian/src/scripts/install /opt/xunjian server \
    && ln -s /opt/xunjian/bin/xunjian /usr/local/bin/xunjian \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/xunjian --shell /usr/sbin/nologin xunjian \
    && install -d -o xunjian -g xunjian -m 0700 /var/lib/xunjian \
    && install -d -m 0755 /etc/xunjian
USER 10001:10001
WORKDIR /var/lib/xunjian
ENV HOME=/var/lib/xunjian PATH=/opt/xunjian/bin:/usr/local/bin:/usr/bin:/bin XUNJIAN_CONFIG=/etc/xunjian/xunjian.yaml
VOLUME /var/lib/xunjian
# Chromium leaves children behind: somebody has to bury them.
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["xunjian", "run"]
