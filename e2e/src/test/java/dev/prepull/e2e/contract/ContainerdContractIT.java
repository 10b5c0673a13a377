package dev.prepull.e2e.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeFixture.Ability;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.CriRuntime;
import dev.prepull.e2e.testbed.ContainerdNode;
import dev.prepull.e2e.testbed.RuntimeNode;
import dev.prepull.e2e.testbed.Workspace;
import dev.prepull.model.ImageReference;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The CRI adapter on containerd. */
class ContainerdContractIT {

  abstract static class OnContainerd extends RealRuntimeContract {

    private final ContainerdNode.Version version;
    private @Nullable ContainerdNode started;

    OnContainerd(ContainerdNode.Version version) {
      this.version = version;
    }

    @Override
    RuntimeNode start(Workspace workspace) {
      started = ContainerdNode.start(workspace, "containerd", version);
      return started;
    }

    @Override
    Set<Ability> abilities() {
      return version == ContainerdNode.Version.V1_6
          ? EnumSet.complementOf(EnumSet.of(Ability.PIN))
          : EnumSet.allOf(Ability.class);
    }

    @Override
    ImageRuntime open(Vertx vertx, Path socket)
        throws RuntimeUnavailableException, InterruptedException {
      return CriRuntime.open(vertx, socket, Clock.systemUTC());
    }

    @Test
    void showsTheCredentialToAMirrorAsForTheKubelet() throws Exception {
      String[] guarded = here().privateRegistry().split("/", 2);
      Objects.requireNonNull(started)
          .mapRegistry("registry.example.com", URI.create("http://" + guarded[0]));
      ImageReference mirrored =
          ImageReference.parse("registry.example.com/%s/team/app:1".formatted(guarded[1]));
      here().push("team/app", "1");

      assertPulled(pull(mirrored, here().credential()));
    }

    @Test
    void keepsWhatAContainerUsesThatCriDoesNotKnow() throws Exception {
      ContainerdNode node = Objects.requireNonNull(started);
      ImageReference reference = reference("team/app:1");
      here().push("team/app", "1");
      assertPulled(pull(reference));
      node.createContainer("outside", reference.stored());

      RemovalOutcome outcome = runtime().remove(reference);

      assertThat(outcome).isEqualTo(new RemovalOutcome.Kept("container outside uses it"));
      node.removeContainer("outside");
      assertThat(runtime().remove(reference)).isEqualTo(new RemovalOutcome.Removed());
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
