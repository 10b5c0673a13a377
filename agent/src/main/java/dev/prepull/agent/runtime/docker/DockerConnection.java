package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon behind a socket. Every call has a transport of its own, so that interrupting the
 * caller resets just its requests. Thread-safe.
 */
final class DockerConnection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DockerConnection.class);

  /** For an answer whose sender may be silent for long; its reader watches over it. */
  static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int CONNECTIONS = 32;
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

  /** What is asked of the daemon. It handles the refusals that it expects. */
  @FunctionalInterface
  interface Command<T> {
    T run(DockerClient docker) throws InterruptedException;
  }

  private final Path socket;
  private final HttpClient http;
  private final DockerClientConfig config;

  DockerConnection(Vertx vertx, Path socket) {
    this.socket = socket;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(CONNECT_TIMEOUT_MILLIS),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    // Without a version in the path, each daemon speaks the newest API that it has.
    this.config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + socket)
            .withDockerTlsVerify(false)
            // docker-java would read docker configs by rules of its own; below a socket there are
            // none.
            .withDockerConfig(socket.toString())
            .withApiVersion("")
            .build();
  }

  /** As {@link #call(String, Duration, Command)}, with time enough for any answer but a stream. */
  <T> T call(String action, Command<T> command)
      throws RuntimeUnavailableException, InterruptedException {
    return call(action, TIMEOUT, command);
  }

  /**
   * Runs the command.
   *
   * @param action completes the sentence "Tried to …"
   * @param longestSilence how long the daemon may send nothing
   */
  <T> T call(String action, Duration longestSilence, Command<T> command)
      throws RuntimeUnavailableException, InterruptedException {
    try (VertxDockerTransport transport =
        new VertxDockerTransport(
            http, SocketAddress.domainSocketAddress(socket.toString()), longestSilence)) {
      return command.run(DockerClientImpl.getInstance(config, transport));
    } catch (DockerException e) {
      throw unavailable(action, DockerWords.of(e));
    } catch (RuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw unavailable(action, DockerWords.ofCause(e));
    }
  }

  /** What to throw when the daemon answers as none would. */
  RuntimeUnavailableException unavailable(String action, String why) {
    return new RuntimeUnavailableException(
        "Tried to %s at Docker's socket %s but %s. Check that dockerd runs and that the socket is the one it listens on."
            .formatted(action, socket, why));
  }

  @Override
  public void close() {
    http.close().onFailure(failure -> log.debug("The HTTP client did not close cleanly", failure));
  }
}
