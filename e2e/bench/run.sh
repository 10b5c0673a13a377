#!/usr/bin/env bash
# Benchmarks on real parts, each beside a baseline of the same run: e2e/bench/run.sh [present|pull|memory|repair|all]
# Progress goes to stderr, the tables to stdout. What they said last: docs/benchmarks.md.
set -euo pipefail
# shellcheck source=hack/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../hack/lib.sh"

need_all
say "building"
maven --quiet -DskipTests package

# The command line of CRI, from its Go module, once.
crictl_version=v1.34.0
CRICTL=${XDG_CACHE_HOME:-$HOME/.cache}/prepull/crictl-$crictl_version
if [[ " ${*:-all} " =~ \ (pull|all)\  && ! -x $CRICTL ]]; then
  command -v go >/dev/null || die "building crictl takes Go; install it, or put crictl at $CRICTL"
  say "building crictl $crictl_version, once"
  built=$(mktemp -d)
  GOBIN=$built go install "sigs.k8s.io/cri-tools/cmd/crictl@$crictl_version" >&2
  mkdir -p "$(dirname "$CRICTL")"
  mv "$built/crictl" "$CRICTL"
  rmdir "$built"
fi
export CRICTL

exec "$JAVA_HOME/bin/java" -Xmx512m -cp "$root/e2e/target/classes:$root/e2e/target/lib/*" \
  dev.prepull.e2e.bench.Bench "$@"
