#!/usr/bin/env bash
# Installs the servers that the tests run against, when they are missing and this is a Debian with rights to install.
# `system-packages.sh bench` installs what `make bench-peers` runs instead.
set -euo pipefail

missing=()
need() { # need PACKAGE PROGRAM...: one of the programs must be there
  local package=$1 program
  shift
  for program in "$@"; do
    if command -v "$program" >/dev/null || compgen -G "$program" >/dev/null; then return; fi
  done
  missing+=("$package")
}
need redis-server redis-server valkey-server
need nginx-light nginx /usr/sbin/nginx
if [ "${1:-tests}" = bench ]; then
  need prometheus-blackbox-exporter prometheus-blackbox-exporter
else
  need postgresql postgres '/usr/lib/postgresql/*/bin/postgres'
  need rabbitmq-server rabbitmq-server '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server'
  need chromium chromium chromium-browser google-chrome
  need chromium-driver chromedriver
  need prometheus promtool            # tries the rules
  need prometheus-alertmanager amtool # tries the routes
  need caddy caddy                    # the proxy of compose.yaml
  need systemd systemd-analyze        # judges the units
  need buildah buildah                # builds the image without a daemon
  need debootstrap debootstrap        # the base that the image is built on where no registry is
  need iproute2 ip
  need nftables nft /usr/sbin/nft # loses packets
fi

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then
  echo "This needs ${missing[*]}. Install them with your package manager, or run as a user who may;" >&2
  echo "\`make test-fast\` runs the tests that need none of them." >&2
  exit 1
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# No server shall start by itself: the tests start their own, on free ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
  "${as_root[@]}" chmod +x $policy
  trap '"${as_root[@]}" rm -f $policy' EXIT
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
