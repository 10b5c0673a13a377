package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.v1.ListImagesRequest;
import dev.prepull.agent.runtime.cri.v1.VersionRequest;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Finds out whether a CRI v1 runtime answers on a socket, and if not, why. */
final class CriHandshake {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String API_VERSION = "v1";

  private final GrpcCalls calls;
  private final Path socket;

  CriHandshake(GrpcCalls calls, Path socket) {
    this.calls = calls;
    this.socket = socket;
  }

  /** Name and version as the runtime gives them. */
  static VersionResponse ask(GrpcCalls calls) throws GrpcCallException, InterruptedException {
    return calls.call(
        CriMethods.VERSION, VersionRequest.newBuilder().setVersion(API_VERSION).build(), TIMEOUT);
  }

  /** The runtime's version, once it has shown that it serves images too. */
  VersionResponse version() throws RuntimeUnavailableException, InterruptedException {
    if (!Files.exists(socket)) {
      throw new RuntimeUnavailableException(
          message(
              "there is no such file",
              "start the container runtime, mount the directory of its socket into the agent, or"
                  + " name the right socket with --runtime-endpoint"));
    }
    try {
      VersionResponse version = ask(calls);
      calls.call(CriMethods.LIST_IMAGES, ListImagesRequest.getDefaultInstance(), TIMEOUT);
      return version;
    } catch (GrpcCallException e) {
      throw explained(e);
    }
  }

  private RuntimeUnavailableException explained(GrpcCallException e) {
    return switch (e.code()) {
      case UNIMPLEMENTED ->
          failure(
              "what listens there does not offer it (" + e.text() + ")",
              "use containerd 1.6 or newer with its CRI plugin enabled (see disabled_plugins in its"
                  + " config.toml), or CRI-O 1.24 or newer; for Docker Engine use --runtime docker",
              e);
      case DEADLINE_EXCEEDED ->
          failure(
              e.text(),
              "see whether the runtime hangs, and whether a container runtime listens there at all",
              e);
      case UNAVAILABLE -> unreachable(e);
      default ->
          failure(
              "the runtime answered " + e.getMessage(), "see the log of the container runtime", e);
    };
  }

  private RuntimeUnavailableException unreachable(GrpcCallException e) {
    if (!Files.isReadable(socket) || !Files.isWritable(socket)) {
      return failure("this process may not open it (" + e.text() + ")", "run the agent as root", e);
    }
    if (e.text().contains("refused")) {
      return failure("nothing listens there (" + e.text() + ")", "start the container runtime", e);
    }
    return failure(
        "what listens there does not speak gRPC (" + e.text() + ")",
        "name the socket of the container runtime with --runtime-endpoint; for Docker Engine use"
            + " --runtime docker",
        e);
  }

  private RuntimeUnavailableException failure(String why, String remedy, GrpcCallException cause) {
    return new RuntimeUnavailableException(message(why, remedy), cause);
  }

  private String message(String why, String remedy) {
    return "Tried to speak CRI v1 on %s, but %s; %s.".formatted(calls.endpoint(), why, remedy);
  }
}
