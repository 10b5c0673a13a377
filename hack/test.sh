#!/usr/bin/env bash
# Every test: scripts, format, static analysis, unit tests, and the system tests on real parts.
# Arguments go to Maven, for example: hack/test.sh -Dit.test=FaultsIT
set -euo pipefail
# shellcheck source=hack/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_all
need_packages containernetworking-plugins dnsmasq-base iptables shellcheck # those but the last are for nodes that run Pods
say "checking scripts"
(cd "$root" && shellcheck -x hack/*.sh e2e/bench/*.sh .ci/run)
say "looking for the control plane (built once, which takes 5 to 10 minutes)"
"$root/hack/control-plane.sh" >/dev/null
# A test compiles a credential provider, with any Go; the control plane's is there unless it was given ready-made.
PATH=$PATH:/usr/local/go/bin:${XDG_CACHE_HOME:-$HOME/.cache}/prepull/go/bin command -v go >/dev/null || need_packages golang-go
say "building and testing"
maven clean verify "$@"
say "all tests passed"
