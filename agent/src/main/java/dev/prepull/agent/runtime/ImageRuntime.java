package dev.prepull.agent.runtime;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RuntimeInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The container runtime of this node, as far as images are concerned. What it answers is the truth;
 * nothing is remembered from one call to the next.
 *
 * <p>Every method blocks and is meant for a virtual thread; all may be called from several threads
 * at once. Interrupting the caller ends the call with {@link InterruptedException}, and a pull's
 * transfers with it.
 */
public interface ImageRuntime extends AutoCloseable {

  /** Name and version as the runtime gives them now. */
  RuntimeInfo info() throws RuntimeUnavailableException, InterruptedException;

  /** All complete images that the runtime holds. */
  List<HeldImage> list() throws RuntimeUnavailableException, InterruptedException;

  /**
   * The image that the runtime resolves this reference to. An image being pulled is absent, and an
   * image whose id merely begins with the name's letters is another one.
   */
  Optional<HeldImage> find(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException;

  /**
   * Pulls the image, whether or not it is there, and returns once it is complete or has failed.
   * What the node held under that name stays until the new image is complete.
   *
   * <p>There is no time limit: a caller that sees {@code watcher} fall silent interrupts this
   * thread.
   *
   * @param credential what the registry is shown, for this pull alone; with {@link
   *     RegistryCredential#ANONYMOUS} the runtime shows only what it has been configured with
   */
  PullOutcome pull(ImageReference reference, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException;

  /**
   * Makes the reference resolve to exactly that digest, by the cheapest way: gives content that is
   * there already the name, or pulls by digest and then gives it the name. What the reference
   * resolved to before stays until then; the registry is never asked what the tag means now. A
   * runtime that cannot name images pulls by the reference and fails with {@link
   * dev.prepull.model.PullReason#DRIFT} when that is another digest.
   *
   * <p>Otherwise as {@link #pull}.
   */
  PullOutcome converge(
      ImageReference reference,
      ImageDigest digest,
      RegistryCredential credential,
      PullWatcher watcher)
      throws InterruptedException;

  /**
   * How many bytes of these blobs a pull would have to fetch; all of them where it cannot be told.
   */
  long missingBytes(List<ImageBlob> blobs) throws RuntimeUnavailableException, InterruptedException;

  /**
   * The directory under which the runtime keeps images, as the runtime's own machine names it.
   * Empty while the runtime does not tell.
   */
  Optional<Path> imageDirectory() throws RuntimeUnavailableException, InterruptedException;

  /**
   * Protects the image from the kubelet's garbage collection, or no longer.
   *
   * @return false when this runtime has no way to do that, or does not show that it did
   */
  boolean pin(ImageReference reference, boolean pinned)
      throws RuntimeUnavailableException, InterruptedException;

  /**
   * Tells later whether somebody else has pulled, tagged or otherwise touched the name: an opaque
   * text that changes then. Empty when the name is not there or the runtime keeps no such record.
   */
  Optional<String> stamp(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException;

  /**
   * Takes the name away, and the content once no other name needs it; other names stay. Nothing is
   * removed when a container uses the image, running or stopped.
   */
  RemovalOutcome remove(ImageReference reference)
      throws RuntimeUnavailableException, InterruptedException;

  /**
   * Tells of every change to what is held, whoever made it, until the runtime ends the stream or
   * the caller is interrupted. Returns at once when the runtime has no such stream.
   *
   * @param since changes from then on are told where the runtime remembers them
   */
  void watch(Instant since, ImageEvents events)
      throws RuntimeUnavailableException, InterruptedException;

  /** Gives back sockets and threads. Calls under way end with an error. */
  @Override
  void close();
}
