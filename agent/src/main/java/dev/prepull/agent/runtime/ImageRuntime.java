package dev.prepull.agent.runtime;

import dev.prepull.model.HeldImage;
import dev.prepull.model.ImageReference;
import dev.prepull.model.RuntimeInfo;
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
   */
  PullOutcome pull(ImageReference reference, PullWatcher watcher) throws InterruptedException;

  /** Gives back sockets and threads. Calls under way end with an error. */
  @Override
  void close();
}
