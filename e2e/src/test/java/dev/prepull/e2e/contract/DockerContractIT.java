package dev.prepull.e2e.contract;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeFixture.Ability;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.docker.DockerRuntime;
import dev.prepull.e2e.testbed.DockerNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Nested;

/** The Docker adapter on dockerd. */
class DockerContractIT {

  abstract static class OnDocker extends RealRuntimeContract {

    private final DockerNode.Version version;

    OnDocker(DockerNode.Version version) {
      this.version = version;
    }

    @Override
    RuntimeNode start(Workspace workspace) {
      return DockerNode.start(workspace, "docker", version);
    }

    @Override
    Set<Ability> abilities() {
      return version == DockerNode.Version.V28_CONTAINERD
          ? EnumSet.noneOf(Ability.class)
          : EnumSet.of(Ability.KEEP_MOVED, Ability.TELL_DIRECTORY);
    }

    @Override
    ImageRuntime open(Vertx vertx, Path socket)
        throws RuntimeUnavailableException, InterruptedException {
      return DockerRuntime.open(vertx, socket);
    }
  }

  @Nested
  class V20 extends OnDocker {
    V20() {
      super(DockerNode.Version.V20);
    }
  }

  @Nested
  class V26 extends OnDocker {
    V26() {
      super(DockerNode.Version.V26);
    }
  }

  @Nested
  class V28 extends OnDocker {
    V28() {
      super(DockerNode.Version.V28);
    }
  }

  @Nested
  class V28Containerd extends OnDocker {
    V28Containerd() {
      super(DockerNode.Version.V28_CONTAINERD);
    }
  }
}
