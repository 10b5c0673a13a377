#!/usr/bin/env bash
# A small cluster of real parts on this machine: a registry, three containerd nodes, one Docker node, the controller
# and four agents. See --help.
set -euo pipefail
# shellcheck source=hack/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_all
say "building (a minute or two the first time)"
maven --quiet -DskipTests package
exec "$JAVA_HOME/bin/java" -Xmx256m -cp "$root/e2e/target/classes:$root/e2e/target/lib/*" \
  dev.prepull.e2e.local.LocalRun "$@"
