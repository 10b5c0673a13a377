#!/usr/bin/env bash
# Builds the container images of controller and agent, and pushes them: hack/images.sh REGISTRY[/PREFIX] [--tag T]
# [--base IMAGE]. Without a registry they stay on this disk, as an OCI layout. No container engine is needed.
set -euo pipefail
# shellcheck source=hack/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_all
to=()
case ${1:--} in
  -*) ;;
  *) to=(--to "$1"); shift ;;
esac
say "building"
maven --quiet -DskipTests package
exec "$JAVA_HOME/bin/java" -Xmx256m -cp "$root/e2e/target/classes:$root/e2e/target/lib/*" \
  dev.prepull.e2e.image.Images "${to[@]}" "$@"
