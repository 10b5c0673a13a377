package dev.prepull.agent;

import dev.prepull.agent.config.AgentConfig;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.CriRuntime;
import dev.prepull.agent.runtime.cri.CriSockets;
import dev.prepull.agent.runtime.docker.DockerRuntime;
import dev.prepull.program.StartupException;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens the node's container runtime.
 *
 * <p>Under {@code auto} the well-known sockets are tried, those of Kubernetes distributions first.
 * A socket of cri-dockerd means that the kubelet uses Docker Engine, which is then used directly. A
 * containerd that answers CRI comes before Docker, because Docker's own containerd has CRI switched
 * off as packaged.
 */
final class RuntimeSelection {

  private static final Path DOCKER = Path.of("/var/run/docker.sock");

  private final Vertx vertx;
  private final Clock clock;
  private final List<String> failures = new ArrayList<>();

  private RuntimeSelection(Vertx vertx, Clock clock) {
    this.vertx = vertx;
    this.clock = clock;
  }

  static ImageRuntime open(AgentConfig config, Vertx vertx, Clock clock)
      throws StartupException, InterruptedException {
    RuntimeSelection selection = new RuntimeSelection(vertx, clock);
    Path socket = config.runtimeSocket();
    List<Candidate> candidates =
        socket == null ? wellKnown(config.runtime()) : given(config.runtime(), socket);
    for (Candidate candidate : candidates) {
      Optional<ImageRuntime> runtime = selection.tryOpen(candidate);
      if (runtime.isPresent()) {
        return runtime.get();
      }
    }
    throw new StartupException(
        "Found no container runtime. "
            + (selection.failures.isEmpty()
                ? "None of the well-known sockets exists; name one with --runtime-endpoint."
                : String.join(" ", selection.failures)));
  }

  private record Candidate(boolean docker, Path socket) {}

  private static List<Candidate> given(AgentConfig.RuntimeKind kind, Path socket) {
    return switch (kind) {
      case CRI -> List.of(new Candidate(false, socket));
      case DOCKER -> List.of(new Candidate(true, socket));
      case AUTO -> List.of(new Candidate(false, socket), new Candidate(true, socket));
    };
  }

  private static List<Candidate> wellKnown(AgentConfig.RuntimeKind kind) {
    List<Candidate> candidates = new ArrayList<>();
    if (kind != AgentConfig.RuntimeKind.DOCKER) {
      for (Path socket : CriSockets.WELL_KNOWN) {
        boolean throughDocker =
            socket.equals(CriSockets.CRI_DOCKERD) && kind == AgentConfig.RuntimeKind.AUTO;
        if (Files.exists(socket)) {
          candidates.add(
              throughDocker ? new Candidate(true, DOCKER) : new Candidate(false, socket));
        }
      }
    }
    if (kind != AgentConfig.RuntimeKind.CRI && Files.exists(DOCKER)) {
      candidates.add(new Candidate(true, DOCKER));
    }
    return candidates;
  }

  private Optional<ImageRuntime> tryOpen(Candidate candidate) throws InterruptedException {
    try {
      return Optional.of(
          candidate.docker()
              ? DockerRuntime.open(vertx, candidate.socket())
              : CriRuntime.open(vertx, candidate.socket(), clock));
    } catch (RuntimeUnavailableException e) {
      failures.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
