package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RetryAfter;
import dev.prepull.agent.runtime.cri.v1.AuthConfig;
import dev.prepull.agent.runtime.cri.v1.ImageSpec;
import dev.prepull.agent.runtime.cri.v1.PullImageRequest;
import dev.prepull.agent.runtime.cri.v1.PullImageResponse;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.time.Duration;
import java.util.Optional;

/** Brings images in, by whatever they are called or by a digest that they are to have. */
final class CriPulls {

  /** A pull is looked at often while its size may show, before much of it has come; */
  private static final Duration FIRST_LOOK = Duration.ofMillis(50);

  /** not for ever, since a registry may be silent; */
  private static final int FIRST_LOOKS = 100;

  /** and then ever less often, down to this. */
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

  private final GrpcCalls calls;
  private final CriFlavour flavour;
  private final CriInventory inventory;

  CriPulls(GrpcCalls calls, CriFlavour flavour, CriInventory inventory) {
    this.calls = calls;
    this.flavour = flavour;
    this.inventory = inventory;
  }

  /** As {@link dev.prepull.agent.runtime.ImageRuntime#pull}. */
  PullOutcome pull(ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    try (PullObserver observer = flavour.observe(reference, watcher)) {
      transfer(reference, credential, observer);
      Optional<HeldImage> image = inventory.find(reference);
      if (image.isEmpty()) {
        return failed(PullReason.ERR_IMAGE_PULL, notFoundAfterwards(reference));
      }
      watcher.moved(observer.complete());
      return pulled(reference, image.get());
    } catch (GrpcCallException e) {
      return failed(reference, e);
    }
  }

  /** As {@link dev.prepull.agent.runtime.ImageRuntime#converge}. */
  PullOutcome converge(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException {
    try {
      Optional<HeldImage> image = inventory.find(reference, digest);
      if (image.isPresent()) {
        return pulled(reference, image.get());
      }
      return flavour.givesNames()
          ? pullAndName(reference, digest, credential, watcher)
          : pullAndCompare(reference, digest, credential, watcher);
    } catch (GrpcCallException e) {
      return failed(reference, e);
    }
  }

  private PullOutcome pullAndName(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws GrpcCallException, InterruptedException {
    if (!flavour.holds(digest)) {
      ImageReference byDigest = ImageReference.parse(reference.name() + "@" + digest);
      if (pull(byDigest, credential, watcher) instanceof PullOutcome.Failed failed) {
        return failed;
      }
    }
    boolean shown =
        flavour.give(reference, digest)
            && Patience.until(() -> inventory.find(reference, digest).isPresent());
    Optional<HeldImage> image = shown ? inventory.find(reference, digest) : Optional.empty();
    return image.isPresent()
        ? pulled(reference, image.get())
        : failed(PullReason.ERR_IMAGE_PULL, notShownAfterwards(reference, digest));
  }

  private PullOutcome pullAndCompare(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws GrpcCallException, InterruptedException {
    PullOutcome outcome = pull(reference, credential, watcher);
    if (outcome instanceof PullOutcome.Failed || inventory.find(reference, digest).isPresent()) {
      return outcome;
    }
    return failed(
        PullReason.DRIFT,
        ("the registry gives another image for %s by now than the locked %s, and the runtime at %s"
                + " cannot give a name to an image that it pulls by digest")
            .formatted(reference, digest, calls.endpoint()));
  }

  private void transfer(
      ImageReference reference, RegistryCredential credential, PullObserver observer)
      throws GrpcCallException, InterruptedException {
    PullImageRequest.Builder request =
        PullImageRequest.newBuilder()
            .setImage(ImageSpec.newBuilder().setImage(reference.forRuntime()));
    if (!credential.isAnonymous()) {
      request.setAuth(auth(credential));
    }
    try (GrpcCall<PullImageResponse> call = calls.start(CriMethods.PULL_IMAGE, request.build())) {
      Duration pause = FIRST_LOOK;
      for (int looks = 1; !call.endsWithin(pause); looks++) {
        observer.look();
        if (!observer.awaitsSize() || looks > FIRST_LOOKS) {
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LOOK_INTERVAL) < 0 ? longer : LOOK_INTERVAL;
        }
      }
      var _ = call.answers();
    }
  }

  /**
   * Without a server address, as the kubelet sends it: containerd compares that with the host it
   * asks, which is a mirror's where there is one and never {@code docker.io}, and shows nothing to
   * another.
   */
  private static AuthConfig auth(RegistryCredential credential) {
    return AuthConfig.newBuilder()
        .setUsername(credential.username())
        .setPassword(credential.password())
        .setIdentityToken(credential.identityToken())
        .setRegistryToken(credential.registryToken())
        .build();
  }

  private PullOutcome pulled(ImageReference reference, HeldImage image)
      throws InterruptedException {
    Optional<ImageDigest> digest = image.named(reference).map(HeldName::digest);
    return digest.isEmpty()
        ? new PullOutcome.Pulled(image)
        : new PullOutcome.Pulled(image, flavour.blobs(image, digest.get()));
  }

  private String notFoundAfterwards(ImageReference reference) {
    return ("the runtime at %s said that it did, and then did not answer to %s; either somebody"
            + " removed the image at once, or the runtime resolves the short name elsewhere: write"
            + " the name with its registry")
        .formatted(calls.endpoint(), reference.stored());
  }

  private String notShownAfterwards(ImageReference reference, ImageDigest digest) {
    return ("CRI at %s does not show that %s stands for %s, which containerd holds; either somebody"
            + " removed the image or moved the tag at once, or containerd's CRI plugin lags behind:"
            + " see its log")
        .formatted(calls.endpoint(), reference, digest);
  }

  private PullOutcome failed(ImageReference reference, GrpcCallException e) {
    PullReason reason = CriPullErrors.reason(e.code(), e.text());
    return failed(
        reason,
        reason == PullReason.RUNTIME_UNAVAILABLE
            ? calls.unanswered("pull " + reference.forRuntime(), e)
            : e.text());
  }

  private static PullOutcome failed(PullReason reason, String message) {
    return new PullOutcome.Failed(reason, message, RetryAfter.in(message));
  }
}
