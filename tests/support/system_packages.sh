#!/bin/sh
# Install the programs that the live tests run against, where we may (root on Debian and its children).
# Elsewhere say in one line what is missing. Never fails: tests that need what is missing are skipped.

# program:package
wanted="tshark:tshark tcpdump:tcpdump nginx:nginx-light curl:curl ip:iproute2 man:man-db tmux:tmux sudo:sudo
setcap:libcap2-bin zstd:zstd node:nodejs chromium-headless-shell:chromium-headless-shell"
PATH=$PATH:/usr/sbin:/sbin

has() {
    command -v "$1" >/dev/null 2>&1
}

# Any Chromium will do as a browser: the package is 64 MB, and not needed where there is one.
is_there() {
    case $1 in
    chromium-headless-shell) has "$1" || has chromium || has chromium-browser || has google-chrome ;;
    *) has "$1" ;;
    esac
}

missing() {
    for entry in $wanted; do
        is_there "${entry%%:*}" || printf ' %s' "${entry##*:}"
    done
}

install() {
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -q --no-install-recommends $1 >/dev/null 2>&1 </dev/null
}

# nginx's package starts a web server; we only want the program.
quieten_nginx() {
    if command -v systemctl >/dev/null 2>&1; then
        systemctl disable --now nginx >/dev/null 2>&1
    fi
    if command -v service >/dev/null 2>&1; then
        service nginx stop >/dev/null 2>&1
    fi
}

packages=$(missing)
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >/dev/null 2>&1
    install "$packages" || for package in $packages; do install "$package"; done
    case $packages in *nginx*) quieten_nginx ;; esac
    packages=$(missing)
fi
[ -n "$packages" ] && echo "not installed, tests that need them are skipped:$packages"
exit 0
