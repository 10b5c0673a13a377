# shellcheck shell=bash
# What the scripts here share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
me=$(basename "$0")

say() { printf '%s\n' "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# Installs the Debian packages among the arguments that are not there yet.
need_packages() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "missing: ${missing[*]}. I am not root; install them: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  local log
  log=$(mktemp)
  # A package that comes with a service must not start it: we start our own instances by hand.
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install ${missing[*]}"
  fi
  rm -f "$log"
}

is_jdk_25() { [ -x "$1/bin/javac" ] && "$1/bin/javac" -version 2>&1 | grep -q '^javac 25\b'; }

# Sets JAVA_HOME to a JDK 25.
need_jdk() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25*; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      export JAVA_HOME=$candidate
      return 0
    fi
  done
  local package
  for package in temurin-25-jdk openjdk-25-jdk-headless; do
    if [ "$(id -u)" = 0 ] && apt-cache show "$package" >/dev/null 2>&1; then
      need_packages "$package"
      need_jdk
      return 0
    fi
  done
  die "found no JDK 25 in JAVA_HOME, /usr/lib/jvm, ~/.sdkman or ~/.jdks. Install one (https://adoptium.net/temurin/releases/?version=25) or set JAVA_HOME"
}

# Everything that building and running the real parts takes.
need_all() {
  [ "$(uname -s)" = Linux ] || die "container runtimes need Linux; this is $(uname -s)"
  command -v apt-get >/dev/null || die "the real parts come from Debian packages, and there is no apt-get"
  [ "$(id -u)" = 0 ] || die "container runtimes need root; run it with sudo"
  need_packages ca-certificates containerd curl docker.io docker-registry etcd-server iproute2 openssl procps python3-venv runc skopeo unzip
  command -v mvn >/dev/null || need_packages maven
  need_jdk
}

# Maven without noise. Downloads and compilation can take minutes on a cold machine.
maven() {
  # Maven's own Guava uses Unsafe, of which JDK 25 warns.
  (cd "$root" && MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" \
    mvn --batch-mode --no-transfer-progress -Dstyle.color=never "$@")
}
