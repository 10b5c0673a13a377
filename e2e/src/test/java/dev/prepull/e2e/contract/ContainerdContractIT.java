package dev.prepull.e2e.contract;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.CriRuntime;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Nested;

/** The CRI adapter on containerd. */
class ContainerdContractIT {

  abstract static class OnContainerd extends RealRuntimeContract {

    private final ContainerdNode.Version version;

    OnContainerd(ContainerdNode.Version version) {
      this.version = version;
    }

    @Override
    RuntimeNode start(Workspace workspace) {
      return ContainerdNode.start(workspace, "containerd", version);
    }

    @Override
    boolean pins() {
      return version != ContainerdNode.Version.V1_6;
    }

    @Override
    boolean stamps() {
      return true;
    }

    @Override
    boolean showsBlobs() {
      return true;
    }

    @Override
    ImageRuntime open(Vertx vertx, Path socket)
        throws RuntimeUnavailableException, InterruptedException {
      return CriRuntime.open(vertx, socket, Clock.systemUTC());
    }
  }

  @Nested
  class V1_6 extends OnContainerd {
    V1_6() {
      super(ContainerdNode.Version.V1_6);
    }
  }

  @Nested
  class V1_7 extends OnContainerd {
    V1_7() {
      super(ContainerdNode.Version.V1_7);
    }
  }

  @Nested
  class V2 extends OnContainerd {
    V2() {
      super(ContainerdNode.Version.V2);
    }
  }
}
