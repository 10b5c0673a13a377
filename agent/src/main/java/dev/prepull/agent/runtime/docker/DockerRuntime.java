package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.model.Info;
import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Docker Engine through docker-java.
 *
 * <p>Docker keeps no record of the digest by which a tag was pulled, only of all digests by which
 * its image was. Where those are several, the tag's name stands in a {@link HeldImage} once for
 * each; only the image that a pull returns has the one that the registry named.
 */
public final class DockerRuntime implements ImageRuntime {

  /** How long the daemon may be silent when it has nothing to do but look up its version. */
  private static final Duration VERSION_TIMEOUT = Duration.ofSeconds(5);

  /** The driver's type where containerd keeps the images. */
  private static final String CONTAINERD_STORE = "io.containerd.snapshotter.v1";

  private final DockerConnection connection;
  private final DockerInventory inventory;
  private final DockerPulls pulls;
  private final DockerRemoval removal;
  private final DockerEvents events;

  private DockerRuntime(DockerConnection connection) {
    this.connection = connection;
    this.inventory = new DockerInventory(connection);
    this.pulls = new DockerPulls(connection, inventory);
    this.removal = new DockerRemoval(connection, inventory);
    this.events = new DockerEvents(connection);
  }

  /**
   * Opens the socket and makes sure that a Docker Engine answers.
   *
   * @throws RuntimeUnavailableException when it does not; the message says what to do
   */
  public static DockerRuntime open(Vertx vertx, Path socket)
      throws RuntimeUnavailableException, InterruptedException {
    DockerRuntime runtime = new DockerRuntime(new DockerConnection(vertx, socket));
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
    String action = "ask for the version";
    String version =
        connection.call(action, VERSION_TIMEOUT, docker -> docker.versionCmd().exec().getVersion());
    if (version == null) {
      throw connection.unavailable(action, "the answer names none; is this a Docker socket?");
    }
    return new RuntimeInfo("docker", version);
  }

  @Override
  public List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException {
    return inventory.list();
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return inventory.find(reference);
  }

  @Override
  public PullOutcome pull(
      ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    return pulls.pull(reference, credential, watcher);
  }

  @Override
  public PullOutcome converge(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException {
    return pulls.converge(reference, digest, credential, watcher);
  }

  /** All of them: Docker knows its layers by what they unpack to, not by the registry's digests. */
  @Override
  public long missingBytes(List<ImageBlob> blobs) {
    return blobs.stream().mapToLong(ImageBlob::sizeBytes).sum();
  }

  /**
   * Docker's root; empty where it leaves its images to a containerd, whose root it does not tell.
   */
  @Override
  public Optional<Path> imageDirectory() throws RuntimeUnavailableException, InterruptedException {
    Info info = connection.call("ask for the root directory", docker -> docker.infoCmd().exec());
    boolean elsewhere =
        info.getDriverStatuses() != null
            && info.getDriverStatuses().stream().anyMatch(row -> row.contains(CONTAINERD_STORE));
    return elsewhere
        ? Optional.empty()
        : Optional.ofNullable(info.getDockerRootDir()).map(Path::of);
  }

  /** False: Docker has no such protection. */
  @Override
  public boolean pin(ImageReference reference, boolean pinned) {
    return false;
  }

  /** Empty: Docker notes when an image was tagged last, but not which tag, and no pulls. */
  @Override
  public Optional<String> stamp(ImageReference reference) {
    return Optional.empty();
  }

  @Override
  public RemovalOutcome remove(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return removal.remove(reference);
  }

  @Override
  public void watch(Instant since, ImageEvents watcher)
      throws RuntimeUnavailableException, InterruptedException {
    events.watch(since, watcher);
  }

  @Override
  public void close() {
    connection.close();
  }
}
