#!/bin/sh
# Puts the reference `age` (1.3 or later: the first with hybrid keys) into .make/age for the interoperability tests.
# Debian 12's own age is too old and Debian's next release has a fitting one, so this reads that package from the mirror
# that the machine already uses, through a private apt directory: the system's sources and packages stay as they are.
# A second run finds the program and does nothing.
set -eu
cd "$(dirname "$0")/.."
RELEASE=forky
TARGET=$PWD/.make/age
BUILD=$PWD/.make/age.new

die() { printf '%s\n' "voute: $*" >&2; exit 1; }

# Tells whether a directory holds an age of version 1.3 or later that runs here.
is_good() {
    [ -x "$1/usr/bin/age-keygen" ] && version=$("$1/usr/bin/age" --version 2>/dev/null) || return 1
    case "$version" in
        v1.[0-2] | v1.[0-2].* | 1.[0-2] | 1.[0-2].* | v0.* | 0.*) return 1 ;;
        v[1-9]* | [1-9]*) return 0 ;;
        *) return 1 ;;
    esac
}

# The places from which this machine takes its own release, one a line; needs no package lists, downloads nothing.
list_mirrors() {
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    apt-get update --print-uris | sed -n "s|^'\\(.*\\)/dists/$codename/InRelease' .*|\\1|p" | sort -u
}

# Runs apt-get on the one source that it is given, with every file that it writes below $BUILD.
private_apt() {
    apt-get -qq \
        -o Dir::Etc::SourceList="$BUILD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
        -o Dir::State="$BUILD/apt/state" -o Dir::State::Status="$BUILD/apt/status" -o Dir::Cache="$BUILD/apt/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Update::Post-Invoke::= -o APT::Default-Release= "$@"
}

# Downloads and unpacks the package from one mirror.
fetch_from() {
    rm -rf "$BUILD"
    mkdir -p "$BUILD/apt/state/lists/partial" "$BUILD/apt/cache/archives/partial" "$BUILD/deb"
    : >"$BUILD/apt/status"
    printf 'deb %s %s main\n' "$1" "$RELEASE" >"$BUILD/apt/sources.list"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ ! -r "$keyring" ] || printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$1" "$RELEASE" >"$BUILD/apt/sources.list"
    private_apt update && (cd "$BUILD/deb" && private_apt download age) && dpkg-deb -x "$BUILD"/deb/age_*.deb "$BUILD/tree"
}

if is_good "$TARGET"; then
    exit 0
fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    die "age 1.3 or later is needed for the tests: put it into .make/age/usr/bin (this machine has no apt)"
for mirror in $(list_mirrors); do
    if fetch_from "$mirror" && is_good "$BUILD/tree"; then
        rm -rf "$TARGET"
        mv "$BUILD/tree" "$TARGET"
        rm -rf "$BUILD"
        exit 0
    fi
done
die "none of this machine's package mirrors gave age 1.3 or later"
