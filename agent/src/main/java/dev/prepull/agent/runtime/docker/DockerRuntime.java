package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Docker Engine through docker-java. Every call has a transport of its own, so that interrupting
 * the caller resets just its requests.
 */
public final class DockerRuntime implements ImageRuntime {

  private static final Logger log = LoggerFactory.getLogger(DockerRuntime.class);

  /** An error inside the stream comes under this status. */
  private static final int STREAM_STATUS = 200;

  private static final int CONNECTIONS = 32;
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

  /** How long the daemon may be silent when it has nothing to do but look up its version. */
  private static final Duration VERSION_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** A pull may be silent for long; its caller watches over it. */
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  private final Path socket;
  private final HttpClient http;
  private final DockerClientConfig config;

  private DockerRuntime(Vertx vertx, Path socket) {
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
            .withApiVersion("")
            .build();
  }

  /**
   * Opens the socket and makes sure that a Docker Engine answers.
   *
   * @throws RuntimeUnavailableException when it does not; the message says what to do
   */
  public static DockerRuntime open(Vertx vertx, Path socket)
      throws RuntimeUnavailableException, InterruptedException {
    DockerRuntime runtime = new DockerRuntime(vertx, socket);
    boolean opened = false;
    try {
      runtime.info();
      opened = true;
      return runtime;
    } finally {
      if (!opened) {
        runtime.close();
      }
    }
  }

  @Override
  public RuntimeInfo info() throws RuntimeUnavailableException, InterruptedException {
    String version =
        call(
            "ask for the version",
            VERSION_TIMEOUT,
            docker -> docker.versionCmd().exec().getVersion());
    if (version == null) {
      throw unavailable("ask for the version", "the answer names none; is this a Docker socket?");
    }
    return new RuntimeInfo("docker", version);
  }

  @Override
  public List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException {
    List<Image> images = call("list images", TIMEOUT, docker -> docker.listImagesCmd().exec());
    return images.stream().map(DockerRuntime::held).toList();
  }

  private static HeldImage held(Image image) {
    return DockerImages.held(
        image.getId(),
        asList(image.getRepoTags()),
        asList(image.getRepoDigests()),
        image.getSize());
  }

  private static List<String> asList(String @Nullable [] names) {
    return names == null ? List.of() : List.of(names);
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    Optional<InspectImageResponse> inspected =
        call(
            "look for image " + reference,
            TIMEOUT,
            docker -> {
              try {
                return Optional.of(docker.inspectImageCmd(reference.forRuntime()).exec());
              } catch (NotFoundException e) {
                return Optional.<InspectImageResponse>empty();
              }
            });
    // Docker also answers to the first digits of an image id, which a name may look like.
    return inspected
        .map(image ->
            DockerImages.held(
                String.valueOf(image.getId()),
                image.getRepoTags(),
                image.getRepoDigests(),
                image.getSize()))
        .filter(held -> held.named(reference).isPresent());
  }

  @Override
  public PullOutcome pull(ImageReference reference, PullWatcher watcher)
      throws InterruptedException {
    Lines lines = new Lines(watcher);
    try (VertxDockerTransport transport = transport(FOREVER)) {
      // A name without tag or digest would pull every tag of the repository.
      String tag = reference.digest().map(ImageDigest::value).or(reference::tag).orElseThrow();
      client(transport).pullImageCmd(reference.name()).withTag(tag).exec(lines).awaitCompletion();
      if (lines.error != null) {
        return failed(STREAM_STATUS, lines.error);
      }
      Optional<HeldImage> held = find(reference);
      return held.<PullOutcome>map(PullOutcome.Pulled::new)
          .orElseGet(() ->
              new PullOutcome.Failed(
                  PullReason.ERR_IMAGE_PULL,
                  "Docker said that it pulled the image but then did not know it",
                  null));
    } catch (DockerException e) {
      return failed(e.getHttpStatus(), message(e));
    } catch (RuntimeUnavailableException e) {
      return new PullOutcome.Failed(
          PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()), null);
    } catch (RuntimeException e) {
      throwIfInterrupted();
      return new PullOutcome.Failed(
          PullReason.RUNTIME_UNAVAILABLE, unavailableMessage("pull", cause(e)), null);
    }
  }

  private static PullOutcome.Failed failed(int status, String message) {
    String line = oneLine(message);
    return new PullOutcome.Failed(DockerPullErrors.reason(status, line), line, null);
  }

  /** What the pull's stream says, line by line. */
  private static final class Lines extends ResultCallback.Adapter<PullResponseItem> {
    private final PullWatcher watcher;
    private final LayerProgress progress = new LayerProgress();
    private volatile @Nullable String error;

    Lines(PullWatcher watcher) {
      this.watcher = watcher;
    }

    @Override
    public void onNext(PullResponseItem line) {
      if (line.getErrorDetail() != null && line.getErrorDetail().getMessage() != null) {
        error = line.getErrorDetail().getMessage();
      } else if (line.getError() != null) {
        error = line.getError();
      }
      watcher.moved(progress.add(line));
    }
  }

  // --- calls
  // --------------------------------------------------------------------------------------

  private <T> T call(String action, Duration longestSilence, Function<DockerClient, T> call)
      throws RuntimeUnavailableException, InterruptedException {
    try (VertxDockerTransport transport = transport(longestSilence)) {
      return call.apply(client(transport));
    } catch (DockerException e) {
      throw unavailable(action, oneLine(message(e)));
    } catch (RuntimeException e) {
      throwIfInterrupted();
      throw unavailable(action, cause(e));
    }
  }

  private VertxDockerTransport transport(Duration longestSilence) {
    return new VertxDockerTransport(
        http, SocketAddress.domainSocketAddress(socket.toString()), longestSilence);
  }

  private DockerClient client(VertxDockerTransport transport) {
    return DockerClientImpl.getInstance(config, transport);
  }

  private static void throwIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private RuntimeUnavailableException unavailable(String action, String why) {
    return new RuntimeUnavailableException(unavailableMessage(action, why));
  }

  private String unavailableMessage(String action, String why) {
    return "Tried to %s at Docker's socket %s but %s. Check that dockerd runs and that the socket is the one it listens on."
        .formatted(action, socket, why);
  }

  private static String cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FileNotFoundException) {
      return "there is no such file";
    }
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return oneLine(message == null ? type : type + ": " + message);
  }

  /** Docker's own words, without docker-java's frame around them. */
  private static String message(DockerException e) {
    String text = String.valueOf(e.getMessage());
    int start = text.indexOf('{');
    try {
      String words = start < 0 ? null : new JsonObject(text.substring(start)).getString("message");
      return words == null ? text : words;
    } catch (DecodeException | ClassCastException _) {
      return text;
    }
  }

  private static String oneLine(String text) {
    return String.join(" ", text.lines().map(String::strip).toList());
  }

  @Override
  public PullOutcome converge(ImageReference reference, ImageDigest digest, PullWatcher watcher)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long missingBytes(List<ImageBlob> blobs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Path> imageDirectory() {
    return Optional.empty();
  }

  @Override
  public boolean pin(ImageReference reference, boolean pinned) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<String> stamp(ImageReference reference) {
    return Optional.empty();
  }

  @Override
  public RemovalOutcome remove(ImageReference reference) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void watch(Instant since, ImageEvents events) {}

  @Override
  public void close() {
    http.close().onFailure(failure -> log.debug("The HTTP client did not close cleanly", failure));
  }
}
