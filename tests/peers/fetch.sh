#!/bin/sh
# Unpacks the servers that tests need beside them into a folder, from Debian's packages, without installing anything.
# Elsewhere than on Debian nothing is unpacked, and the tests that need them say so.
set -eu
into=$1
packages="postfix nginx caddy"
rm -rf "$into"
mkdir -p "$into"
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    cd "$into"
    # The lists of a fresh machine are empty, and those of an old one name packages that are gone.
    apt-get download $packages >/dev/null 2>&1 || { apt-get update >/dev/null && apt-get download $packages >/dev/null; }
    # A browser needs libraries that servers lack. What is installed already is not fetched.
    mkdir -p archives/partial
    apt-get install --download-only --yes --no-install-recommends -o Debug::NoLocking=1 \
        -o Dir::Cache::archives="$PWD/archives" chromium-headless-shell >/dev/null
    mv archives/*.deb . 2>/dev/null || true
    rm -rf archives
    for package in ./*.deb; do
        dpkg-deb -x "$package" .
    done
    rm -f ./*.deb
fi
touch .fetched
