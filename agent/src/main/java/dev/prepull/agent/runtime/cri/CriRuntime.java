package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.ImageEvents;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RemovalOutcome;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.agent.runtime.cri.v1.VersionResponse;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RuntimeInfo;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A runtime that speaks CRI v1 over a unix socket. Beside CRI, containerd's own services are used,
 * on the same socket, for what CRI does not offer: see {@link CriFlavour}.
 */
public final class CriRuntime implements ImageRuntime {

  private static final String CONTAINERD = "containerd";

  private final GrpcCalls calls;
  private final CriFlavour flavour;
  private final CriInventory inventory;
  private final CriPulls pulls;

  private CriRuntime(GrpcCalls calls, CriFlavour flavour) {
    this.calls = calls;
    this.flavour = flavour;
    this.inventory = new CriInventory(calls, flavour);
    this.pulls = new CriPulls(calls, flavour, inventory);
  }

  /**
   * Opens the socket and makes sure that a CRI v1 runtime answers. The clock must be the one of the
   * machine, by which the runtime dates its blobs.
   *
   * @throws RuntimeUnavailableException when it does not; the message says what to do
   */
  public static CriRuntime open(Vertx vertx, Path socket, Clock clock)
      throws RuntimeUnavailableException, InterruptedException {
    GrpcCalls calls = new GrpcCalls(vertx, socket);
    boolean opened = false;
    try {
      VersionResponse version = new CriHandshake(calls, socket).version();
      opened = true;
      return new CriRuntime(
          calls,
          version.getRuntimeName().equals(CONTAINERD)
              ? new Containerd(calls, clock)
              : new PlainCri(calls));
    } finally {
      if (!opened) {
        calls.close();
      }
    }
  }

  /** Something to ask the runtime. */
  @FunctionalInterface
  private interface Question<T> {
    T ask() throws GrpcCallException, InterruptedException;
  }

  private <T> T answer(String tried, Question<T> question)
      throws RuntimeUnavailableException, InterruptedException {
    try {
      return question.ask();
    } catch (GrpcCallException e) {
      throw new RuntimeUnavailableException(calls.unanswered(tried, e), e);
    }
  }

  @Override
  public RuntimeInfo info() throws RuntimeUnavailableException, InterruptedException {
    VersionResponse version = answer("ask for the version", () -> CriHandshake.ask(calls));
    return new RuntimeInfo(version.getRuntimeName(), version.getRuntimeVersion());
  }

  @Override
  public List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException {
    return answer("list images", inventory::list);
  }

  @Override
  public Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return answer("look for image " + reference, () -> inventory.find(reference));
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

  @Override
  public long missingBytes(List<ImageBlob> blobs)
      throws RuntimeUnavailableException, InterruptedException {
    return answer("look for layers", () -> flavour.missingBytes(blobs));
  }

  @Override
  public Optional<Path> imageDirectory() throws RuntimeUnavailableException, InterruptedException {
    return answer("ask where images are kept", inventory::directory);
  }

  @Override
  public boolean pin(ImageReference reference, boolean pinned)
      throws RuntimeUnavailableException, InterruptedException {
    return answer(
        (pinned ? "pin " : "unpin ") + reference,
        () -> {
          if (!flavour.markPinned(reference, pinned)) {
            return false;
          }
          // The image may stay pinned by another of its names, so only a pin can be seen.
          if (!pinned || Patience.until(() -> isPinned(reference))) {
            return true;
          }
          var _ = flavour.markPinned(reference, false);
          return false;
        });
  }

  private boolean isPinned(ImageReference reference)
      throws GrpcCallException, InterruptedException {
    return inventory.find(reference).filter(HeldImage::pinned).isPresent();
  }

  @Override
  public Optional<String> stamp(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return answer("ask when " + reference + " was pulled", () -> flavour.stamp(reference));
  }

  @Override
  public RemovalOutcome remove(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException {
    return answer("remove " + reference, () -> removed(reference));
  }

  private RemovalOutcome removed(ImageReference reference)
      throws GrpcCallException, InterruptedException {
    Optional<HeldImage> image = inventory.find(reference);
    if (image.isEmpty()) {
      return new RemovalOutcome.Removed();
    }
    Optional<ImageUse> use =
        Stream.concat(new CriContainers(calls).uses().stream(), flavour.otherContainers().stream())
            .filter(container -> container.isOf(image.get()))
            .findFirst();
    if (use.isPresent()) {
      return new RemovalOutcome.Kept("container %s uses it".formatted(use.get().container()));
    }
    RemovalOutcome outcome = flavour.remove(reference, image.get());
    if (outcome instanceof RemovalOutcome.Removed) {
      var _ = Patience.until(() -> inventory.find(reference).isEmpty());
    }
    return outcome;
  }

  @Override
  public void watch(Instant since, ImageEvents events)
      throws RuntimeUnavailableException, InterruptedException {
    var _ =
        answer(
            "watch images",
            () -> {
              flavour.watch(events);
              return true;
            });
  }

  @Override
  public void close() {
    calls.close();
  }
}
