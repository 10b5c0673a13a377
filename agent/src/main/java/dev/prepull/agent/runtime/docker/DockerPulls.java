package dev.prepull.agent.runtime.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullOutcome.Failed;
import dev.prepull.agent.runtime.PullOutcome.Pulled;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.agent.runtime.RetryAfter;
import dev.prepull.agent.runtime.RuntimeUnavailableException;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings images in and gives them names. */
final class DockerPulls {

  /** An error inside the stream comes under this status. */
  private static final int STREAM_STATUS = 200;

  private final DockerConnection connection;
  private final DockerInventory inventory;

  DockerPulls(DockerConnection connection, DockerInventory inventory) {
    this.connection = connection;
    this.inventory = inventory;
  }

  PullOutcome pull(ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    try {
      return transfer(reference, credential, watcher);
    } catch (RuntimeUnavailableException e) {
      return unavailable(e);
    }
  }

  PullOutcome converge(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException {
    try {
      Optional<HeldImage> held =
          inventory.find(reference).filter(image -> image.resolves(reference, digest));
      if (held.isPresent()) {
        return pulled(held.get(), reference, digest);
      }
      ImageReference content = ImageReference.parse(reference.name() + "@" + digest);
      if (inventory.find(content).isEmpty()
          && transfer(content, credential, watcher) instanceof Failed failed) {
        return failed;
      }
      return tag(content, reference, digest);
    } catch (RuntimeUnavailableException e) {
      return unavailable(e);
    }
  }

  private PullOutcome transfer(
      ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws RuntimeUnavailableException, InterruptedException {
    PullStream stream = new PullStream(watcher);
    // A name without tag or digest would pull every tag of the repository.
    String tag = reference.digest().map(ImageDigest::value).or(reference::tag).orElseThrow();
    Optional<Failed> refused =
        connection.call(
            "pull",
            DockerConnection.FOREVER,
            docker -> {
              try {
                docker
                    .pullImageCmd(reference.name())
                    .withTag(tag)
                    .withAuthConfig(DockerAuthConfigs.of(credential, reference))
                    .exec(stream)
                    .awaitCompletion();
                if (stream.isInterrupted()) {
                  throw new InterruptedException();
                }
                return Optional.empty();
              } catch (DockerException e) {
                return Optional.of(failed(e.getHttpStatus(), DockerWords.of(e)));
              }
            });
    if (refused.isPresent()) {
      return refused.get();
    }
    String error = stream.error();
    if (error != null) {
      return failed(STREAM_STATUS, DockerWords.oneLine(error));
    }
    Optional<HeldImage> held = inventory.find(reference);
    return held.<PullOutcome>map(image -> pulled(image, reference, stream.digest()))
        .orElseGet(() ->
            new Failed(
                PullReason.ERR_IMAGE_PULL,
                "Docker said that it pulled the image but then did not know it",
                null));
  }

  /** Until Docker has set the tag, it resolves to what it did before. */
  private PullOutcome tag(ImageReference content, ImageReference reference, ImageDigest digest)
      throws RuntimeUnavailableException, InterruptedException {
    if (reference.digest().isEmpty()) {
      Optional<Failed> refused =
          connection.call(
              "tag " + content + " as " + reference,
              docker -> {
                try {
                  docker
                      .tagImageCmd(
                          content.canonical(), reference.name(), reference.tag().orElseThrow())
                      .exec();
                  return Optional.empty();
                } catch (DockerException e) {
                  return Optional.of(
                      new Failed(PullReason.ERR_IMAGE_PULL, DockerWords.of(e), null));
                }
              });
      if (refused.isPresent()) {
        return refused.get();
      }
    }
    Optional<HeldImage> held =
        inventory.find(reference).filter(image -> image.resolves(reference, digest));
    return held.<PullOutcome>map(image -> pulled(image, reference, digest))
        .orElseGet(() ->
            new Failed(
                PullReason.DRIFT,
                "Docker set the tag to %s but then took it for something else: somebody else moved it"
                    .formatted(digest),
                null));
  }

  private static Pulled pulled(
      HeldImage image, ImageReference reference, @Nullable ImageDigest digest) {
    return new Pulled(
        digest == null ? image : DockerImages.knownByDigest(image, reference, digest));
  }

  private static Failed failed(int status, String message) {
    PullReason reason = DockerPullErrors.reason(status, message);
    return new Failed(reason, message, reason.slowsRegistry() ? RetryAfter.in(message) : null);
  }

  private static Failed unavailable(RuntimeUnavailableException e) {
    return new Failed(PullReason.RUNTIME_UNAVAILABLE, String.valueOf(e.getMessage()), null);
  }
}
