#!/usr/bin/env bash
# Prints the directory that holds kube-apiserver, kube-controller-manager, kube-scheduler, kube-proxy, kubelet, kubectl
# and etcd.
#
# $KUBEBUILDER_ASSETS wins (the envtest convention), then what is on PATH; else the Kubernetes parts are built once
# from Go modules (e2e/control-plane; about 8 CPU minutes) and kept under ~/.cache/prepull. Progress goes to stderr.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source_dir=$here/e2e/control-plane
cache=${XDG_CACHE_HOME:-$HOME/.cache}/prepull
parts=(kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl)

say() { printf '%s\n' "control-plane: $*" >&2; }
die() { say "$*"; exit 1; }

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  for part in kube-apiserver etcd; do
    [ -x "$KUBEBUILDER_ASSETS/$part" ] || die "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no executable $part; unset it or complete it"
  done
  printf '%s\n' "$KUBEBUILDER_ASSETS"
  exit 0
fi

if ! command -v etcd >/dev/null; then
  [ "$(id -u)" = 0 ] || die "etcd is missing and I am not root; install it: apt-get install etcd-server"
  command -v apt-get >/dev/null || die "etcd is missing and there is no apt-get; put etcd on PATH or set KUBEBUILDER_ASSETS"
  say "installing etcd-server"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends etcd-server; } >&2 \
    || die "apt-get could not install etcd-server"
fi

# A directory of links, so that callers need one place only.
link_parts() { # DIRECTORY BINARY-OF-PART...
  local dir=$1 part
  mkdir -p "$dir"
  for part in "${parts[@]}"; do ln -sfn "$2" "$dir/$part"; done
  ln -sfn "$(command -v etcd)" "$dir/etcd"
}

if command -v kube-apiserver >/dev/null; then
  dir=$cache/control-plane-from-path
  mkdir -p "$dir"
  for part in "${parts[@]}" etcd; do
    if path=$(command -v "$part"); then ln -sfn "$path" "$dir/$part"; fi
  done
  printf '%s\n' "$dir"
  exit 0
fi

# Prints a Go of at least 1.26: one that is there, else the toolchain that go itself would fetch from the module proxy.
find_go() {
  local candidate
  for candidate in go /usr/local/go/bin/go "$go_home/bin/go"; do
    if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

is_new_enough() { # GO
  local minor
  minor=$(GOTOOLCHAIN=local "$1" env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [ "${minor:-0}" -ge 26 ]
}

fetch_go() {
  local arch sum zip=$cache/go.zip
  case $(uname -m) in
    x86_64) arch=amd64 sum=38461905b98c59173672814302e222ab43b652274bc0c95817b08b71ab66b705 ;;
    aarch64) arch=arm64 sum=4c3f961bc257ff52e7a425166f9f75015f645dff071d01a81823455ffe646609 ;;
    *) die "found no Go 1.26; install it, or set KUBEBUILDER_ASSETS to a directory with kube-apiserver and etcd" ;;
  esac
  local name="v0.0.1-go1.26.0.linux-$arch"
  say "fetching Go 1.26.0 from the module proxy"
  curl -fsSL -o "$zip" "https://proxy.golang.org/golang.org/toolchain/@v/$name.zip" \
    || die "could not fetch Go; install Go 1.26 or later, or set KUBEBUILDER_ASSETS"
  echo "$sum  $zip" | sha256sum --check --quiet >&2 || die "the fetched Go is not the one that was expected"
  rm -rf "$go_home" "$cache/golang.org"
  unzip -q "$zip" -d "$cache"
  mv "$cache/golang.org/toolchain@$name" "$go_home"
  chmod +x "$go_home"/bin/* "$go_home"/pkg/tool/*/*
  rm -rf "$zip" "$cache/golang.org"
}

mkdir -p "$cache"
go_home=$cache/go
find_go >/dev/null || fetch_go
go=$(find_go) || die "found no Go 1.26 or later; install it, or set KUBEBUILDER_ASSETS to a directory with kube-apiserver and etcd"
go_version=$(GOTOOLCHAIN=local "$go" env GOVERSION)
key=$( { cat "$source_dir"/{go.mod,go.sum,main.go}; echo "$go_version"; } | sha256sum | cut -c1-12)
dir=$cache/control-plane-$key
binary=$dir/prepull-control-plane

exec 9>"$cache/control-plane.lock"
flock -n 9 || { say "another build is running; waiting for it"; flock 9; }

if [ ! -x "$binary" ]; then
  build=$cache/build-$$
  trap 'rm -rf "$build"' EXIT
  gocache=$cache/gocache # 2 GB; kept until a build succeeds, so that a broken-off one goes on where it stopped
  mkdir -p "$build/out" "$gocache"
  version=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' "$source_dir/go.mod")
  stamp="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version"
  say "building Kubernetes $version from Go modules with $go_version, once; this takes 5 to 10 minutes on two cores"
  (cd "$source_dir" && exec env GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 GOCACHE="$gocache" \
    nice "$go" build -trimpath -ldflags "-s -w $stamp" -o "$build/out/prepull-control-plane" .) >"$build/log" 2>&1 9>&- &
  pid=$!
  trap 'kill $pid 2>/dev/null; rm -rf "$build"' EXIT
  started=$SECONDS
  while kill -0 $pid 2>/dev/null; do
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do kill -0 $pid 2>/dev/null && sleep 1; done
    say "building, $((SECONDS - started)) s"
  done
  wait $pid || { tail -n 20 "$build/log" >&2; die "the build failed; its last lines stand above"; }
  trap 'rm -rf "$build"' EXIT
  rm -rf "$dir"
  mv "$build/out" "$dir"
  rm -rf "$gocache"
  say "built in $((SECONDS - started)) s"
fi
link_parts "$dir" "$binary"
printf '%s\n' "$dir"
